import { log, sleep, workflowInfo } from "@temporalio/workflow";
import { defaultCalendar } from "../../domain/clock/calendar.ts";
import { levelOf, nextRung, toldOn, type Told } from "../../domain/clock/ladder.ts";
import type { Message } from "../../domain/order/effects.ts";
import type { LadderPolicy } from "../../domain/policy.ts";
import { iso, type Instant } from "../../domain/time.ts";
import { tellPeople } from "./steps.ts";

/** A duty that belongs to no single order: since when it is owed, by when it is due, and which rungs of its ladder have been told. */
export interface Climb {
  readonly from: Instant;
  readonly dueAt: Instant;
  readonly ladder: LadderPolicy;
  /** The rungs told so far. */
  readonly told: readonly Told[];
}

interface Climbing {
  /** Names the duty. With a rung it is the key under which the message is told once. */
  readonly name: string;
  readonly summary: string;
  /** Looks whether the duty is still owed: answers the message for a rung, or `undefined` when the duty is done. */
  readonly look: () => Promise<((isWarning: boolean) => Pick<Message, "message" | "params">) | undefined>;
  /** Is told the level that the ladder has reached, after each rung. */
  readonly raised?: (level: number) => Promise<void>;
}

/**
 * Tells of a duty that the supervisor owes, as of any duty: before it is due and when it is due, then management, then both again until it is
 * done.
 * @returns the rungs told, when the run has to continue as new or no rung is left; `"done"` when the duty is done
 */
export async function climb(
  { from, dueAt: due, ladder, told }: Climb,
  { name, summary, look, raised }: Climbing,
): Promise<readonly Told[] | "done"> {
  const [begin, dueAt] = [Date.parse(from), Date.parse(due)];
  const time = { from: begin, budget: dueAt - begin, stood: 0, dueAt };
  const course = { kind: "always", calendar: defaultCalendar, ...time, ladder, owner: { role: "supervisor" } } as const;
  let rungs = told;
  while (!workflowInfo().continueAsNewSuggested) {
    const watch = { rungs, acknowledged: [] };
    const next = nextRung(course, watch, Date.now());
    if (!next) break;
    const { rung, at } = next;
    await sleep(Math.max(1, at - Date.now()), { summary: `${summary}: ${rung}` });
    const open = await look();
    if (!open) return "done";
    const to = toldOn(course, watch, rung, 0, Date.now());
    // When nobody is reached that is logged, and the next rung is told all the same.
    await tellPeople(`${name}-${rung}-${iso(at)}`, { to, ...open(rung === "warn") }).catch((error: unknown) =>
      log.warn("nobody was told of a duty of the administration", { name, rung, error: String(error) }),
    );
    rungs = [...rungs, { rung, rungDueAt: iso(at), dueAt: iso(dueAt) }];
    await raised?.(levelOf({ rungs }));
  }
  return rungs;
}
