import type { Ms } from "../../domain/time.ts";

/**
 * When the order was last told something. It only goes forward, and only at what leaves something in the history: a message with its time,
 * an answer with its time, or a workflow task with a command. A task without one is joined to the next in a replay, and would have that one's
 * time (`docs/decisions/0002-every-change-leaves-a-command.md`).
 */
export interface OrderClock {
  /** The time of the order, ms. */
  time(): Ms;
  /** Passes to a time, unless that is past already. Answers the time of the order, ms. */
  passTo(at: Ms): Ms;
}

/** @param startedAt when the run started, ms */
export function startClock(startedAt: Ms): OrderClock {
  let time = startedAt;
  return {
    time: () => time,
    passTo: (at) => (time = Math.max(time, at)),
  };
}
