import { SECOND, type Ms } from "../domain/time.ts";

/** Thrown when the work was not begun: too many waited, or it waited too long. */
export class NoTurn extends Error {
  override readonly name = "NoTurn";
}

interface TurnsOptions {
  /** Pieces of work that run at once under one key. */
  readonly atOnce: number;
  /** Pieces of work that wait under one key, at most. */
  readonly waiting: number;
  /** How long one waits, ms. Default: 5 s. */
  readonly patience?: Ms;
}

/** The work under one key: how many pieces run, and what begins each waiting one. */
interface Line {
  underWay: number;
  readonly waiting: Set<() => void>;
}

/**
 * Runs work a few pieces at a time under one key, first come, first served.
 * @returns a function that rejects with {@link NoTurn} when too many wait already, or the work has waited too long; it is not begun then
 */
export function takingTurns({ atOnce, waiting: most, patience = 5 * SECOND }: TurnsOptions) {
  const lines = new Map<string, Line>();

  function turn(line: Line): Promise<void> {
    return new Promise((resolve, reject) => {
      const called = (): void => {
        clearTimeout(timer);
        line.waiting.delete(called);
        resolve();
      };
      const timer = setTimeout(() => {
        line.waiting.delete(called);
        reject(new NoTurn("too many were before"));
      }, patience);
      line.waiting.add(called);
    });
  }

  return async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const line = lines.get(key) ?? { underWay: 0, waiting: new Set() };
    lines.set(key, line);
    if (line.underWay < atOnce) line.underWay += 1;
    else if (line.waiting.size >= most) throw new NoTurn("too many wait");
    // The place of the piece that ended is handed on, so `underWay` stays.
    else await turn(line);
    try {
      return await work();
    } finally {
      const [next] = line.waiting;
      if (next) next();
      else line.underWay -= 1;
      if (line.underWay === 0) lines.delete(key);
    }
  };
}
