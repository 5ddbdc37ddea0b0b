import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { timeLimit } from "../../src/node/time-limit.ts";

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  });

it("fires when the time is up, whatever was collected meanwhile", async () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const other = new AbortController();
  const fired = aborted(timeLimit(50, other.signal));
  collect();
  expect(await fired).toMatchObject({ name: "TimeoutError" });
});

it("fires with the other signal, with its reason", async () => {
  const other = new AbortController();
  const fired = aborted(timeLimit(60_000, other.signal));
  other.abort("stop");
  expect(await fired).toBe("stop");
  expect(timeLimit(60_000, other.signal).reason).toBe("stop");
});
