import type { FoundDelay, WeeklyLine } from "../domain/routine/weekly.ts";
import { sections, type Section as Heading } from "../domain/routine/weekly.ts";
import { instant, type Instant } from "../domain/time.ts";
import { factoryTime, listed } from "../texts/format.ts";
import type { Locale } from "../texts/locale.ts";
import { columnWords, foundDelayText, remedyWords, riskWords, sectionWords } from "../texts/routine.ts";
import { stageWords, wordOf } from "../texts/words.ts";
import type { Sheet, Table } from "./form.ts";

/** A stored line; of an order that could not be checked it has only the number and the reason. */
export type SummaryLine = { readonly [K in keyof WeeklyLine]?: WeeklyLine[K] | undefined } & {
  readonly orderNo: string;
  readonly delayFound?: FoundDelay | undefined;
  readonly notChecked?: string | undefined;
  readonly notDelivered?: true | undefined;
};

/** A stored weekly summary. */
export interface Summary {
  readonly week: string;
  readonly asOf: Instant;
  readonly lines: readonly SummaryLine[];
}

function time(at: Instant | null | undefined): string {
  return at === null || at === undefined ? "" : factoryTime(instant(at));
}

type Cell = (line: SummaryLine, locale: Locale) => string;
type Column = readonly [word: keyof typeof columnWords, weight: number, cell: Cell];

const first: readonly Column[] = [
  ["orderNo", 3, ({ orderNo }) => orderNo],
  ["customer", 4, ({ customer = "" }) => customer],
  ["salesRep", 2.5, ({ salesRep }) => salesRep ?? ""],
  ["stage", 2, ({ stage = "" }, locale) => wordOf(stageWords, stage, locale)],
  ["promisedDate", 2.5, ({ promisedDate }) => promisedDate ?? ""],
];
const planned: Column = ["plannedFinish", 2.5, ({ plannedFinish }) => plannedFinish ?? ""];
const updated: Column = ["updatedAt", 3, ({ updatedAt }) => time(updatedAt)];

const ofDelays: readonly Column[] = [
  [
    "forecast",
    2.5,
    ({ delays = [], delayFound }) =>
      delays.at(-1)?.forecastArrival ?? delayFound?.newArrival ?? (delayFound?.newFinish ? `≥ ${delayFound.newFinish}` : ""),
  ],
  ["reason", 4, ({ delays = [] }) => delays.map(({ reason, cause }) => reason ?? cause).join("; ")],
  [
    "remedy",
    4,
    ({ delays = [] }, locale) =>
      delays
        .map(({ remedy, newDate }) => (remedy ? `${wordOf(remedyWords, remedy.kind, locale)} ${newDate ?? ""}`.trim() : ""))
        .join("; "),
  ],
];

const columns: { readonly [S in Heading]: readonly Column[] } = {
  in_production: [...first, planned, updated],
  not_updated: [...first, updated],
  finished: [...first, ["finishedAt", 3, ({ finishedAt }) => time(finishedAt)]],
  delayed: [...first, ...ofDelays],
  at_risk: [
    ...first,
    planned,
    [
      "risks",
      4,
      ({ risks = [] }, locale) =>
        listed(
          risks.map((risk) => riskWords[risk][locale]),
          locale,
        ),
    ],
  ],
};

function isUnder(line: SummaryLine, heading: Heading): boolean {
  return (line.sections ?? []).includes(heading) || (heading === "delayed" && line.delayFound !== undefined);
}

/** A table of orders that need attention, with the reason of each; none if there are no such orders. */
function attentionTable(word: keyof typeof columnWords, rows: readonly string[][], locale: Locale): readonly Table[] {
  if (rows.length === 0) return [];
  const columns = [
    { label: columnWords.orderNo[locale], weight: 3 },
    { label: columnWords.reason[locale], weight: 9 },
  ];
  return [{ title: `${columnWords[word][locale]} (${rows.length})`, columns, rows }];
}

/** Composes the summary: a table for each heading, then the orders whose delay could not be reported to them and those that could not be checked. */
export function composeWeeklySheet({ week, asOf, lines }: Summary, locale: Locale, foot: string): Sheet {
  const tables = sections.map((heading): Table => {
    const listedHere = lines.filter((line) => isUnder(line, heading));
    return {
      title: `${sectionWords[heading][locale]} (${listedHere.length})`,
      columns: columns[heading].map(([word, weight]) => ({ label: columnWords[word][locale], weight })),
      rows: listedHere.map((line) => columns[heading].map(([, , cell]) => cell(line, locale))),
    };
  });
  const unread = lines.flatMap(({ orderNo, notChecked }) => (notChecked === undefined ? [] : [[orderNo, notChecked]]));
  const undelivered = lines.flatMap(({ orderNo, notDelivered, delayFound }) =>
    notDelivered ? [[orderNo, delayFound ? foundDelayText(delayFound) : ""]] : [],
  );
  return {
    locale,
    title: columnWords.title[locale],
    marks: [],
    head: [
      { label: { zh: "周", en: "Week" }[locale], value: week },
      { label: columnWords.asOf[locale], value: factoryTime(instant(asOf)) },
    ],
    sections: [
      ...tables,
      ...attentionTable("notDelivered", undelivered, locale),
      ...attentionTable("notChecked", unread, locale),
    ],
    signatures: [],
    foot,
  };
}
