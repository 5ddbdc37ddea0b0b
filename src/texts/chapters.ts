import type { CommandName } from "../domain/order/bodies.ts";
import type { EventName } from "../domain/order/events.ts";
import type { RefusalCode } from "../domain/order/refusals.ts";
import type { DutyName } from "../domain/order/duty.ts";
import { aftercare } from "./commands/aftercare.ts";
import { cancellation } from "./commands/cancellation.ts";
import { changes } from "./commands/changes.ts";
import type { ChapterTexts, CommandText, DutyText, RefusalText } from "./commands/chapter.ts";
import { confirmation } from "./commands/confirmation.ts";
import { delays } from "./commands/delays.ts";
import { effects } from "./commands/effects.ts";
import { forceMajeure } from "./commands/force-majeure.ts";
import { inspections } from "./commands/inspections.ts";
import { production } from "./commands/production.ts";
import { reports } from "./commands/reports.ts";
import { run } from "./commands/run.ts";
import { shared } from "./commands/shared.ts";
import { shipping } from "./commands/shipping.ts";
import { watching } from "./commands/watching.ts";
import type { Text } from "./locale.ts";

/** The chapters' words put together. A command, event, duty or refusal without words does not compile. */
const chapters = [
  confirmation,
  production,
  shipping,
  delays,
  forceMajeure,
  changes,
  cancellation,
  aftercare,
  inspections,
  watching,
  effects,
  reports,
  run,
  shared,
] as const;

type Both<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never;
/** One part of every chapter, as one object. */
type Merged<P extends keyof ChapterTexts> = Both<(typeof chapters)[number][P]>;

function merge<P extends keyof ChapterTexts>(part: P): Merged<P> {
  // The compiler does not follow the merging of a list.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.assign({}, ...chapters.map((chapter) => chapter[part])) as Merged<P>;
}

/** A table with each of its entries made into something else. */
function each<K extends string, T, R>(table: { readonly [N in K]: T }, make: (entry: T) => R): { readonly [N in K]: R } {
  // `Object.fromEntries` forgets the names.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(Object.entries<T>(table).map(([name, entry]) => [name, make(entry)])) as { [N in K]: R };
}

export const commandTexts: { readonly [C in CommandName]: CommandText } = merge("commands");
export const eventWords: { readonly [E in EventName]: Text } = merge("events");
export const dutyTexts: { readonly [D in DutyName]: DutyText } = merge("duties");
export const refusalTexts: { readonly [R in RefusalCode]: RefusalText } = merge("refusals");
/** What fields are called, by name, or by `place.name` where the name means something else there. */
export const fieldLabels: { readonly [field: string]: Text } = merge("fields");

/** Commands as people call them. */
export const commandWords = each(commandTexts, ({ title }) => title);
/** Duties of an order as people call them. */
export const orderDutyWords = each(dutyTexts, ({ name }) => name);
