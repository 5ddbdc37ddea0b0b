/** Chance that anybody can draw again: the same seed gives the same numbers (mulberry32). */
export interface Chance {
  /** From `least` up to, not with, `most`. */
  between(least: number, most: number): number;
  /** A whole number, both ends with. */
  whole(least: number, most: number): number;
  /** Whether something happens that happens with this probability. */
  happens(probability: number): boolean;
  /** One of several. */
  one<const T>(of: readonly [T, ...T[]]): T;
}

export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (least: number, most: number) => least + next() * (most - least);
  const whole = (least: number, most: number) => Math.floor(between(least, most + 1));
  return {
    between,
    whole,
    happens: (probability) => next() < probability,
    one: (of) => of[whole(0, of.length - 1)] ?? of[0],
  };
}
