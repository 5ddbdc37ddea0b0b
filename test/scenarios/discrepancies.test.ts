import { beforeAll, expect, test } from "vitest";
import { sharedGendan } from "../support/shared.ts";
import { randomUUID } from "node:crypto";
import {
  became,
  castOf,
  checked,
  done,
  entered,
  eventsOf,
  HOUR,
  inDays,
  making,
  messagesOf,
  order,
  owed,
  prepared,
  reported,
  settled,
  shipped,
  taken,
  timeFor,
  trailOf,
  type Cast,
} from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  cast = await castOf(gendan);
});

const allMade = { quantity: [100] };
const allRight = { lines: [{ counted: 100, specificationOk: true }] };

test("of an order that there is not no command is known: not found, and not an engine that is away", async () => {
  const { status, body: problem } = await cast.boss.get(`/orders/none-${randomUUID()}/commands/k`);
  expect([status, problem]).toEqual([404, expect.objectContaining({ code: "not-found" })]);
});

/** The ids of an order's discrepancies, oldest first. */
async function discrepancies(orderNo: string): Promise<string[]> {
  const all = (await order(cast.boss, orderNo)).discrepancies;
  return all.map((each) => each.discrepancyId);
}

const trail = (orderNo: string) => trailOf(cast.boss, orderNo);

test("a report that comes too early is kept, and fits by itself as soon as what it waits for has happened", async () => {
  const { rep, boss, admin, workshop } = cast;
  await entered(cast, "Z-1");
  await done(boss, "Z-1", "sign", {});
  const at = new Date(Date.now() - HOUR).toISOString();
  expect(await reported(workshop, "Z-1", "finish-production", { ...allMade, at })).toMatchObject({
    state: "refused",
    reason: "not-in-stage",
  });
  const duty = await owed(admin, "Z-1", "resolve-discrepancy");
  expect([duty?.owner.role, timeFor(duty)]).toEqual(["order_admin", 24 * HOUR]);
  const now = await done(admin, "Z-1", "release", {});
  expect(now).toMatchObject({ stage: "made", discrepancies: [{ state: "accepted" }] });
  expect(now.duties.map(({ duty: name }) => name)).not.toContain("resolve-discrepancy");
  // It happened when production said it did, and it is production that said so.
  const finished = (await trail("Z-1")).find(({ event }) => event === "production-finished");
  expect(finished).toMatchObject({ at, actor: { id: "production-system", role: "production" }, command: "finish-production" });
  // What it opens counts from now, not from an hour ago.
  const check = await owed(rep, "Z-1", "check-goods");
  expect(Date.parse(check?.openedAt ?? "")).toBeGreaterThan(Date.now() - HOUR / 2);
});

test("one that never fits is applied by a person, with the reason, at its own time and as its reporter's", async () => {
  const { rep, boss, admin, store, workshop } = cast;
  await making(cast, "Z-2");
  // The goods stand in the warehouse, although production has not said that they are made.
  const at = new Date(Date.now() - HOUR).toISOString();
  expect((await reported(store, "Z-2", "check-goods", { ...allRight, at })).state).toBe("refused");
  const [discrepancyId = ""] = await discrepancies("Z-2");
  const refusal = await admin.send("Z-2", "resolve-discrepancy", { discrepancyId, decision: "apply", reason: "" });
  expect([refusal.status, refusal.body]).toMatchObject([422, { errors: [{ path: "reason" }] }]);
  const reason = "seen in the warehouse; production's terminal was down";
  const now = await done(admin, "Z-2", "resolve-discrepancy", { discrepancyId, decision: "apply", reason });
  expect(now).toMatchObject({ status: "ready_to_ship", stage: "ready", discrepancies: [{ discrepancyId, state: "applied" }] });
  const events = await trail("Z-2");
  expect(events.find(({ event }) => event === "goods-accepted")).toMatchObject({
    at,
    actor: { id: "warehouse-system", role: "warehouse" },
  });
  expect(events.find(({ event }) => event === "discrepancy-closed")).toMatchObject({
    actor: { id: "zhao.min", role: "order_admin" },
    reason,
  });
  // Production's report comes after all: it moves nothing back.
  await reported(workshop, "Z-2", "finish-production", allMade);
  expect((await order(rep, "Z-2")).stage).toBe("ready");
  expect(await boss.send("Z-2", "resolve-discrepancy", { discrepancyId, decision: "discard", reason })).toMatchObject({
    status: 409,
  });
});

