import { patched } from "@temporalio/workflow";
import type { Dated } from "../../contracts/workflow.ts";
import type { Effect } from "../../domain/order/effects.ts";
import type { Ms } from "../../domain/time.ts";
import { exhausted, type Answer, type Outside } from "./outside.ts";

/** Messages told in one activity. */
const MESSAGES_AN_ACTIVITY = 100;

/**
 * What an order asks outside. Each effect is asked until it is settled: messages together, one activity for many; a message that has to be
 * tried again, and each request to another system, by an activity of its own. What cannot be done becomes a duty, never a failure of the workflow.
 */
export interface Outbox {
  /**
   * Asks all that is pending and not under way.
   * @returns each settles when its answers are noted
   */
  send(pending: readonly Effect[], outside: Outside): readonly Promise<void>[];
  isUnderWay(effect: Effect): boolean;
  /** How many activities have answered so far. An answer need not settle anything: a message may have to be told again. */
  answers(): number;
}

/** Runs that began before messages were divided tell them all in one activity. */
const isDivided = (): boolean => patched("told-in-parts");

/** Messages by activity: the engine takes no input of more than 2 MiB. */
function divide(messages: readonly Effect[], divided: () => boolean): (readonly Effect[])[] {
  if (messages.length === 0) return [];
  if (messages.length <= MESSAGES_AN_ACTIVITY || !divided()) return [messages];
  return Array.from({ length: Math.ceil(messages.length / MESSAGES_AN_ACTIVITY) }, (_, part) =>
    messages.slice(part * MESSAGES_AN_ACTIVITY, (part + 1) * MESSAGES_AN_ACTIVITY),
  );
}

/** @param settle keeps what became of an effect */
export function openOutbox(settle: (effect: Effect, outcome: Dated) => void, divided = isDivided): Outbox {
  const underWay = new Set<string>();
  /** Messages that are told one by one from now on, each not before a time, ms, where the message system asked for that. */
  const again = new Map<string, Ms | undefined>();
  let answers = 0;

  function note(effect: Effect, answer: Answer): void {
    underWay.delete(effect.effectId);
    if (answer?.result === "again") again.set(effect.effectId, answer.notBefore);
    else if (answer) settle(effect, answer);
  }

  // Events are numbered in the order in which these promises settle: another `await` would number them otherwise in a replay.
  async function carry(effects: readonly Effect[], ask: () => Promise<readonly Answer[]>): Promise<void> {
    for (const { effectId } of effects) underWay.add(effectId);
    const outcomes = await ask().catch((error: unknown) => effects.map(() => exhausted(error)));
    effects.forEach((effect, index) => note(effect, outcomes[index]));
    answers += 1;
  }

  const isUnderWay = ({ effectId }: Effect): boolean => underWay.has(effectId);
  const isTold = ({ system, effectId }: Effect): boolean => system === "messages" && !again.has(effectId);

  return {
    isUnderWay,
    answers: () => answers,
    send(pending, outside) {
      const waiting = pending.filter((effect) => !isUnderWay(effect));
      const [messages, single] = [waiting.filter(isTold), waiting.filter((effect) => !isTold(effect))];
      return [
        ...divide(messages, divided).map((part) => carry(part, () => outside.tell(part))),
        ...single.map((effect) => carry([effect], async () => [await outside.ask(effect, again.get(effect.effectId))])),
      ];
    },
  };
}
