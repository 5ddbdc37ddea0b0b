import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { NoTurn, takingTurns } from "../../src/temporal/turns.ts";

test("a few at a time under a key, in their order; those too many are told at once, and others do not wait", async () => {
  const inTurn = takingTurns({ atOnce: 2, waiting: 3 });
  let underWay = 0;
  let most = 0;
  const done: number[] = [];
  const release: (() => void)[] = [];
  const work = (number: number) => async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise<void>((resolve) => {
      release.push(resolve);
    });
    underWay -= 1;
    done.push(number);
  };
  const outcomes = [1, 2, 3, 4, 5, 6, 7].map((number) =>
    inTurn("A", work(number)).then(
      () => "done",
      (error: unknown) => error,
    ),
  );
  expect(await Promise.all(outcomes.slice(5))).toEqual([expect.any(NoTurn), expect.any(NoTurn)]);
  expect(await inTurn("B", async () => "at once")).toBe("at once");
  while (done.length < 5) {
    release.shift()?.();
    await wait(0);
  }
  expect(await Promise.all(outcomes.slice(0, 5))).toEqual(Array.from({ length: 5 }, () => "done"));
  expect([done, most]).toEqual([[1, 2, 3, 4, 5], 2]);
});

test("nobody waits for ever, and what fails gives its turn on", async () => {
  const inTurn = takingTurns({ atOnce: 1, waiting: 3, patience: 20 });
  let release = (): void => undefined;
  const first = inTurn("A", () => new Promise<void>((resolve) => (release = resolve)));
  await expect(inTurn("A", async () => "too late")).rejects.toThrow(NoTurn);
  release();
  await first;
  await expect(inTurn("A", () => Promise.reject(new Error("fails")))).rejects.toThrow("fails");
  expect(await inTurn("A", async () => "next")).toBe("next");
});
