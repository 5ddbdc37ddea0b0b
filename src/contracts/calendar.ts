import { z } from "zod";
import { faultOf } from "./wrong-fields.ts";

const clockTime = z.string().refine((text) => /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/u.test(text), faultOf("not-a-clock-time"));
const interval = z.tuple([clockTime, clockTime]).refine(([from, to]) => from < to, faultOf("ends-first"));
const days = z
  .array(z.iso.date())
  .max(1_000)
  .refine((all) => new Set(all).size === all.length, faultOf("named-twice"));

function overlaps(all: readonly (readonly [string, string])[]): boolean {
  return all.some(([from], index) => index > 0 && (all[index - 1]?.[1] ?? "") > from);
}

function yearOf(day: string): number {
  return Number(day.slice(0, 4));
}

const fields = z.strictObject({
  week: z
    .array(
      z
        .array(interval)
        .max(6)
        .refine((all) => !overlaps(all), faultOf("overlaps")),
    )
    .length(7)
    .refine((week) => week.some((day) => day.length > 0), faultOf("nobody-works"))
    .meta({ description: "Intervals of each weekday in Asia/Shanghai, Sunday first; the gap between two is lunch" }),
  holidays: days.meta({ description: "Days that are not worked, weekends among them where the house works on weekends" }),
  makeUpDays: days.meta({ description: "Weekend days that are worked, with the hours of a Monday (调休)" }),
  knownUntil: z.int().min(2024).max(2199).meta({ description: "The last year whose holidays are in it" }),
});
type Fields = z.infer<typeof fields>;

/** What no field shows by itself: each where it is, so that all of it is named at once. */
function contradictions({ week, holidays, makeUpDays, knownUntil }: Fields, context: z.core.$RefinementCtx): void {
  const wrong = (path: (string | number)[], { params }: ReturnType<typeof faultOf>) =>
    context.addIssue({ code: "custom", path, params });
  makeUpDays.forEach((day, index) => {
    if (holidays.includes(day)) wrong(["makeUpDays", index], faultOf("holiday-too"));
  });
  if (makeUpDays.length > 0 && week[1]?.length === 0) wrong(["week", 1], faultOf("monday-needed"));
  // A year without a holiday is one that nobody has looked up, and one past `knownUntil` would never be looked at.
  const years = [...holidays, ...makeUpDays].map(yearOf);
  if (!holidays.some((day) => yearOf(day) === knownUntil)) wrong(["knownUntil"], faultOf("no-holiday-of-it"));
  else if (Math.max(...years) > knownUntil) wrong(["knownUntil"], faultOf("later-days-named"));
}

const example = {
  week: [
    [],
    ...Array.from({ length: 5 }, () => [
      ["08:00", "12:00"],
      ["13:30", "17:30"],
    ]),
    [],
  ],
  holidays: ["2027-01-01"],
  makeUpDays: [],
  knownUntil: 2027,
};

/** The factory's working time as a supervisor puts it (`PUT /calendar`): a whole new version. */
export const calendarSchema = fields.superRefine(contradictions).meta({ id: "Calendar", example });

/** The calendar in force, as it is answered: what was put, with the number of its version. */
export const versionedCalendarSchema = fields
  .extend({ version: z.int() })
  .meta({ id: "VersionedCalendar", example: { ...example, version: 3 } });

/** What is sent: as answered, too. The version that it was made from tells whether another was put meanwhile. */
export const putCalendarSchema = fields
  .extend({
    version: z.int().optional().meta({ description: "The version that it was made from; refused when that is not the newest" }),
  })
  .superRefine(contradictions)
  .meta({ id: "PutCalendar", example });
