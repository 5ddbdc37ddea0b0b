import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { inspectionSchema } from "../../src/contracts/reports.ts";
import { sharedGendan } from "../support/shared.ts";
import { sender } from "../support/people.ts";
import { until } from "../support/until.ts";
import {
  body,
  castOf,
  DAY,
  done,
  eventsOf,
  largeMaking,
  messagesOf,
  order,
  owed,
  refused,
  settled,
  timeFor,
  toldToCustomer,
  type Cast,
} from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  cast = await castOf(gendan);
});

const what = { rule: "R3.2", person: "li.na", action: "enter the progress now and tell the customer" } as const;

/** Example K: an inspection finds a status that has long not changed: progress tracking was forgotten (R6.3). Its week is three seconds here. */
test("progress tracking was forgotten: found, entered now, the customer told, and open until the remedy is on record", async () => {
  const { rep, boss } = cast;
  await largeMaking(cast, "K-1");
  await until(
    () => owed(boss, "K-1", "update-progress"),
    (duty) => duty?.state === "overdue",
  );
  const found = await done(boss, "K-1", "record-finding", what);
  const [finding] = found.findings;
  expect(finding).toMatchObject({ ...what, recorded: { by: { id: "wang.fang", role: "supervisor" } } });
  const findingId = finding?.findingId ?? "";
  const duty = await owed(rep, "K-1", "remedy-finding");
  expect(duty).toMatchObject({ about: findingId, owner: { role: "sales_rep", id: "li.na" }, rule: "R6.3" });
  expect(timeFor(duty)).toBe(DAY);
  // The one named is told which rule and what to do.
  await settled(rep, "K-1");
  const told = (await messagesOf(gendan, "K-1")).filter(({ message }) => message === "finding");
  expect(told.map(({ to, params }) => [to[0]?.id, params["rule"], params["action"]])).toEqual([
    ["li.na", what.rule, what.action],
  ]);

  // Entered now …
  const entered = await done(rep, "K-1", "update-progress", { summary: "housings done, 300 of 500 wired", source: "workshop" });
  expect(entered.duties.find(({ duty: name }) => name === "update-progress")?.state).toBe("open");
  // … and the customer told; neither closes the finding by itself.
  await done(rep, "K-1", "record-communication", {
    with: "the customer",
    channel: "phone",
    summary: "told that it is on schedule",
  });
  expect((await order(rep, "K-1")).findings).toMatchObject([{ findingId }]);
  expect(await refused(rep, "K-1", "remedy-finding", { findingId: "n0", done: "something else" })).toBe("no-such-finding");
  const end = await done(rep, "K-1", "remedy-finding", { findingId, done: "progress entered, customer called" });
  expect(end.findings).toMatchObject([
    { findingId, remedied: { done: "progress entered, customer called", by: { id: "li.na" } } },
  ]);
  expect(end.duties.map(({ duty: name }) => name)).not.toContain("remedy-finding");

  // That it was overdue stays on record, and no message went to the customer by itself.
  const events = await eventsOf(boss, "K-1");
  expect(events.indexOf("rung-told")).toBeLessThan(events.indexOf("finding-recorded"));
  await settled(rep, "K-1");
  expect(await toldToCustomer(gendan, "K-1")).toEqual([]);
});

test("logistics helps to verify the shipping status: its finding counts as well, and nobody else remedies it but the supervisor", async () => {
  await largeMaking(cast, "K-2");
  const logistics = await sender(gendan, "he.yu", "logistics");
  await done(logistics, "K-2", "record-finding", { rule: "R6.2", person: "zhao.min", action: "compare with the carrier" });
  const [finding] = (await order(cast.boss, "K-2")).findings;
  const findingId = finding?.findingId ?? "";
  expect(await refused(cast.rep, "K-2", "remedy-finding", { findingId, done: "compared" })).toBe("not-the-one-named");
  expect((await cast.rep.send("K-2", "record-finding", what)).status).toBe(403);
  const end = await done(cast.boss, "K-2", "remedy-finding", { findingId, done: "compared; equal" });
  expect(end.duties.map(({ duty }) => duty)).not.toContain("remedy-finding");
});

test("an inspection that is asked for finds it by itself, and once while it is open", async () => {
  const { boss, rep } = cast;
  await largeMaking(cast, "K-3");
  await until(
    () => owed(boss, "K-3", "update-progress"),
    (duty) => duty?.state === "overdue",
  );
  const inspected = async () => {
    const asked = await boss.post("/inspections", { orders: ["K-3", "K-none"], reason: "the customer called" });
    const { inspectionId } = body(z.object({ inspectionId: z.string() }), asked, 202);
    const made = async () => {
      const answer = await boss.get(`/inspections/${inspectionId}`);
      return answer.status === 200 ? body(inspectionSchema, answer, 200) : undefined;
    };
    return until(made, (report) => typeof report?.madeAt === "string", 60_000);
  };
  const report = await inspected();
  expect(report?.items).toMatchObject([
    {
      orderNo: "K-3",
      tags: ["found", "found:progress"],
      body: { salesRep: "li.na", findings: [{ check: "progress", rule: "R3.2", person: "li.na", known: false }] },
    },
    { orderNo: "K-none", tags: ["not-checked"] },
  ]);
  const found = await until(
    () => order(boss, "K-3"),
    ({ findings }) => findings.length > 0,
  );
  expect(found.findings).toMatchObject([
    { rule: "R3.2", person: "li.na", recorded: { by: { id: "gendan", role: "supervisor" } } },
  ]);
  expect(await owed(rep, "K-3", "remedy-finding")).toMatchObject({ owner: { id: "li.na" }, rule: "R6.3" });
  // While it is open, nothing is found twice.
  expect((await inspected())?.items[0]).toMatchObject({ body: { findings: [{ known: true }] } });
  expect((await order(boss, "K-3")).findings).toHaveLength(1);
});
