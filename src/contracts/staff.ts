import { z } from "zod";
import { roles } from "../domain/people.ts";
import type { Person, Staff } from "../domain/staff.ts";
import { endOfDay, instant, startOfDay } from "../domain/time.ts";
import { email, extension, id, line, name } from "./fields.ts";
import { inLanguage } from "./wrong-fields.ts";

const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: "a date (YYYY-MM-DD, the whole day in the factory's zone) or a time (RFC 3339 with offset)",
});

const person = z.strictObject({
  id,
  name,
  roles: z.array(z.enum(roles)).min(1),
  reportsTo: id.optional(),
  deputies: z.array(id).optional(),
  absences: z.array(z.strictObject({ from: moment, to: moment })).optional(),
  reach: z
    .strictObject({
      email: email.optional(),
      phone: extension.optional(),
      wecom: line(100).optional(),
    })
    .optional(),
});

/** The staff file (`GENDAN_STAFF`): who is who, what they may, who acts for them, how they are reached. */
export const staffSchema = z
  .array(person)
  .max(10_000)
  .meta({
    id: "Staff",
    example: [
      { id: "wang.fang", name: "王芳", roles: ["supervisor"], reach: { phone: "+8613800000001", wecom: "wang.fang" } },
      {
        id: "li.na",
        name: "李娜",
        roles: ["sales_rep"],
        reportsTo: "wang.fang",
        deputies: ["wang.fang"],
        absences: [{ from: "2026-12-21", to: "2026-12-24" }],
        reach: { email: "li.na@example.com" },
      },
    ],
  });
type StaffFile = z.infer<typeof staffSchema>;

interface Wrong {
  readonly path: string;
  readonly message: string;
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((to, part) => (typeof part === "number" ? `${to}[${part}]` : `${to}.${String(part)}`), "");
}

function isDay(text: string): boolean {
  return !text.includes("T");
}

function absence({ from, to }: { from: string; to: string }): { from: number; to: number } {
  return { from: isDay(from) ? startOfDay(from) : instant(from), to: isDay(to) ? endOfDay(to) : instant(to) };
}

/** What zod has no words of its own for. */
const english = inLanguage("en");

/** What a schema of one field can't see: ids used twice, people who are named but not there, absences that end first. */
function wrongIn(people: StaffFile): Wrong[] {
  const ids = people.map((one) => one.id);
  const unknown = (path: string, named: string | undefined): Wrong[] =>
    named === undefined || ids.includes(named) ? [] : [{ path, message: `nobody has the id "${named}"` }];
  return people.flatMap((one, index) => [
    ...(ids.indexOf(one.id) === index
      ? []
      : [{ path: `[${index}].id`, message: `"${one.id}" is [${ids.indexOf(one.id)}]'s id already` }]),
    ...unknown(`[${index}].reportsTo`, one.reportsTo),
    ...(one.reportsTo === one.id ? [{ path: `[${index}].reportsTo`, message: "nobody reports to themselves" }] : []),
    ...(one.deputies ?? []).flatMap((deputy, nth) => [
      ...unknown(`[${index}].deputies[${nth}]`, deputy),
      ...(deputy === one.id ? [{ path: `[${index}].deputies[${nth}]`, message: "nobody is their own deputy" }] : []),
    ]),
    ...(one.absences ?? []).flatMap((away, nth) => {
      const { from, to } = absence(away);
      return from < to ? [] : [{ path: `[${index}].absences[${nth}].to`, message: "ends before it begins" }];
    }),
  ]);
}

function failure(wrong: readonly Wrong[]): Error {
  return new Error(`staff: ${wrong.map(({ path, message }) => `${path || "(the whole)"}: ${message}`).join("; ")}`);
}

/**
 * Reads a staff file's JSON: a list of people.
 * @throws Error with one line that names every wrong path, such as `[3].reportsTo: nobody has the id "x"`.
 */
export function staffFrom(json: unknown): Staff {
  const parsed = staffSchema.safeParse(json, { error: (issue) => (issue.code === "custom" ? english(issue) : undefined) });
  if (!parsed.success) throw failure(parsed.error.issues.map(({ path, message }) => ({ path: pathOf(path), message })));
  const wrong = wrongIn(parsed.data);
  if (wrong.length > 0) throw failure(wrong);
  const people = parsed.data.map(({ deputies, absences, reach, ...one }): Person => ({
    ...one,
    deputies: deputies ?? [],
    absences: (absences ?? []).map(absence),
    reach: reach ?? {},
  }));
  return { people, byId: new Map(people.map((one) => [one.id, one])) };
}
