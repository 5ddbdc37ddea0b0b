import { CancelledFailure } from "@temporalio/common";
import { expect, test } from "vitest";
import type { Dated } from "../../../src/contracts/workflow.ts";
import type { Effect } from "../../../src/domain/order/effects.ts";
import { openOutbox } from "../../../src/workflows/order/outbox.ts";
import type { Answer, Outside } from "../../../src/workflows/order/outside.ts";
import { MONDAY } from "../../domain/order-fixture.ts";

function message(number: number): Effect {
  return {
    effectId: `SO-1-${number}-messages-tell`,
    system: "messages",
    ask: "tell",
    data: { message: "made", to: [{ role: "sales_rep" }], params: {} },
    requestedAt: MONDAY,
    eventNumber: number,
    state: "pending",
  };
}

const booking: Effect = { ...message(1), effectId: "SO-1-1-logistics-book", system: "logistics", ask: "book", data: {} };

/** What was asked in each activity, and an outside world that answers as it is told to. */
function fakeOutside(answer: (effect: Effect) => Answer) {
  const activities: string[] = [];
  const outside: Outside = {
    async tell(effects) {
      activities.push(`tell ${effects.length}`);
      return effects.map(answer);
    },
    async ask(effect, notBefore) {
      activities.push(`ask ${effect.effectId}${notBefore === undefined ? "" : ` not before ${notBefore}`}`);
      const outcome = answer(effect);
      if (!outcome || outcome.result === "again") throw new TypeError("asked until it is settled");
      return outcome;
    },
  };
  return { activities, outside };
}

/** What became of effects, by what the outbox settled. */
function openKeeping(divided = true) {
  const settled: [string, Dated["result"]][] = [];
  const outbox = openOutbox(
    ({ effectId }, { result }) => void settled.push([effectId, result]),
    () => divided,
  );
  return { outbox, settled };
}

test("messages are told together, other systems are asked each by itself, and nothing that is under way is asked twice", async () => {
  const { activities, outside } = fakeOutside(() => ({ result: "done", at: MONDAY }));
  const { outbox, settled } = openKeeping();
  const pending = [message(1), booking, message(2)];
  const work = outbox.send(pending, outside);
  expect(outbox.send(pending, outside)).toEqual([]);
  expect(pending.every(outbox.isUnderWay)).toBe(true);
  await Promise.all(work);
  expect(activities).toEqual(["tell 2", "ask SO-1-1-logistics-book"]);
  expect(settled).toHaveLength(3);
  expect(pending.some(outbox.isUnderWay)).toBe(false);
  expect(outbox.answers()).toBe(2);
});

test("a message that could not be told yet is told by itself, not before the time that was asked for", async () => {
  let tries = 0;
  const { activities, outside } = fakeOutside(() => {
    tries += 1;
    return tries === 1 ? { result: "again", notBefore: MONDAY + 5_000 } : { result: "done" };
  });
  const { outbox, settled } = openKeeping();
  await Promise.all(outbox.send([message(1)], outside));
  expect([settled, outbox.answers()]).toEqual([[], 1]);
  await Promise.all(outbox.send([message(1), message(2)], outside));
  expect(activities).toEqual(["tell 1", "tell 1", `ask SO-1-1-messages-tell not before ${MONDAY + 5_000}`]);
  expect(settled).toEqual([
    ["SO-1-2-messages-tell", "done"],
    ["SO-1-1-messages-tell", "done"],
  ]);
});

test("more than 100 messages are divided; by a run that began before that, they are not", async () => {
  const many = Array.from({ length: 250 }, (_, number) => message(number));
  const { activities, outside } = fakeOutside(() => ({ result: "done" }));
  await Promise.all(openKeeping().outbox.send(many, outside));
  await Promise.all(openKeeping(false).outbox.send(many, outside));
  expect(activities).toEqual(["tell 100", "tell 100", "tell 50", "tell 250"]);
});

test("an activity that fails is exhausted; one that was cancelled with the run settles nothing", async () => {
  const { outbox, settled } = openKeeping();
  const failing = (error: Error) =>
    fakeOutside(() => {
      throw error;
    }).outside;
  await Promise.all(outbox.send([message(1)], failing(new Error("500"))));
  await Promise.all(outbox.send([booking], failing(new CancelledFailure("continues as new"))));
  expect(settled).toEqual([["SO-1-1-messages-tell", "exhausted"]]);
  expect(outbox.isUnderWay(booking)).toBe(false);
});
