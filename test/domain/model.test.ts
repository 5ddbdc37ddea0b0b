import { expect, test } from "vitest";
import { commandNames } from "../../src/domain/order/chapters.ts";
import { replay } from "../../src/domain/order/evolve.ts";
import { stages } from "../../src/domain/order/state.ts";
import { playing, randomFrom } from "./model/play.ts";

/** `npm test` takes 100,000 steps; `MODEL_STEPS` and `MODEL_SEED` try more, or what failed again. */
const STEPS = Number(process.env["MODEL_STEPS"] ?? 3_000);
const SEED = Number(process.env["MODEL_SEED"] ?? 20_261_123);
const STEPS_AN_ORDER = 120;

test(`the order and a model of its own agree for ${STEPS} steps of all commands by all roles`, { timeout: 600_000 }, () => {
  const began = performance.now();
  const outcomes = new Map<string, number>();
  const seen = new Set<string>();
  for (let taken = 0, number = 0; taken < STEPS; number++) {
    const play = playing(randomFrom(SEED + number), outcomes);
    for (let step = 0; step < STEPS_AN_ORDER && taken < STEPS; step++, taken++) {
      play.step();
      seen.add(play.order().stage);
    }
    if (number % 50 === 0) expect(replay(play.events())).toEqual(play.order());
  }
  const seconds = (performance.now() - began) / 1_000;
  console.log(`${STEPS} steps in ${seconds.toFixed(1)} s`);
  if (STEPS < 20_000) return;
  expect(seen).toEqual(new Set(stages));
  // Nothing is shown by a command that never came to pass.
  expect(commandNames.filter((name) => !outcomes.has(name))).toEqual(["receive"]);
});
