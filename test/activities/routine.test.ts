import { ApplicationFailure } from "@temporalio/activity";
import { defaultActivityInfo, MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { routineActivities } from "../../src/activities/routine.ts";
import type { OutgoingCommand } from "../../src/application/commands.ts";
import { scopedKey } from "../../src/contracts/keys.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { weekBefore } from "../../src/domain/routine/period.ts";
import { DAY, iso } from "../../src/domain/time.ts";
import { composeWeeklySheet } from "../../src/forms/weekly-summary.ts";
import { readAllLines } from "../../src/records/routine-reports.ts";
import { lastEventOf } from "../../src/records/read.ts";
import { publish } from "../../src/records/write.ts";
import { columnWords, foundDelayText } from "../../src/texts/routine.ts";
import { openRunningOrder, type RunningOrder } from "../../src/workflows/order/running-order.ts";
import { beginning, later } from "../domain/order-fixture.ts";
import { upTo } from "../domain/regular.ts";
import { openRecords, salted, type Fixture } from "../records/fixture.ts";

/** What the routines put on orders, with an engine that fails for some: orders are in memory, without Temporal; the records are real. */
let records: Fixture;
const runningOrders = new Map<string, RunningOrder>();
/** For how many signals more an order cannot be reached. */
const unreachable = new Map<string, number>();
const sent: { readonly orderNo: string; readonly key: string; readonly body: object }[] = [];
/** Whether an order's new events are on record already when the next try reads it. */
let recording = true;

async function record(orderNo: string): Promise<void> {
  const publication = runningOrders.get(orderNo)?.publication(await lastEventOf(records.db, orderNo), Date.now());
  if (publication) await publish(records.db, publication);
}

async function takeOn(
  orderNo: string,
  { command, key, ...input }: OutgoingCommand,
): Promise<{ outcome: "taken-in" | "engine-away" }> {
  const left = unreachable.get(orderNo) ?? 0;
  unreachable.set(orderNo, left - 1);
  // Some signals arrive although their sender is told that they did not.
  const arrives = left <= 0 || left % 2 === 0;
  if (arrives) {
    const scoped = scopedKey(input.actor.id, key);
    sent.push({ orderNo, key: scoped, body: input.body });
    runningOrders.get(orderNo)?.takeReport(command, { ...input, key: scoped, checked: true }, scoped, Date.now());
    if (recording) await record(orderNo);
  }
  return { outcome: left > 0 ? "engine-away" : "taken-in" };
}

beforeAll(async () => {
  records = await openRecords();
});
afterAll(() => records.end());
beforeEach(() => {
  sent.length = 0;
  recording = true;
});

const activities = () =>
  routineActivities({
    db: records.db,
    reportCommand: takeOn,
    policy: defaultPolicy,
    calendar: async () => defaultCalendar,
    carrierRecord: async () => undefined,
    tell: async ({ effectId }) => ({ effectId, result: "done" }),
  });

/** Runs an activity as the engine does: again and again until it does not fail. How often that was. */
async function untilDone(work: () => Promise<void>): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const info = { ...defaultActivityInfo, attempt };
    const env = new MockActivityEnvironment(info, { logger: new DefaultLogger("ERROR") });
    const failed = await env.run(async (): Promise<unknown> => work().catch((error: unknown) => error));
    if (failed === undefined) return attempt;
    if (!(failed instanceof ApplicationFailure) || failed.nonRetryable) throw failed;
    expect(failed.type).toBe("undelivered");
  }
}

/** An order in production whose promise has become impossible, or whose weekly update is overdue. */
async function late(orderNo: string): Promise<void> {
  const story = later(upTo("leadTime"), "P8D");
  const shift = Date.now() - story.now;
  runningOrders.set(
    orderNo,
    openRunningOrder({ orderNo, policy: defaultPolicy, calendar: defaultCalendar, events: salted(story.events, orderNo, shift) }),
  );
  await record(orderNo);
}

/** The same, promised for tomorrow. */
async function promised(orderNo: string): Promise<void> {
  const tomorrow = iso(Date.now() + DAY + 8 * 3_600_000).slice(0, 10);
  const { events, now } = upTo("release", beginning);
  const moved = salted(events, orderNo, Date.now() - now);
  const dated = JSON.parse(JSON.stringify(moved).replaceAll("2026-12-20", tomorrow)) as typeof moved;
  runningOrders.set(orderNo, openRunningOrder({ orderNo, policy: defaultPolicy, calendar: defaultCalendar, events: dated }));
  await record(orderNo);
}

const findings = (orderNo: string) => runningOrders.get(orderNo)?.order()?.findings ?? [];
const delays = (orderNo: string) => runningOrders.get(orderNo)?.order()?.delays ?? [];

