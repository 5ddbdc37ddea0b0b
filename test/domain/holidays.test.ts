import { isHoliday, isWorkday } from "chinese-days";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { format, resolveConfig } from "prettier";
import { expect, test } from "vitest";
import { z } from "zod";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import { addDays, weekday } from "../../src/domain/time.ts";

const YEARS = [2025, 2026];
const required = createRequire(import.meta.url);
const yearly = z.object({ holidays: z.record(z.string(), z.string()), workdays: z.record(z.string(), z.string()) });

/** What the library has of a year: holidays, weekends among them, and the weekend days that are worked for them. */
async function yearOf(year: number) {
  const text = await readFile(required.resolve(`chinese-days/dist/years/${year}.json`), "utf8");
  const { holidays, workdays } = yearly.parse(JSON.parse(text));
  return { holidays: Object.keys(holidays).toSorted(), makeUpDays: Object.keys(workdays).toSorted() };
}

/** `npm run holidays` writes the file anew, when a newer version of the library knows another year. */
test("the committed holidays are those of the library that they are from", async () => {
  const { version } = z.object({ version: z.string() }).parse(required("chinese-days/package.json"));
  const years = Object.fromEntries(await Promise.all(YEARS.map(async (year) => [year, await yearOf(year)] as const)));
  const source = `chinese-days ${version} (the State Council's announcements), https://github.com/vsme/chinese-days`;
  const file = new URL("../../src/domain/clock/holidays.json", import.meta.url).pathname;
  const text = await format(JSON.stringify({ source, years }), { ...(await resolveConfig(file)), filepath: file });
  await expect(text).toMatchFileSnapshot(file);
});

test("each day of the years that it knows is worked or free as the library says", () => {
  for (let day = "2025-01-01"; day <= "2026-12-31"; day = addDays(day, 1)) {
    const weekend = weekday(day) === 0 || weekday(day) === 6;
    const free = defaultCalendar.holidays.includes(day) || (weekend && !defaultCalendar.makeUpDays.includes(day));
    expect([day, free]).toEqual([day, isHoliday(day)]);
    expect(free).toBe(!isWorkday(day));
  }
});

test("the library guesses for the years that nobody has announced, and the calendar says that it does not know them", () => {
  expect(isWorkday("2027-01-01")).toBe(true);
  expect(defaultCalendar.knownUntil).toBe(2026);
});
