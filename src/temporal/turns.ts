import { SECOND, type Ms } from "../domain/time.ts";

/** Whoever waited for their turn in vain. */
export class NoTurn extends Error {
  override readonly name = "NoTurn";
}

interface TurnsOptions {
  /** Under way at a time under one key. */
  readonly atOnce: number;
  /** Waiting for that under one key at most. */
  readonly waiting: number;
  /** And so long, ms. */
  readonly patience?: Ms;
}

/** Who is under way under a key, and who waits: each is called when it is its turn. */
interface Line {
  underWay: number;
  readonly waiting: Set<() => void>;
}

/**
 * Work that is done a few at a time under one key, in the order in which it came. What cannot be done soon is not begun: it is rejected
 * with {@link NoTurn}, at once where too many wait already.
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
    // Whoever is called takes the place of the one before.
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
