import type { TestWorkflowEnvironment } from "@temporalio/testing";
import type { WorkflowBundle } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAY, HOUR, iso, MINUTE } from "../../src/domain/time.ts";
import { by } from "../domain/order-fixture.ts";
import { customer, lines } from "../domain/regular.ts";
import { until } from "../support/until.ts";
import { bundle, timeSkipping } from "../support/engines.ts";
import {
  noRequests,
  getOrder,
  makeActivities,
  withWorker,
  type OrderUnderTest,
  type OutsideRequests,
} from "./order-under-test.ts";

const R = by("sales_rep");
const S = by("supervisor");

let env: TestWorkflowEnvironment;
let code: WorkflowBundle;
beforeAll(async () => {
  [env, code] = await Promise.all([timeSkipping(), bundle()]);
}, 120_000);
afterAll(async () => {
  await env.teardown();
});

/** The rungs told so far, as the message system saw them. */
function rungsIn(seen: OutsideRequests, duty: string): string[] {
  return seen.tells
    .filter(({ message }) => message.message === "rung" && message.params["duty"] === duty)
    .map(({ message }) => `${String(message.params["rung"])}: ${message.to.map(({ role }) => role).join(" ")}`);
}

/** Waits for the worker, not for the engine's clock: what it was told by now. */
async function toldBy(seen: OutsideRequests, duty: string, count: number): Promise<string[]> {
  return until(
    async () => rungsIn(seen, duty),
    ({ length }) => length >= count,
  );
}

async function close(order: OrderUnderTest): Promise<void> {
  await order.handle.terminate();
}

describe("a confirmation that is not made in two hours", () => {
  test("is warned, due, escalated, acknowledged, and confirmed late", async () => {
    const seen = noRequests();
    const order = getOrder(env, "late", "SO-late");
    await withWorker(env, "late", makeActivities(seen), code, async () => {
      const { order: received } = await order.receive(R, { customer, salesRep: "li.na" });
      const since = Date.parse(received.receivedAt);
      await env.sleep(1.5 * HOUR + MINUTE);
      expect(await toldBy(seen, "confirm", 1)).toEqual(["warn: sales_rep"]);
      await env.sleep(30 * MINUTE);
      expect(await toldBy(seen, "confirm", 2)).toEqual(["warn: sales_rep", "due: sales_rep supervisor"]);
      await env.sleep(HOUR);
      expect((await toldBy(seen, "confirm", 3)).at(-1)).toBe("escalate: management");
      const [duty] = (await order.read()).duties;
      expect(duty).toMatchObject({ duty: "confirm", state: "overdue", level: 3, dueAt: iso(since + 2 * HOUR) });
      await order.ask("acknowledge", S, { dutyId: duty?.dutyId ?? "" });
      await env.sleep(2 * DAY);
      expect(rungsIn(seen, "confirm")).toHaveLength(3);
      const { events } = await order.ask("confirm", R, { lines, deliveryDate: "2099-12-20", channel: "phone" });
      expect(events.map(({ event }) => event)).toEqual(["confirmed"]);
      const closed = (await order.publication()).duties.find(({ dutyId }) => dutyId === duty?.dutyId);
      expect(closed).toMatchObject({ state: "met", late: true, dueAt: iso(since + 2 * HOUR), acknowledgedBy: "wang.fang" });
      await close(order);
    });
  });

  test("a rung that reaches nobody is told to the next person up, and that is kept as an event", async () => {
    const seen = noRequests();
    const order = getOrder(env, "nobody", "SO-nobody");
    const activities = makeActivities(seen, {
      tell: async (messages) => {
        seen.tells.push(...messages);
        return messages.map(({ effectId, message: { to } }) =>
          to.some(({ role }) => role === "management")
            ? { effectId, result: "done", reached: to }
            : { effectId, result: "unreached", unreached: to },
        );
      },
    });
    await withWorker(env, "nobody", activities, code, async () => {
      await order.receive(R, { customer, salesRep: "li.na" });
      await env.sleep(1.5 * HOUR + MINUTE);
      expect(await toldBy(seen, "confirm", 3)).toEqual(["warn: sales_rep", "warn: supervisor", "warn: management"]);
      const events = await until(
        () => order.history(),
        (all) => all.some(({ event, data }) => event === "effect-done" && "effectId" in data),
      );
      expect(events.filter(({ event }) => event === "rung-unreached")).toHaveLength(2);
      expect((await order.read()).duties.map(({ duty }) => duty)).toContain("take-over");
      await close(order);
    });
  });

  test("a message system that is away never stops the clock", async () => {
    const seen = noRequests();
    const order = getOrder(env, "silent", "SO-silent");
    const activities = makeActivities(seen, {
      tell: async (messages) => messages.map(({ effectId }) => ({ effectId, result: "again", detail: "away" })),
      tellAgain: async () => {
        throw new Error("away");
      },
    });
    await withWorker(env, "silent", activities, code, async () => {
      const { order: received } = await order.receive(R, { customer, salesRep: "li.na" });
      await env.sleep(3 * HOUR + MINUTE);
      const rungs = async () =>
        (await order.history()).flatMap((each) =>
          each.event === "rung-told" && each.data.duty === "confirm" ? [each.data.rung] : [],
        );
      expect(await until(rungs, ({ length }) => length >= 3)).toEqual(["warn", "due", "escalate"]);
      const [duty] = (await order.read()).duties;
      expect(duty?.dueAt).toBe(iso(Date.parse(received.receivedAt) + 2 * HOUR));
      await close(order);
    });
  });

  test("a doubt pauses it, and the time that was left is left afterwards", async () => {
    const seen = noRequests();
    const order = getOrder(env, "doubt", "SO-doubt");
    await withWorker(env, "doubt", makeActivities(seen), code, async () => {
      const { order: received } = await order.receive(R, { customer, salesRep: "li.na" });
      const dutyId = received.duties.find(({ duty }) => duty === "confirm")?.dutyId ?? "";
      await env.sleep(HOUR);
      const asked = await order.ask("ask-customer", R, { dutyId, question: "Which cap?", channel: "phone" });
      expect(asked.order.duties[0]).toMatchObject({ state: "paused" });
      await env.sleep(5 * HOUR);
      expect(rungsIn(seen, "confirm")).toEqual([]);
      const answered = await order.ask("record-answer", R, {
        questionId: asked.order.questions[0]?.questionId ?? "",
        answer: "E27",
      });
      const due = Date.parse(answered.order.duties[0]?.dueAt ?? "");
      const stood = due - Date.parse(received.receivedAt) - 2 * HOUR;
      expect(stood).toBeGreaterThanOrEqual(5 * HOUR);
      expect(stood).toBeLessThan(5 * HOUR + 5 * MINUTE);
      await close(order);
    });
  });
});
