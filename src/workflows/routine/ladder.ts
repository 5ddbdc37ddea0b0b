import { log, sleep, workflowInfo } from "@temporalio/workflow";
import { defaultCalendar } from "../../domain/clock/calendar.ts";
import { levelOf, nextRung, toldOn, type Told } from "../../domain/clock/ladder.ts";
import type { Message } from "../../domain/order/effects.ts";
import type { LadderPolicy } from "../../domain/policy.ts";
import { iso, type Instant } from "../../domain/time.ts";
import { tellPeople } from "./steps.ts";

/** A duty of no single order: since when and by when, and how far up its ladder has been climbed. */
export interface Climb {
  readonly from: Instant;
  readonly dueAt: Instant;
  readonly ladder: LadderPolicy;
  /** What has been told so far. */
  readonly told: readonly Told[];
}

interface Climbing {
  /** Names the duty: with a rung, the key under which that is told once. */
  readonly name: string;
  readonly summary: string;
  /** What is to be told on a rung, with what is still open; `undefined`: it is done. */
  readonly look: () => Promise<((isWarning: boolean) => Pick<Message, "message" | "params">) | undefined>;
  readonly raised?: (level: number) => Promise<void>;
}

/**
 * Tells of what the supervisor owes, as of any duty: before and when it is due, then management, then both again and again
 * until it is done.
 * @returns what has been told when the run has to be continued; `"done"` when there is nothing left to tell
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
    // One that reached nobody is in the log; the next rung comes all the same.
    await tellPeople(`${name}-${rung}-${iso(at)}`, { to, ...open(rung === "warn") }).catch((error: unknown) =>
      log.warn("nobody was told of what the house owes", { name, rung, error: String(error) }),
    );
    rungs = [...rungs, { rung, rungDueAt: iso(at), dueAt: iso(dueAt) }];
    await raised?.(levelOf({ rungs }));
  }
  return rungs;
}
