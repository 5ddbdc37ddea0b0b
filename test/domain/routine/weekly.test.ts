import { describe, expect, test } from "vitest";
import type { Period } from "../../../src/domain/routine/period.ts";
import { weekOf } from "../../../src/domain/routine/period.ts";
import { unreportedDelay, weeklyLine } from "../../../src/domain/routine/weekly.ts";
import type { Order } from "../../../src/domain/order/state.ts";
import { dayOf, ms } from "../../../src/domain/time.ts";
import { by, later, machine, MONDAY, when, type Story } from "../order-fixture.ts";
import { upTo } from "../regular.ts";

const R = by("sales_rep");
const P = machine("production");
const week: Period = weekOf(dayOf(MONDAY));

function needed({ order }: Story): Order {
  if (!order) throw new Error("no order");
  return order;
}
const line = (story: Story, period = week) => weeklyLine(needed(story), period, story.now, "P3D");
const under = (story: Story, period = week) => line(story, period)?.sections ?? [];

describe("the summary lists an order", () => {
  test("in production, from release to the warehouse's check, and before and after not at all", () => {
    expect(under(upTo("sign"))).toEqual([]);
    expect(under(upTo("release"))).toEqual(["in_production"]);
    expect(line(upTo("release"))).toMatchObject({ stage: "making", salesRep: "li.na", promisedDate: "2026-12-20" });
    expect(under(upTo("check"))).toEqual(["finished"]);
  });

  test("as not updated from the eighth day on, and as at risk for it", () => {
    expect(under(later(upTo("release"), "P7D"))).toEqual(["in_production"]);
    const forgotten = later(upTo("release"), "P7DT1M");
    expect(under(forgotten)).toEqual(["in_production", "not_updated", "at_risk"]);
    expect(line(forgotten)?.risks).toEqual(["not-updated"]);
    expect(under(when(forgotten, "update-progress", R, { summary: "half", source: "workshop" }))).toEqual(["in_production"]);
  });

  test("as finished in the week in which it was made, by business time, and in no other", () => {
    expect(under(upTo("finish"))).toEqual(["in_production", "finished"]);
    expect(under(upTo("finish"), weekOf("2026-11-30"))).toEqual(["in_production"]);
  });

  test("as delayed with reason and remedy while the delay is open, and in the week in which it ended", () => {
    const late = when(upTo("leadTime"), "report-delay", P, { cause: "chips short", newFinish: "2026-12-22" });
    expect(line(late)).toMatchObject({
      sections: ["in_production", "delayed"],
      delays: [{ state: "untold", cause: "chips short", promisedDate: "2026-12-20", forecastArrival: "2026-12-25" }],
    });
    const told = when(late, "tell-customer-of-delay", R, {
      reason: "chips came late",
      remedy: { kind: "discount", valueFen: 10_000 },
      newDate: "2026-12-26",
      channel: "phone",
    });
    expect(line(told)?.delays).toMatchObject([
      { state: "told", reason: "chips came late", remedy: { kind: "discount", valueFen: 10_000 }, newDate: "2026-12-26" },
    ]);
    const agreed = when(told, "agree-remedy", R, { accepted: true });
    expect(under(agreed)).toEqual(["in_production", "delayed"]);
    expect(under(agreed, weekOf("2026-12-07"))).toEqual(["in_production"]);
  });

  test("as at risk when its planned finish is near, when it is made again, while a change is open", () => {
    const near = when(upTo("leadTime"), "update-progress", R, { summary: "on schedule", source: "workshop" });
    expect(needed(near).plannedFinish).toBe("2026-12-03");
    expect(line({ ...near, now: near.now + ms("P6D") })?.risks).toEqual([]);
    expect(line(when(later(near, "P6D"), "update-progress", R, { summary: "on", source: "w" }))?.risks).toEqual([]);
    expect(line(when(later(near, "P7D"), "update-progress", R, { summary: "on", source: "w" }))?.risks).toEqual(["finish-near"]);
    const changing = when(near, "request-change", R, { kind: "other", patch: {}, revision: 1, why: "packing" });
    expect(line(changing)?.risks).toEqual(["change-open"]);
    const refused = when(upTo("finish"), "check-goods", by("warehouse"), { lines: [{ counted: 1, specificationOk: true }] });
    expect(line(refused)?.risks).toEqual(["rework"]);
  });
});

describe("example J: the summary finds a delay that nobody reported", () => {
  test("when the planned finish has passed and what is made today comes too late", () => {
    // Promised for 20 December, three days on the way, production said 3 December: reachable until the 17th.
    const story = upTo("leadTime");
    const on = (day: string) => unreportedDelay(needed(story), Date.parse(`${day}T09:00:00+08:00`));
    expect(on("2026-12-03")).toBeUndefined();
    expect(on("2026-12-17")).toBeUndefined();
    expect(on("2026-12-18")).toEqual({ why: "finish-passed", promisedDate: "2026-12-20", newFinish: "2026-12-18" });
  });

  test("when goods are made, and what is dispatched today comes too late", () => {
    const found = unreportedDelay(needed(upTo("finish")), Date.parse("2026-12-19T09:00:00+08:00"));
    expect(found).toEqual({ why: "promise-out-of-reach", promisedDate: "2026-12-20", newArrival: "2026-12-22" });
  });

  test("not where a delay is open already, where the order is called off, or before and after production", () => {
    const at = Date.parse("2026-12-19T09:00:00+08:00");
    const open = when(upTo("leadTime"), "report-delay", P, { cause: "short", newFinish: "2026-12-22" });
    const off = when(upTo("leadTime"), "cancel", by("supervisor"), { reason: "closed" });
    for (const story of [open, off, upTo("sign"), upTo("dispatch")]) expect(unreportedDelay(needed(story), at)).toBeUndefined();
  });

  test("reported, it opens the delay that is to be told", () => {
    const story = { ...upTo("leadTime"), now: Date.parse("2026-12-18T09:00:00+08:00") };
    const { newFinish } = unreportedDelay(needed(story), story.now) ?? {};
    const service = { ...machine("order_admin"), id: "gendan" };
    const after = when(story, "report-delay", service, { cause: "found by the weekly summary", newFinish });
    expect(needed(after).delays).toMatchObject([{ state: "untold", forecastArrival: "2026-12-21" }]);
    expect(unreportedDelay(needed(after), after.now)).toBeUndefined();
  });
});
