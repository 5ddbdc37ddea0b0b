import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { reports } from "../../src/contracts/outside.ts";
import { addDays, dayOf } from "../../src/domain/time.ts";
import {
  address,
  receiveReports,
  lines,
  place,
  ship,
  openStandIns,
  until,
  contractErrors,
  type Reported,
} from "./stand-ins-under-test.ts";

const today = (): string => dayOf(Date.now());
const commands = (reported: readonly Reported[]): string[] => reported.map(({ command }) => command);

/** Long enough for a busy machine to ask twice before production reports progress. */
const slowProduction = { "report-lead-time": 5, "answer-amendment": 5, "report-progress": 400, "finish-production": 410 };

describe("production in auto mode", () => {
  it("reports the lead time, the progress and the end, in this order, each with its own time and key", async () => {
    const { url, reported } = await receiveReports();
    const { ask } = await openStandIns({ gendanUrl: url, delays: slowProduction });
    const promisedDate = addDays(today(), 60);
    await ask("production", "place", { ...place, promisedDate }, "k2");
    await ask("production", "quote-lead-time", { orderNo: "A-1", lines, custom: null, promisedDate }, "k1");
    await until(() => expect(reported).toHaveLength(3));
    expect(reported.map(({ command, body: { at: _at, ...body } }) => [command, body])).toEqual([
      ["report-lead-time", { days: 10 }],
      ["report-progress", { stage: "组装 assembly", quantityDone: [50] }],
      ["finish-production", { quantity: [100] }],
    ]);
    expect(reported.map(({ headers }) => headers["idempotency-key"])).toEqual([
      "k1-report-lead-time",
      "k2-report-progress",
      "k2-finish-production",
    ]);
    expect(reported[0]?.headers.authorization).toBe("Bearer production/production-stand-in");
    const times = reported.map(({ body }) => String(body["at"]));
    expect(times).toEqual(times.toSorted());
  });

  it.each([
    [60, 10],
    [9, 5],
    [2, 1],
  ])("with a promised date in %i days the lead time is %i days", async (promised, days) => {
    const { url, reported } = await receiveReports();
    const { ask } = await openStandIns({ gendanUrl: url });
    await ask("production", "quote-lead-time", { orderNo: "A-1", lines, custom: null, promisedDate: addDays(today(), promised) });
    await until(() => expect(reported).toMatchObject([{ body: { days } }]));
  });

  it("amends a running production, and reworks refused goods", async () => {
    const { url, reported } = await receiveReports();
    const { ask } = await openStandIns({ gendanUrl: url, delays: slowProduction });
    await ask("production", "place", place);
    await ask("production", "amend", { orderNo: "A-1", changeId: "c-7", lines: [{ ...lines[0], quantity: 40 }], custom: null });
    await until(() => expect(commands(reported)).toEqual(["answer-amendment", "report-progress", "finish-production"]));
    expect(reported[0]?.body).toMatchObject({ changeId: "c-7", accepted: true });
    expect(reported[2]?.body).toMatchObject({ quantity: [40] });
    await ask("production", "rework", { orderNo: "A-1", findings: [{ line: 0, counted: 39, specificationOk: true }] });
    await until(() => expect(commands(reported).slice(3)).toEqual(["report-progress", "finish-production"]));
    expect(reported[4]?.body).toMatchObject({ quantity: [40] });
  });

  it("drops the reports of an order that is called off", async () => {
    const { url, reported } = await receiveReports();
    const { ask, state } = await openStandIns({
      gendanUrl: url,
      delays: { "report-progress": 60_000, "finish-production": 60_000 },
    });
    await ask("production", "place", place);
    await ask("production", "call-off", { orderNo: "A-1", reason: "cancelled" });
    expect((await state("production")).reports.map((one) => one.state)).toEqual(["dropped", "dropped"]);
    expect(reported).toEqual([]);
  });
});

it("the warehouse finds the goods right", async () => {
  const { url, reported } = await receiveReports();
  const { ask } = await openStandIns({ gendanUrl: url });
  await ask("warehouse", "expect-goods", { orderNo: "A-1", lines });
  await until(() =>
    expect(reported).toMatchObject([{ command: "check-goods", body: { lines: [{ counted: 100, specificationOk: true }] } }]),
  );
});

function receiving(days: number): { from: string; to: string } {
  const day = addDays(today(), days);
  return { from: `${day}T09:00:00+08:00`, to: `${day}T17:00:00+08:00` };
}

