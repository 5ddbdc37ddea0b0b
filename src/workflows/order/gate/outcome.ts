import type { Dated } from "../../../contracts/workflow.ts";
import { roles, type Party, type Recipient } from "../../../domain/people.ts";
import type { Ms } from "../../../domain/time.ts";
import { fitText, isObject, LONGEST_ID, ownField, readLine } from "./values.ts";

const parties: readonly Party[] = [...roles, "customer", "staff", "system"];

/** Recipients that can be read; others are left out. `undefined` for anything but a list. */
function readRecipients(value: unknown): Recipient[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.slice(0, LONGEST_ID).flatMap((each: unknown) => {
    if (!isObject(each)) return [];
    const role = parties.find((party) => party === ownField(each, "role"));
    const named = (["id", "except", "deputyFor"] as const).flatMap((name) => {
      const text = readLine(ownField(each, name), LONGEST_ID);
      return text === undefined ? [] : [[name, text] as const];
    });
    return role === undefined ? [] : [{ role, ...Object.fromEntries(named) }];
  });
}

const results = ["done", "refused", "exhausted", "unreached", "again"] as const;

/** A failure that may pass. */
interface TryAgain extends Omit<Dated, "result"> {
  readonly result: "again";
  /** The message system asked for patience until then, ms. */
  readonly notBefore?: Ms | undefined;
}

/** An activity's answer that has been read. */
export type Outcome = Dated | TryAgain;

/** Reads what an activity answered that asked outside: its texts are the outside system's. An answer that cannot be read counts as exhausted. */
export function readOutcome(value: unknown, now: Ms): Outcome {
  const result = isObject(value) ? results.find((each) => each === ownField(value, "result")) : undefined;
  if (!isObject(value) || result === undefined) return { result: "exhausted", detail: "its answer cannot be read" };
  const [detail, at, notBefore] = [ownField(value, "detail"), ownField(value, "at"), ownField(value, "notBefore")];
  const [reached, unreached] = [readRecipients(ownField(value, "reached")), readRecipients(ownField(value, "unreached"))];
  const outcome = {
    ...(typeof detail === "string" ? { detail: fitText(detail, 2_000) } : {}),
    ...(reached ? { reached } : {}),
    ...(unreached ? { unreached } : {}),
    ...(typeof at === "number" && Number.isFinite(at) ? { at: Math.min(at, now) } : {}),
  };
  if (result !== "again") return { result, ...outcome };
  return { result, ...outcome, ...(typeof notBefore === "number" && Number.isFinite(notBefore) ? { notBefore } : {}) };
}

/** Reads what was answered for each of several messages, by its effect id. */
export function readOutcomes(value: unknown, now: Ms): ReadonlyMap<string, Outcome> {
  const answers: readonly unknown[] = Array.isArray(value) ? value : [];
  return new Map(
    answers.flatMap((each) => {
      const effectId = isObject(each) ? ownField(each, "effectId") : undefined;
      return typeof effectId === "string" ? [[effectId, readOutcome(each, now)] as const] : [];
    }),
  );
}
