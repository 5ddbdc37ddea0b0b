import { Client, Connection, WorkflowNotFoundError } from "@temporalio/client";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { dutiesSchema } from "../../src/contracts/answers.ts";
import { sharedGendan } from "../support/shared.ts";
import { until } from "../support/until.ts";
import {
  body,
  castOf,
  checked,
  delivered,
  done,
  eventsOf,
  making,
  order,
  prepared,
  reported,
  settled,
  shipped,
  trailOf,
  type Cast,
} from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
let connection: Connection;
let client: Client;
beforeAll(async () => {
  cast = await castOf(gendan);
  const run = z.object({ temporalAddress: z.string() }).parse(JSON.parse(await readFile(join(gendan.home, "run.json"), "utf8")));
  connection = await Connection.connect({ address: run.temporalAddress });
  client = new Client({ connection });
});
afterAll(() => connection.close());

/** Received, made, sent, signed for, confirmed: its workflow has ended. What is on record of it. */
async function completed(orderNo: string) {
  await making(cast, orderNo);
  await checked(cast, orderNo);
  await prepared(cast, orderNo);
  await shipped(cast, orderNo, `SF-${orderNo}`);
  await delivered(cast, orderNo, `SF-${orderNo}`);
  expect((await done(cast.rep, orderNo, "confirm-receipt", { satisfaction: 4 })).status).toBe("completed");
  await settled(cast.rep, orderNo);
  await closed(orderNo);
  return trail(orderNo);
}

const trail = (orderNo: string) => trailOf(cast.boss, orderNo);

/** Its workflow's runs as the engine knows them, the newest first. */
async function runs(orderNo: string): Promise<string[]> {
  const found: string[] = [];
  for await (const run of client.workflow.list({ query: `WorkflowId="${orderNo}"` })) found.push(run.status.name);
  return found;
}

/** Whether the engine knows no run of an order's workflow; its list shows that only later. */
async function isForgotten(orderNo: string): Promise<boolean> {
  const handle = client.workflow.getHandle(orderNo);
  return handle.describe().then(
    () => false,
    (error: unknown) => error instanceof WorkflowNotFoundError,
  );
}

/** Waits until no run of an order's workflow is open. */
async function closed(orderNo: string): Promise<string[]> {
  return until(
    () => runs(orderNo),
    (all) => all.length > 0 && !all.includes("RUNNING"),
  );
}

async function dutiesOf(orderNo: string): Promise<string[]> {
  const { items } = body(dutiesSchema, await cast.service.get("/duties?assignee=me&limit=200"), 200);
  return items.filter((item) => item.orderNo === orderNo).map(({ duty }) => duty);
}

test("a complaint about a completed order opens its workflow again, with the whole story, and it ends again when it is resolved", async () => {
  const { rep, service } = cast;
  const story = await completed("R-1");
  expect(await closed("R-1")).toEqual(["COMPLETED"]);

  const now = await done(service, "R-1", "record-complaint", { about: "one lamp flickers" });
  expect(now).toMatchObject({ orderNo: "R-1", status: "completed", satisfaction: 4, shipments: [{ state: "delivered" }] });
  await until(
    () => runs("R-1"),
    (all) => all.includes("RUNNING"),
  );
  expect(await dutiesOf("R-1")).toEqual(["handle-complaint"]);
  expect((await trail("R-1")).slice(0, story.length)).toEqual(story);
  const complaintId = now.duties[0]?.about ?? "";
  const end = await done(service, "R-1", "resolve-complaint", { complaintId, remedy: "a new lamp sent" });
  expect(end).toMatchObject({ status: "completed", duties: [] });
  expect(await closed("R-1")).toEqual(["COMPLETED", "COMPLETED"]);

  // Closed again, it is answered as before, from the records, and the numbers go on.
  const whole = await trail("R-1");
  expect(whole.slice(0, story.length)).toEqual(story);
  expect(whole.map(({ number }) => number)).toEqual(whole.map((_, index) => index + 1));
  expect(whole.slice(story.length).map(({ event }) => event)).toEqual(["complaint-recorded", "complaint-resolved"]);
  expect(await dutiesOf("R-1")).toEqual([]);
  expect(await order(rep, "R-1")).toMatchObject({ complaints: [{ complaintId, resolved: { remedy: "a new lamp sent" } }] });
});

