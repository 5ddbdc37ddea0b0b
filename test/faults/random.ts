/** Random numbers that a seed repeats (mulberry32): what went wrong once can be tried again. */
export interface Random {
  /** From 0 to less than 1. */
  number(): number;
  /** A whole number from `from` to less than `to`. */
  between(from: number, to: number): number;
  pick<T>(from: readonly T[]): T;
  shuffled<T>(all: readonly T[]): T[];
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const number = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (from: number, to: number): number => from + Math.floor(number() * (to - from));
  return {
    number,
    between,
    pick(from) {
      const picked = from[between(0, from.length)];
      if (picked === undefined) throw new Error("nothing to pick from");
      return picked;
    },
    shuffled: (all) =>
      all
        .map((each) => ({ each, at: number() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ each }) => each),
  };
}
