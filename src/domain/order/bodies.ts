import type { Actor } from "../people.ts";
import type { ConfirmationBodies } from "./vocabulary/confirmation.ts";
import type { ProductionBodies } from "./vocabulary/production.ts";
import type { ShippingBodies } from "./vocabulary/shipping.ts";
import type { DelaysBodies } from "./vocabulary/delays.ts";
import type { ForceMajeureBodies } from "./vocabulary/force-majeure.ts";
import type { ChangesBodies } from "./vocabulary/changes.ts";
import type { CancellationBodies } from "./vocabulary/cancellation.ts";
import type { AftercareBodies } from "./vocabulary/aftercare.ts";
import type { InspectionsBodies } from "./vocabulary/inspections.ts";
import type { WatchingBodies } from "./vocabulary/watching.ts";
import type { EffectsBodies } from "./vocabulary/effects.ts";
import type { ReportsBodies } from "./vocabulary/reports.ts";

/** What each command says (`docs/http.md`, Commands), by chapter. The wire contracts hold one schema for each of these. */
export interface Bodies
  extends
    ConfirmationBodies,
    ProductionBodies,
    ShippingBodies,
    DelaysBodies,
    ForceMajeureBodies,
    ChangesBodies,
    CancellationBodies,
    AftercareBodies,
    InspectionsBodies,
    WatchingBodies,
    EffectsBodies,
    ReportsBodies {}

/** Every command, by the name that URL, update, signal, event log and OpenAPI share. */
export type CommandName = keyof Bodies;

/** A command as it reaches an order. */
export type Command<K extends CommandName = CommandName> = {
  readonly [N in K]: {
    readonly command: N;
    readonly body: Bodies[N];
    readonly actor: Actor;
    /** `Idempotency-Key` of the request, or a random one: the same key is the same command. */
    readonly key: string;
    /** SHA-256 of what was sent, hex: the same key with another hash is another command's key. */
    readonly hash: string;
    /** Business time, ms: when it happened, by a machine's `at`; else when it was received. */
    readonly at: number;
    /** When this service took it on, ms. Duties that it opens count from here. */
    readonly receivedAt: number;
    /** Nobody could prove that the actor sent it: it is never carried out, a person decides. */
    readonly unverified?: true | undefined;
  };
}[K];

/** Puts a command together whose body has passed the contract of that command: where it came in, or when it was recorded. */
export function checkedCommand(command: CommandName, body: object, rest: Omit<Command, "command" | "body">): Command {
  // Name and body belong together because the contract of that name has been checked: the compiler cannot see that.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { command, body, ...rest } as Command;
}
