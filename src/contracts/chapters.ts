import { aftercare } from "./commands/aftercare.ts";
import { cancellation } from "./commands/cancellation.ts";
import { changes } from "./commands/changes.ts";
import { confirmation } from "./commands/confirmation.ts";
import { delays } from "./commands/delays.ts";
import { effects } from "./commands/effects.ts";
import { forceMajeure } from "./commands/force-majeure.ts";
import { inspections } from "./commands/inspections.ts";
import { production } from "./commands/production.ts";
import { reports } from "./commands/reports.ts";
import { run } from "./commands/run.ts";
import { shipping } from "./commands/shipping.ts";
import { watching } from "./commands/watching.ts";

/** The chapters' schemas: of each command's body, and of what each event keeps. */
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
] as const;

type Both<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never;

/** One part of every chapter, as one object. */
export function mergeContracts<P extends "bodies" | "events">(part: P): Both<(typeof chapters)[number][P]> {
  // The compiler does not follow the merging of a list.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.assign({}, ...chapters.map((chapter) => chapter[part])) as Both<(typeof chapters)[number][P]>;
}
