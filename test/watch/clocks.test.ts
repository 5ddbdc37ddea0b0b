import { expect, test } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/domain/time.ts";
import { after, agrees, missed, type Standing } from "../../src/watch/clocks.ts";

const now = Date.parse("2026-11-25T08:00:00Z");
const stands = { runs: false, why: "w" } as const;
const patience = 5 * MINUTE;

test("a clock has stopped when it has stood for longer than patience, and runs again at once", () => {
  let standing: Standing = { state: "unchecked" };
  const look = (minutes: number, seen: Parameters<typeof after>[1] = stands): string => {
    standing = after(standing, seen, now + minutes * MINUTE, patience);
    return standing.state;
  };
  expect(look(0, { runs: true })).toBe("running");
  expect([look(1), look(3), look(5.9)]).toEqual(["running", "running", "running"]);
  expect(standing).toMatchObject({ since: now + MINUTE, why: "w" });
  // What could not be looked at stays as it was.
  expect([look(5.95, "unseen"), look(6), look(7, "unseen")]).toEqual(["running", "stopped", "stopped"]);
  expect(look(8, { runs: true })).toBe("running");
  expect(look(9)).toBe("running");
  expect(look(10, { ...stands, since: now })).toBe("stopped");
});

test("a restart within patience is no alarm, however often", () => {
  let standing: Standing = { state: "running" };
  for (let minute = 0; minute < 60; minute += 4) {
    standing = after(standing, stands, now + minute * MINUTE, patience);
    expect(standing.state).toBe("running");
    standing = after(standing, { runs: true }, now + (minute + 1) * MINUTE, patience);
  }
});

const daily = (hoursAhead: number): number[] => [0, 1, 2].map((days) => now + hoursAhead * HOUR + days * DAY);
test.each([
  ["ran at its last time", { createdAt: 0, lastAt: now - 4 * HOUR, next: daily(20) }, false],
  ["did not run at its last time", { createdAt: 0, lastAt: now - 28 * HOUR, next: daily(20) }, true],
  ["never ran", { createdAt: 0, next: daily(20) }, true],
  ["was made after its last time", { createdAt: now - HOUR, next: daily(20) }, false],
  ["is only a moment late", { createdAt: 0, lastAt: now - 24 * HOUR, next: daily(23.95) }, false],
  ["has nothing ahead: ended or paused", { createdAt: 0, lastAt: now - SECOND, next: [] }, true],
  [
    "months are not of one length",
    { createdAt: 0, lastAt: now - 27 * DAY, next: [now + DAY, now + 32 * DAY, now + 60 * DAY] },
    false,
  ],
  ["a month was left out", { createdAt: 0, lastAt: now - 60 * DAY, next: [now + DAY, now + 32 * DAY, now + 60 * DAY] }, true],
] as const)("a schedule that %s", (_what, seen, late) => {
  expect(missed({ id: "daily", ...seen }, now, patience)).toBe(late);
});

test("engine and records agree on status and the most urgent due time; a paused duty's is not compared", () => {
  const engine = { orderNo: "A", status: "in_production", nextDueAt: now };
  expect(agrees(engine, { ...engine })).toBe(true);
  expect(agrees(engine, undefined)).toBe(false);
  expect(agrees(engine, { ...engine, status: "shipped" })).toBe(false);
  expect(agrees(engine, { ...engine, nextDueAt: now + 1 })).toBe(false);
  expect(agrees(engine, { ...engine, nextDueAt: undefined })).toBe(true);
});
