import type { DutyName } from "./duty.ts";
import type { CommandName } from "./bodies.ts";
import type { Chapter, CommandRows, DutyRules, Evolve } from "./chapter.ts";
import { aftercare } from "./chapters/aftercare.ts";
import { cancellation } from "./chapters/cancellation.ts";
import { changes } from "./chapters/changes.ts";
import { confirmation } from "./chapters/confirmation.ts";
import { delays } from "./chapters/delays.ts";
import { effects } from "./chapters/effects.ts";
import { forceMajeure } from "./chapters/force-majeure.ts";
import { inspections } from "./chapters/inspections.ts";
import { production } from "./chapters/production.ts";
import { reports } from "./chapters/reports.ts";
import { run } from "./chapters/run.ts";
import { shipping } from "./chapters/shipping.ts";
import { watching } from "./chapters/watching.ts";

/** Every chapter. Commands are listed in this order everywhere. */
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

type Slot = keyof Chapter;
type Contents<S extends Slot> = NonNullable<Chapter[S]>;

/** What the chapters have in each of their slots, in the order of the chapters. */
function gather(): { readonly [S in Slot]: readonly Contents<S>[] } {
  // A slot that is forgotten here does not compile.
  const gathered: { readonly [S in Slot]: Contents<S>[] } = {
    commands: [],
    evolve: [],
    duties: [],
    effects: [],
    hands: [],
    forecasts: [],
    follows: [],
    alarm: [],
    reserve: [],
  };
  function add<S extends Slot>(slot: S, each: Chapter): void {
    const contents = each[slot];
    if (contents !== undefined) gathered[slot].push(contents);
  }
  for (const each of chapters as readonly Chapter[]) {
    for (const slot of Object.keys(gathered) as Slot[]) add(slot, each);
  }
  return gathered;
}

const slots = gather();

/** Slots in which several chapters can say something of the same: what each says. */
export const { effects: effectRules, hands: handRules, forecasts, follows, alarm: alarms, reserve: reserves } = slots;

interface Tables {
  readonly commands: CommandRows;
  readonly evolve: Evolve;
  readonly duties: DutyRules;
}
/** The names that some chapter has a row for. */
type NamesIn<S extends keyof Tables, C extends Chapter = (typeof chapters)[number]> = C extends Chapter ? keyof C[S] : never;

/**
 * The rows of all chapters in one table. It has the rows that the chapters have: a command, event or duty that no chapter has a row for
 * does not compile where the table is used.
 * @throws TypeError when two chapters have a row of one name
 */
function mergeRows<S extends keyof Tables>(slot: S): Pick<Tables[S], NamesIn<S> & keyof Tables[S]> {
  const rows: Record<string, unknown> = {};
  for (const row of slots[slot]) {
    for (const [name, value] of Object.entries(row)) {
      if (Object.hasOwn(rows, name)) throw new TypeError(`two chapters have a row of ${slot} for ${name}`);
      rows[name] = value;
    }
  }
  return rows as Pick<Tables[S], NamesIn<S> & keyof Tables[S]>;
}

export const commands: CommandRows = mergeRows("commands");
export const evolveRules: Evolve = mergeRows("evolve");
export const dutyRules: DutyRules = mergeRows("duties");

function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

/** Every command, in the order of the chapters. */
export const commandNames: readonly CommandName[] = Object.keys(commands).filter(isCommandName);

/**
 * Duties in the order in which the first release asked for them: the order of what is told and asked at one time, which event numbers and
 * effect ids depend on. Never changed; duties that are not here come after these, in the order of the chapters.
 */
const firstDuties: readonly string[] = [
  "assign-rep",
  "confirm",
  "enter",
  "acknowledge-special",
  "settle-design",
  "report-lead-time",
  "inform-delivery-date",
  "confirm-final-terms",
  "sign",
  "correct-entry",
  "release",
  "update-progress",
  "finish-production",
  "tell-customer-of-delay",
  "agree-remedy",
  "decide-remedy",
  "confirm-receiving-time",
  "check-goods",
  "rework",
  "arrange-transport",
  "confirm-shipping-data",
  "dispatch",
  "tell-customer-of-shipment",
  "prove-delivery",
  "decide-loss",
  "confirm-receipt",
  "assess-change",
  "answer-change",
  "answer-amendment",
  "tell-change-outcome",
  "decide-cancellation",
  "handle-complaint",
  "remedy-finding",
  "inspect",
  "verify-force-majeure",
  "resolve-discrepancy",
  "take-over",
];

function isDutyName(name: string): name is DutyName {
  return Object.hasOwn(dutyRules, name);
}

const laterDuties = Object.keys(dutyRules).filter((name) => !firstDuties.includes(name));

/** Every duty of an order. */
export const dutyNames: readonly DutyName[] = [...firstDuties, ...laterDuties].filter(isDutyName);
