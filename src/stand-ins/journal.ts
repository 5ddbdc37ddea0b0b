import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

/** A request that the stand-in accepted, with its answer. A repeated key is the same request. */
export const asked = z.object({
  number: z.int(),
  at: z.string(),
  ask: z.string(),
  key: z.string(),
  orderNo: z.string(),
  hash: z.string(),
  body: z.record(z.string(), z.unknown()),
  answer: z.record(z.string(), z.unknown()),
  /** How often it was received. */
  times: z.int(),
});
export type Asked = z.infer<typeof asked>;

/** A command that the stand-in reports to Gendan. */
export const report = z.object({
  key: z.string(),
  number: z.int(),
  orderNo: z.string(),
  command: z.string(),
  body: z.record(z.string(), z.unknown()),
  /** Not sent before this time, ms. */
  dueAt: z.number(),
  /** How often it is sent. */
  times: z.int(),
  by: z.enum(["itself", "told"]),
  state: z.enum(["waiting", "accepted", "refused", "dropped"]),
  tries: z.int(),
  /** Gendan's last answer. */
  last: z.string().optional(),
});
export type Report = z.infer<typeof report>;

const entry = z.union([z.strictObject({ asked }), z.strictObject({ report }), z.strictObject({ reset: z.literal(true) })]);
type Entry = z.infer<typeof entry>;

/** What a stand-in remembers. An entry replaces an earlier one with the same key. */
export interface Journal {
  readonly asked: ReadonlyMap<string, Asked>;
  readonly reports: ReadonlyMap<string, Report>;
  /** The next number of a request or report. */
  next(): number;
  /** Writes to the file before it returns, so that what was answered survives `kill -9`. */
  write(...entries: readonly Entry[]): void;
}

/** Older entries are dropped at the next start. */
const MAX_KEPT = 20_000;

function readEntries(file: string): Entry[] {
  const lines = readFileSync(file, "utf8").split("\n");
  const last = lines.pop();
  const entries = lines.map((line, index) => {
    try {
      return entry.parse(JSON.parse(line));
    } catch {
      throw new Error(
        `${file}, line ${index + 1}: not an entry of a stand-in's journal; move the file away to start with an empty one`,
      );
    }
  });
  // A last line without a line feed was being written when the process ended, so it was never answered.
  return last === undefined ? [] : entries;
}

/**
 * Opens a journal: JSON lines in `file`, or in memory only.
 * @throws Error which names the file and line that cannot be read
 */
export function openJournal(file?: string): Journal {
  const known = new Map<string, Asked>();
  const reports = new Map<string, Report>();
  let number = 0;
  const apply = (one: Entry): void => {
    if ("asked" in one) known.set(one.asked.key, one.asked);
    else if ("report" in one) reports.set(one.report.key, one.report);
    else {
      known.clear();
      reports.clear();
    }
    number = Math.max(number, "asked" in one ? one.asked.number : "report" in one ? one.report.number : 0);
  };
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    if (existsSync(file)) readEntries(file).forEach(apply);
    const kept: Entry[] = [
      ...[...known.values()].slice(-MAX_KEPT).map((one) => ({ asked: one })),
      ...[...reports.values()].slice(-MAX_KEPT).map((one) => ({ report: one })),
    ];
    writeFileSync(`${file}.new`, kept.map((one) => `${JSON.stringify(one)}\n`).join(""), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return {
    asked: known,
    reports,
    next: () => (number += 1),
    write: (...entries) => {
      if (file !== undefined) appendFileSync(file, entries.map((one) => `${JSON.stringify(one)}\n`).join(""));
      entries.forEach(apply);
    },
  };
}
