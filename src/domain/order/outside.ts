import { SYSTEM } from "../people.ts";
import type { Ms } from "../time.ts";
import { append, type Origin, type Outcome } from "./append.ts";
import { handOver, reachedRep } from "./deputies.ts";
import { duties } from "./duties.ts";
import type { Effect, EffectOutcome } from "./effects.ts";
import { fact, type Restored } from "./events.ts";
import type { Order } from "./state.ts";

/** What is still to be asked outside. */
export function pendingEffects(order: Order): readonly Effect[] {
  return order.effects.filter(({ state }) => state === "pending");
}

/** Puts an outside system's answer on record: done, or for a person to take over. */
export function settle(order: Order, effectId: string, outcome: EffectOutcome, now: Ms): Outcome {
  const effect = order.effects.find((each) => each.effectId === effectId);
  if (effect?.state !== "pending") return { order, events: [] };
  const origin: Origin = { command: "clock", at: now, receivedAt: now, actor: SYSTEM };
  if (outcome.result === "done") {
    return append(order, [fact("effect-done", { effectId, outcome }), ...handOver(order, reachedRep(order, outcome))], origin);
  }
  const failed = fact("effect-failed", { effectId, outcome });
  if (effect.system !== "messages" || effect.data.message !== "rung") return append(order, [failed], origin);
  const { dutyId, duty, rung } = effect.data.params;
  const owed = duties(order, now).find((each) => each.dutyId === dutyId);
  const told = owed?.watch.rungs.findLast((each) => each.rung === rung);
  // Nobody was reached: the telling climbs on, if the duty is still owed.
  return append(
    order,
    owed && told && told.duty === duty
      ? [failed, fact("rung-unreached", { dutyId: owed.dutyId, duty: owed.duty, rung: told.rung, effectId })]
      : [failed],
    origin,
  );
}

const KEPT =
  "引擎收到取消本订单运行的请求，未予执行，订单继续：订单只能按业务操作取消。 The engine was asked to cancel this order's run, which is refused: the order goes on, and is called off by its commands alone.";

/** Puts on record that somebody asked the engine to cancel the run. Nothing else changes; the supervisor is told. */
export function keepRunning(order: Order, now: Ms): Outcome {
  const origin: Origin = { command: "clock", at: now, receivedAt: now, actor: SYSTEM, reason: KEPT };
  return append(order, [fact("run-cancellation-refused", {})], origin);
}

/** Puts on record that nothing carried the order on until now. */
export function restore(order: Order, why: Restored, now: Ms): Outcome {
  return append(order, [fact("order-restored", { why })], { command: "clock", at: now, receivedAt: now, actor: SYSTEM });
}
