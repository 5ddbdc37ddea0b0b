import type { z } from "zod";
import type { CommandName, Bodies } from "../domain/order/bodies.ts";
import type { OutsideSystem } from "../domain/order/effects.ts";
import type { Role } from "../domain/people.ts";
import type { Behaviour } from "./behaviour.ts";

/** A report that a system sends by itself `after` ms. */
export type PlannedReport = {
  readonly [K in CommandName]: { readonly command: K; readonly after: number; readonly body: Bodies[K] };
}[CommandName];

/** What an ask leads to: its answer, the waiting reports to drop, and the reports to send. */
export interface Plan {
  readonly answer?: Readonly<Record<string, unknown>>;
  readonly drop?: readonly CommandName[] | "all";
  readonly send?: readonly PlannedReport[];
}

/** What a plan may depend on besides the request. */
export interface AskContext {
  /** The present time, ms. */
  readonly now: number;
  readonly key: string;
  readonly behaviour: Behaviour;
  /** Commands of this order whose reports wait to be sent. */
  readonly waiting: readonly string[];
  /** The body of the order's last request of any of these asks. */
  readonly last: (...asks: readonly string[]) => unknown;
  /** How long after an ask a command is reported, ms. */
  readonly delay: (command: CommandName) => number;
}

export interface WrongField {
  readonly path: string;
  readonly message: string;
}

/** Handles one ask: makes a plan of a body, or names its wrong fields. */
export type AskHandler = (
  body: unknown,
  context: AskContext,
) => { readonly plan: Plan } | { readonly wrong: readonly WrongField[] };

/** Makes the handler of an ask from its contract and its plan. */
export function handleAsk<T>(schema: z.ZodType<T>, plan: (request: T, context: AskContext) => Plan): AskHandler {
  return (body, context) => {
    const read = schema.safeParse(body);
    if (read.success) return { plan: plan(read.data, context) };
    return { wrong: read.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message })) };
  };
}

/** A stand-in of one outside system. */
export interface StandIn {
  readonly system: OutsideSystem;
  /** Shown on its page, in Chinese and English. */
  readonly title: string;
  /** The role of the machine that sends its reports; absent: it sends none. */
  readonly role?: Role;
  readonly asks: Readonly<Record<string, AskHandler>>;
  /** Whether it answers `GET /shipments/{trackingNumber}`, the carrier's own record. */
  readonly tracks?: true;
}
