import type { CommandAnswer, CommandInput } from "../contracts/workflow.ts";
import { checkedCommand, type Bodies, type CommandName } from "../domain/order/bodies.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import { decide } from "../domain/order/decide.ts";
import { replay } from "../domain/order/evolve.ts";
import { permitted } from "../domain/order/permission.ts";
import { isRefusal } from "../domain/order/refusals.ts";
import type { Actor } from "../domain/people.ts";
import { eventsOf } from "../records/read.ts";
import { beginWith } from "./start-argument.ts";
import type { ApiDependencies } from "../api/dependencies.ts";
import type { Start } from "../temporal/engine.ts";
import { ProblemError, problemOfRefusal } from "../api/responses/problem.ts";

/** How runs of orders are opened: of new ones, and again of those that have ended. */
export function openingOf({ engine, db, policy, calendar, now }: ApiDependencies) {
  const begin = beginWith({ policy, calendar });

  /** How a run is opened for an order that has ended. */
  async function again(orderNo: string, events: readonly OrderEvent[]): Promise<Start> {
    return { argument: await begin(orderNo, events), fresh: false };
  }

  return {
    begin,
    /**
     * All events of an order whose run has ended: the engine forgets it some days after its end; before that it may know what
     * the records are still to be told.
     * @throws ProblemError `not-found` when there is no such order
     */
    async recordOf(orderNo: string): Promise<readonly OrderEvent[]> {
      const events = (await engine.lastRun(orderNo)) ?? (await eventsOf(db, orderNo));
      if (events.length === 0) throw new ProblemError("not-found", { detail: "no-such-order" });
      return events;
    },
    /**
     * Has an ended order take a command on, in a run that goes on from its record.
     * @throws ProblemError the refusal, and then no run is opened; `unavailable`
     */
    async askAgain<K extends CommandName>(
      orderNo: string,
      events: readonly OrderEvent[],
      command: K,
      body: Bodies[K],
      input: CommandInput,
      caller: Actor,
    ): Promise<CommandAnswer> {
      const order = replay(events);
      const at = now();
      const { key = "", hash = "" } = input;
      const trial = decide(order, checkedCommand(command, body, { actor: caller, key, hash, at, receivedAt: at }), order);
      if (isRefusal(trial)) throw problemOfRefusal({ ...trial, permitted: permitted(order, caller, at) });
      const answer = await engine.ask(orderNo, command, input, await again(orderNo, events));
      if (!answer) throw new ProblemError("unavailable", { detail: "no-answer", retryAfter: 2 });
      return answer;
    },
    /** Has an ended order take a report, in a run that goes on from its record. */
    async reportAgain(orderNo: string, events: readonly OrderEvent[], command: CommandName, input: CommandInput): Promise<void> {
      await engine.report(orderNo, command, input, await again(orderNo, events));
    },
  };
}