test("or it is discarded: it did not happen, and that somebody said so stays on record", async () => {
  const { rep, boss, carrier } = cast;
  await making(cast, "Z-3");
  const dispatch = { carrier: "SF Express", trackingNumber: "SF-Z3", expectedArrival: inDays(3) };
  await reported(carrier, "Z-3", "dispatch", dispatch);
  const [discrepancyId = ""] = await discrepancies("Z-3");
  await done(boss, "Z-3", "resolve-discrepancy", { discrepancyId, decision: "discard", reason: "another order's parcel" });
  await checked(cast, "Z-3");
  await prepared(cast, "Z-3");
  // Discarded is discarded: it does not come back when it would fit.
  expect(await order(rep, "Z-3")).toMatchObject({ stage: "ready", discrepancies: [{ state: "discarded" }] });
});

test("what is known already, and a late event of the carrier, is no discrepancy", async () => {
  const { rep, workshop, store, carrier } = cast;
  await making(cast, "Z-4");
  await checked(cast, "Z-4");
  expect((await reported(workshop, "Z-4", "finish-production", allMade)).state).toBe("done");
  expect((await reported(store, "Z-4", "check-goods", allRight)).state).toBe("done");
  await prepared(cast, "Z-4");
  await shipped(cast, "Z-4", "SF-Z4");
  const dispatch = { carrier: "SF Express", trackingNumber: "SF-Z4", expectedArrival: inDays(3) };
  expect((await reported(carrier, "Z-4", "dispatch", dispatch)).state).toBe("done");
  const first = { trackingNumber: "SF-Z4", event: "in Wuhan" };
  await taken(carrier, "Z-4", "report-tracking", first);
  const late = { trackingNumber: "SF-Z4", event: "picked up", at: new Date(Date.now() - HOUR).toISOString() };
  expect((await reported(carrier, "Z-4", "report-tracking", late)).state).toBe("done");
  // It keeps what it says, and is not the last state.
  expect((await order(rep, "Z-4")).shipments).toMatchObject([{ tracking: [{ event: "picked up" }, { event: "in Wuhan" }] }]);
  expect(await order(rep, "Z-4")).toMatchObject({ stage: "shipped", discrepancies: [] });
  expect((await eventsOf(rep, "Z-4")).filter((event) => event === "report-known")).toHaveLength(3);
});

test("a report of an earlier production run is not taken for one of the present run", async () => {
  const { rep, boss, workshop, carrier } = cast;
  await making(cast, "Z-5");
  await checked(cast, "Z-5");
  // Refused while the goods are ready …
  await reported(workshop, "Z-5", "report-progress", { stage: "packing", quantityDone: [80] });
  await prepared(cast, "Z-5");
  await shipped(cast, "Z-5", "SF-Z5");
  await taken(carrier, "Z-5", "report-trace", { trackingNumber: "SF-Z5", result: "lost" });
  await done(boss, "Z-5", "decide-loss", { decision: "make_again", reason: "lost" });
  // … and not decided by itself now that they are made again: it is about the goods that were lost.
  const now = await order(rep, "Z-5");
  expect(now).toMatchObject({ stage: "making", discrepancies: [{ state: "open", command: "report-progress" }] });
  expect(now.duties.map(({ duty }) => duty)).toContain("resolve-discrepancy");
});

test("a person's report that is refused is on record and told to them; it is no discrepancy", async () => {
  const { rep } = cast;
  await making(cast, "Z-6");
  const key = randomUUID();
  const said = { from: inDays(3), to: inDays(4) };
  const window = { from: `${said.from}T09:00:00+08:00`, to: `${said.to}T18:00:00+08:00`, channel: "phone" } as const;
  const answer = await rep.send("Z-6", "confirm-receiving-time", window, { prefer: "respond-async", "idempotency-key": key });
  expect(answer.status).toBe(202);
  expect(await became(rep, "Z-6", key)).toMatchObject({ state: "refused", reason: "not-in-stage" });
  expect(await settled(rep, "Z-6")).toMatchObject({ discrepancies: [], stage: "making" });
  expect((await eventsOf(rep, "Z-6")).filter((event) => event === "command-refused")).toHaveLength(1);
  const told = (await messagesOf(gendan, "Z-6")).filter(({ message }) => message === "refused");
  expect(told.map(({ to }) => to)).toEqual([[{ role: "sales_rep", id: "li.na" }]]);
});
