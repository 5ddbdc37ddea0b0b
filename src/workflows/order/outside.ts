import { ActivityFailure, isCancellation, proxyActivities } from "@temporalio/workflow";
import type { Dated, OrderActivities } from "../../contracts/workflow.ts";
import type { Effect } from "../../domain/order/effects.ts";
import type { Order } from "../../domain/order/state.ts";
import { ms, SECOND, type Ms } from "../../domain/time.ts";
import { readOutcome, readOutcomes, type Outcome } from "./gate/outcome.ts";
import { fitText } from "./gate/values.ts";
import { summaryOfEffect } from "./presentation.ts";

/** What became of what was asked. `again`: a message is to be told once more, by itself. `undefined`: there is no answer. */
export type Answer = Outcome | undefined;

/** The activities of an order, with its own policy of retries. */
export interface Outside {
  /** Tells several messages, one try each. An answer for each, in their order. */
  tell(effects: readonly Effect[]): Promise<readonly Answer[]>;
  /** Asks one thing until it is settled. `notBefore`, ms: the activity waits, and not a timer here, so that runs of older code replay. */
  ask(effect: Effect, notBefore: Ms | undefined): Promise<Dated>;
}

/** The answer as final: a failure that may pass is given up, as this activity was the last try. */
function settled(outcome: Outcome): Dated {
  return outcome.result === "again" ? { ...outcome, result: "exhausted" } : outcome;
}

/** What an activity that failed amounts to; `undefined`: it was cancelled with the run, and the next run asks again, with the same key. */
export function exhausted(error: unknown): Dated | undefined {
  if (isCancellation(error)) return undefined;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return { result: "exhausted", detail: fitText(cause instanceof Error ? cause.message : String(cause), 2_000) };
}

/** What an order asks outside, by activities with the order's own policy of retries. */
export function outsideOf({ orderNo, policy: { effects: policy } }: Order): Outside {
  const retry = {
    initialInterval: ms(policy.retryAfter),
    maximumInterval: ms(policy.retryAtMost),
    maximumAttempts: policy.attempts,
  };
  const proxy = (effects: readonly Effect[]) =>
    proxyActivities<OrderActivities>({
      startToCloseTimeout: (ms(policy.timeout) + SECOND) * Math.max(1, Math.ceil(effects.length / 4)),
      retry,
      summary: summaryOfEffect(effects),
    });
  return {
    async tell(effects) {
      const tells = effects.flatMap((effect) =>
        effect.system === "messages" ? [{ orderNo, effectId: effect.effectId, message: effect.data }] : [],
      );
      const outcomes = readOutcomes(await proxy(effects).tell(tells), Date.now());
      return effects.map(({ effectId }) => outcomes.get(effectId) ?? { result: "again" });
    },
    async ask(effect, notBefore) {
      const { effectId } = effect;
      const activities = proxy([effect]);
      const asked = async (): Promise<unknown> => {
        if (effect.system === "messages") return activities.tellAgain({ orderNo, effectId, message: effect.data, notBefore });
        const ask = { orderNo, effectId, system: effect.system, ask: effect.ask, data: effect.data };
        if (effect.system === "production") return activities.askProduction(ask);
        return effect.system === "warehouse" ? activities.askWarehouse(ask) : activities.askLogistics(ask);
      };
      const answer: unknown = await asked();
      return settled(readOutcome(answer, Date.now()));
    },
  };
}