async function inspected(reportId: string, orderNos: readonly string[]): Promise<number> {
  const { beginReport, inspectOrders } = activities();
  await beginReport({ reportId, kind: "daily", period: reportId, asOf: iso(Date.now()), about: {} });
  return untilDone(() => inspectOrders({ reportId, orderNos, carrierGrace: "PT2H" }));
}
async function summarised(reportId: string, orderNos: readonly string[]): Promise<number> {
  const { beginReport, summarise } = activities();
  const [asOf, period] = [iso(Date.now()), weekBefore(Date.now())];
  await beginReport({ reportId, kind: "weekly", period: period.name, asOf, about: {} });
  return untilDone(() => summarise({ reportId, orderNos, period, asOf, atRiskWithin: "P3D" }));
}
async function linesOf(reportId: string) {
  const lines = await readAllLines(records.db, reportId);
  return Object.fromEntries(lines.map((line) => [line.orderNo, line]));
}

test("an inspection's finding whose signal fails is sent again until the order has it, once, and the others have theirs at once", async () => {
  for (const orderNo of ["F-1", "F-2", "F-3"]) await late(orderNo);
  unreachable.set("F-2", 3);
  expect(await inspected("daily-f", ["F-1", "F-2", "F-3"])).toBe(4);
  for (const orderNo of ["F-1", "F-2", "F-3"]) {
    expect(findings(orderNo), orderNo).toMatchObject([{ rule: "R3.2", person: "li.na" }]);
    expect((await linesOf("daily-f"))[orderNo]).toMatchObject({
      tags: ["found", "found:progress"],
      body: { findings: [{ known: false }] },
    });
  }
  expect(sent.filter(({ orderNo }) => orderNo !== "F-2").map(({ orderNo }) => orderNo)).toEqual(["F-1", "F-3"]);
  // What arrived although it was said not to was sent again as the same command.
  expect(new Set(sent.filter(({ orderNo }) => orderNo === "F-2").map((each) => JSON.stringify(each))).size).toBe(1);
  expect(runningOrders.get("F-2")?.order()?.discrepancies).toEqual([]);
});

test("what an order cannot be told is left to people after some tries: it stands in the report, and the next inspection tries anew", async () => {
  for (const orderNo of ["G-1", "G-2"]) await late(orderNo);
  unreachable.set("G-1", 7);
  // None of them arrives.
  recording = false;
  const stuck = runningOrders.get("G-1");
  runningOrders.delete("G-1");
  expect(await inspected("daily-g", ["G-1", "G-2"])).toBe(5);
  expect((await linesOf("daily-g"))["G-1"]).toMatchObject({
    tags: ["found", "found:progress", "undelivered"],
    body: { findings: [{ rule: "R3.2", known: false }] },
  });
  expect(findings("G-2")).toHaveLength(1);
  expect((await activities().finishReport("daily-g")).tags).toMatchObject({ found: 2, undelivered: 1 });
  if (stuck) runningOrders.set("G-1", stuck);
  unreachable.delete("G-1");
  expect(await inspected("daily-g2", ["G-1"])).toBe(1);
  expect(findings("G-1")).toHaveLength(1);
});

test("a delay that the weekly summary found is reported under the same key until the order has it, and the summary keeps saying so", async () => {
  for (const orderNo of ["D-1", "D-2"]) await promised(orderNo);
  unreachable.set("D-1", 3);
  expect(await summarised("weekly-d", ["D-1", "D-2"])).toBe(4);
  for (const orderNo of ["D-1", "D-2"]) {
    expect(delays(orderNo), orderNo).toMatchObject([{ state: "untold" }]);
    const line = (await linesOf("weekly-d"))[orderNo];
    expect(line?.tags).toContain("delay-found");
    expect(line?.tags).not.toContain("undelivered");
    expect(line?.body).toMatchObject({ delayFound: { why: "promise-out-of-reach" } });
  }
  expect(new Set(sent.map(({ key }) => key))).toEqual(new Set(["gendan/weekly-d-D-1", "gendan/weekly-d-D-2"]));
});

test("a delay that could not be put on its order is named in the summary's sheet, in both languages", () => {
  const found = { why: "finish-passed", promisedDate: "2026-12-20" } as const;
  const lines = [
    { orderNo: "D-9", delayFound: found, notDelivered: true as const },
    { orderNo: "D-8", delayFound: found },
  ];
  for (const locale of ["zh", "en"] as const) {
    const { sections } = composeWeeklySheet({ week: "2026-W47", asOf: iso(0), lines }, locale, "");
    expect(sections.at(-1)).toMatchObject({
      title: `${columnWords.notDelivered[locale]} (1)`,
      rows: [["D-9", foundDelayText(found)]],
    });
  }
});

test("an order that cannot be asked for its inspection is in the sample all the same, and is asked by another try", async () => {
  await late("S-1");
  unreachable.set("S-1", 1);
  const { beginReport, askInspection } = activities();
  await beginReport({ reportId: "sample-s", kind: "sample", period: "s", asOf: iso(Date.now()), about: {} });
  const tries = await untilDone(() => askInspection({ reportId: "sample-s", orderNos: ["S-1", "S-none"], by: "management" }));
  expect(tries).toBe(2);
  expect(runningOrders.get("S-1")?.order()?.inspections).toMatchObject([{ inspectionId: "sample-s", by: "management" }]);
  expect(await linesOf("sample-s")).toMatchObject({ "S-1": { tags: ["asked"] }, "S-none": { tags: ["not-checked"] } });
});
