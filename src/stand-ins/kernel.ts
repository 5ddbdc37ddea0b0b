import type { z } from "zod";
import type { CommandName, Bodies } from "../domain/order/bodies.ts";
import type { OutsideSystem } from "../domain/order/effects.ts";
import type { Role } from "../domain/people.ts";
import type { Behaviour } from "./behaviour.ts";

/** A command that a system reports by itself some time after it was asked. */
export type Planned = {
  readonly [K in CommandName]: { readonly command: K; readonly after: number; readonly body: Bodies[K] };
}[CommandName];

/** What an ask leads to: the answer, what no longer is to be reported, and what is. */
export interface Plan {
  readonly answer?: Readonly<Record<string, unknown>>;
  readonly drop?: readonly CommandName[] | "all";
  readonly send?: readonly Planned[];
}

/** What a plan may look at beside the request. */
export interface Surroundings {
  /** When it was asked, ms. */
  readonly now: number;
  readonly key: string;
  readonly behaviour: Behaviour;
  /** Commands of this order that wait to be reported. */
  readonly waiting: readonly string[];
  /** The body of the order's last request of one of these asks. */
  readonly last: (...asks: readonly string[]) => unknown;
  /** How long after an ask a command follows, ms. */
  readonly delay: (command: CommandName) => number;
}

export interface WrongField {
  readonly path: string;
  readonly message: string;
}

/** One ask of a stand-in: reads a body, says what it leads to or every field that is wrong. */
export type Asking = (body: unknown, around: Surroundings) => { readonly plan: Plan } | { readonly wrong: readonly WrongField[] };

/** Puts an ask's contract and what it leads to together. */
export function asking<T>(schema: z.ZodType<T>, plan: (request: T, around: Surroundings) => Plan): Asking {
  return (body, around) => {
    const read = schema.safeParse(body);
    if (read.success) return { plan: plan(read.data, around) };
    return { wrong: read.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message })) };
  };
}

/** A stand-in of one outside system. */
export interface StandIn {
  readonly system: OutsideSystem;
  /** For people, in Chinese and English. */
  readonly title: string;
  /** The department's role, which its machine carries; the message system reports nothing. */
  readonly role?: Role;
  readonly asks: Readonly<Record<string, Asking>>;
  /** Whether it knows where shipments are, by the carrier's own record. */
  readonly tracks?: true;
}