test("a finding does so too, and what may not be said of an ended order opens nothing", async () => {
  const { boss, rep } = cast;
  const story = await completed("R-2");
  // Refused without a trace: not in history, and no run.
  const refusal = await rep.send("R-2", "update-progress", { summary: "late", source: "memory" });
  expect([refusal.status, refusal.body]).toMatchObject([
    409,
    { reason: "not-in-stage", permitted: expect.arrayContaining(["record-complaint"]) },
  ]);
  expect(await runs("R-2")).toEqual(["COMPLETED"]);
  const found = await done(boss, "R-2", "record-finding", { rule: "R6.2", person: "li.na", action: "enter the postcode" });
  const [finding] = found.findings;
  const findingId = finding?.findingId ?? "";
  await settled(boss, "R-2");
  expect((await done(rep, "R-2", "remedy-finding", { findingId, done: "entered" })).duties).toEqual([]);
  expect(await closed("R-2")).toEqual(["COMPLETED", "COMPLETED"]);
  expect((await trail("R-2")).slice(0, story.length)).toEqual(story);
});

test("a machine's report opens it as well: what is known changes nothing, what is not known is a discrepancy until a person resolves it", async () => {
  const { carrier, admin } = cast;
  const story = await completed("R-3");
  const known = { trackingNumber: "SF-R-3", signedBy: "陈先生", deliveredAt: new Date().toISOString() };
  expect((await reported(carrier, "R-3", "report-delivery", known)).state).toBe("done");
  await closed("R-3");
  const other = { trackingNumber: "SF-OTHER", signedBy: "somebody", deliveredAt: new Date().toISOString() };
  expect(await reported(carrier, "R-3", "report-delivery", other)).toMatchObject({ state: "refused" });
  const now = await order(admin, "R-3");
  expect(now).toMatchObject({ status: "completed", discrepancies: [{ state: "open" }] });
  const discrepancyId = now.duties[0]?.about ?? "";
  await done(admin, "R-3", "resolve-discrepancy", { discrepancyId, decision: "discard", reason: "another customer's parcel" });
  await closed("R-3");
  expect((await trail("R-3")).slice(0, story.length)).toEqual(story);
});

test("when the engine has forgotten the first run, its story is still whole, and the order opens from the records", async () => {
  const { rep, service } = cast;
  const story = await completed("R-4");
  await client.workflowService.deleteWorkflowExecution({ namespace: "default", workflowExecution: { workflowId: "R-4" } });
  await until(
    () => isForgotten("R-4"),
    (forgotten) => forgotten,
    60_000,
  );
  expect(await trail("R-4")).toEqual(story);
  expect(await order(rep, "R-4")).toMatchObject({ status: "completed", satisfaction: 4 });
  // Its number is taken, although the engine does not know it any more.
  expect(
    (await rep.post("/orders", { orderNo: "R-4", customer: { name: "客户B", contact: { phone: "+8613900000000" } } })).status,
  ).toBe(409);

  const now = await done(service, "R-4", "record-complaint", { about: "the box was wet" });
  expect(now).toMatchObject({ status: "completed", lastEvent: story.length + 1, terms: [{ revision: 1 }] });
  expect((await trail("R-4")).slice(0, story.length)).toEqual(story);
  await done(service, "R-4", "resolve-complaint", { complaintId: now.duties[0]?.about ?? "", remedy: "apologised" });
  await until(
    async () => (await client.workflow.getHandle("R-4").describe()).status.name,
    (status) => status === "COMPLETED",
  );
  expect(await eventsOf(rep, "R-4")).toEqual([...story.map(({ event }) => event), "complaint-recorded", "complaint-resolved"]);
});

test("two complaints at once open it once, and both are on record", async () => {
  const { service, rep } = cast;
  await completed("R-5");
  await Promise.all([
    done(service, "R-5", "record-complaint", { about: "late" }),
    done(rep, "R-5", "record-complaint", { about: "rude" }),
  ]);
  const now = await order(rep, "R-5");
  expect(now.complaints).toHaveLength(2);
  for (const { about } of now.duties)
    await done(service, "R-5", "resolve-complaint", { complaintId: about ?? "", remedy: "called" });
  expect((await closed("R-5")).length).toBe(2);
});