describe("logistics in auto mode", () => {
  it("books a courier, ships, tracks, delivers and traces", async () => {
    const { url, reported } = await receiveReports();
    const { ask } = await openStandIns({ gendanUrl: url });
    await ask("logistics", "book", { orderNo: "A-1", lines, deliveryAddress: address, special: false });
    await until(() => expect(commands(reported)).toEqual(["arrange-transport"]));
    expect(reported[0]?.body).toMatchObject({ method: "courier", freightBorneBy: "customer" });
    await ask("logistics", "ship", ship);
    await until(() => expect(commands(reported).slice(1)).toEqual(["dispatch", "report-tracking", "report-delivery"]));
    const [, dispatch, tracking, delivery] = reported;
    expect(dispatch?.body).toMatchObject({
      carrier: "顺丰",
      trackingNumber: expect.stringMatching(/^SF\d{15}$/),
      expectedArrival: addDays(today(), 3),
    });
    expect(tracking?.body["trackingNumber"]).toBe(dispatch?.body["trackingNumber"]);
    expect(delivery?.body).toMatchObject({
      trackingNumber: dispatch?.body["trackingNumber"],
      signedBy: "陈先生",
      deliveredAt: delivery?.body["at"],
    });
    await ask("logistics", "trace", { orderNo: "A-1", trackingNumber: "SF1", carrier: "顺丰" });
    await until(() =>
      expect(reported[4]).toMatchObject({ command: "report-trace", body: { trackingNumber: "SF1", result: "in_transit" } }),
    );
  });

  it("expects the arrival in the customer's receiving window, and gives a second shipment another tracking number", async () => {
    const { url, reported } = await receiveReports();
    const { ask } = await openStandIns({ gendanUrl: url });
    for (const days of [9, 1]) await ask("logistics", "ship", { ...ship, orderNo: `A-${days}`, receivingTime: receiving(days) });
    await until(() => expect(commands(reported).filter((one) => one === "dispatch")).toHaveLength(2));
    const dispatched = reported.filter(({ command }) => command === "dispatch");
    for (const { orderNo, body } of dispatched) expect(body["expectedArrival"]).toBe(addDays(today(), Number(orderNo.slice(2))));
    expect(new Set(dispatched.map(({ body }) => body["trackingNumber"])).size).toBe(2);
  });
});

it("everything that is reported is as the commands' wire contracts have it", async () => {
  const { url, reported } = await receiveReports();
  const { ask } = await openStandIns({ gendanUrl: url });
  const { production, warehouse, logistics } = reports;
  await ask("production", "quote-lead-time", { orderNo: "A-1", lines, custom: null });
  await ask("production", "place", { ...place, orderNo: "A-2" });
  await ask("production", "amend", { orderNo: "A-3", changeId: "c-7", lines, custom: null });
  await ask("warehouse", "expect-goods", { orderNo: "A-1", lines });
  await ask("logistics", "book", { orderNo: "A-1", lines, deliveryAddress: address, special: true });
  await ask("logistics", "ship", { ...ship, orderNo: "A-2" });
  await ask("logistics", "trace", { orderNo: "A-3", trackingNumber: "SF1", carrier: "顺丰" });
  await until(() => expect(reported).toHaveLength(10));
  expect(reported.map((one) => [one.command, contractErrors(one)])).toEqual(reported.map(({ command }) => [command, undefined]));
  const announced = [production, warehouse, logistics].flatMap((asks) => Object.values(asks).flat());
  expect(announced).toEqual(expect.arrayContaining(commands(reported)));
});

describe("automatic reports", () => {
  it("are made once for a repeated ask, and sent five times when told to", async () => {
    const { url, reported } = await receiveReports();
    const { ask, control, state } = await openStandIns({ gendanUrl: url });
    await control("warehouse", "behaviour", { copies: 5 });
    for (let time = 0; time < 3; time += 1) await ask("warehouse", "expect-goods", { orderNo: "A-1", lines }, "k1");
    await until(async () => expect((await state("warehouse")).reports).toMatchObject([{ state: "accepted" }]));
    expect(reported).toHaveLength(5);
    for (const one of reported)
      expect(one).toMatchObject({ body: reported[0]?.body, headers: { "idempotency-key": "k1-check-goods" } });
  });

  it("are sent in reverse order when told to, each with its own business time", async () => {
    const { url, reported } = await receiveReports();
    const { ask, control } = await openStandIns({ gendanUrl: url });
    await control("logistics", "behaviour", { backwards: true });
    await ask("logistics", "ship", ship);
    await until(() => expect(commands(reported)).toEqual(["report-delivery", "report-tracking", "dispatch"]));
    const times = reported.map(({ body }) => String(body["at"]));
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it("keep their order while Gendan fails, and delay no other order's", async () => {
    let failures = 2;
    const { url, reported } = await receiveReports(({ orderNo, command }) =>
      orderNo === "A-1" && command === "report-progress" && failures-- > 0 ? 503 : 202,
    );
    const { ask, state } = await openStandIns({ gendanUrl: url });
    await ask("production", "place", place);
    await ask("production", "place", { ...place, orderNo: "A-2" });
    await until(async () =>
      expect((await state("production")).reports.map((one) => one.state)).toEqual(Array.from({ length: 4 }, () => "accepted")),
    );
    const of = (orderNo: string): string[] => commands(reported.filter((one) => one.orderNo === orderNo));
    expect(of("A-1")).toEqual(["report-progress", "report-progress", "report-progress", "finish-production"]);
    expect(of("A-2")).toEqual(["report-progress", "finish-production"]);
    expect(reported.findLastIndex((one) => one.orderNo === "A-2")).toBeLessThan(
      reported.findLastIndex((one) => one.orderNo === "A-1"),
    );
  });

  it("are sent after a restart if they were not sent before", async () => {
    const { url, reported } = await receiveReports();
    const home = mkdtempSync(join(tmpdir(), "gendan-stand-ins-"));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const first = await openStandIns({ home });
    await first.ask("warehouse", "expect-goods", { orderNo: "A-1", lines }, "k1");
    await until(async () => expect((await first.state("warehouse")).reports[0]?.tries).toBeGreaterThan(0));
    await first.close();
    await openStandIns({ home, gendanUrl: () => url });
    await until(() =>
      expect(reported).toMatchObject([{ command: "check-goods", headers: { "idempotency-key": "k1-check-goods" } }]),
    );
  });

  it("are not made in manual mode", async () => {
    const { ask, state } = await openStandIns({ mode: "manual" });
    await ask("production", "place", place);
    expect((await state("production")).reports).toEqual([]);
  });
});
