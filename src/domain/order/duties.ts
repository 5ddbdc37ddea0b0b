import { dutyAt, dutyIdOf, type Owed } from "../clock/duty.ts";
import type { DutyName, Duty } from "./duty.ts";
import type { Ms } from "../time.ts";
import type { CommandName } from "./bodies.ts";
import { isEnded } from "./chapter.ts";
import { commands, dutyRules, dutyNames } from "./chapters.ts";
import type { Order } from "./state.ts";

/** Whether some command that would fulfil a duty could still be sent in this state: otherwise the duty lapses. */
function canBeFulfilled(order: Order, closedBy: readonly (CommandName | "clock")[]): boolean {
  if (!isEnded(order) && !order.cancelling) return true;
  return closedBy.some((name) => name !== "clock" && (isEnded(order) ? commands[name].ended : commands[name].cancelling));
}

/** A duty that a state owes, whatever the time. */
export interface OwedDuty {
  readonly dutyId: string;
  readonly name: DutyName;
  readonly owed: Owed;
}

/** A state never changes and is asked several times for what it owes. */
const known = new WeakMap<Order, readonly OwedDuty[]>();

/** Every duty that an order owes, whatever the time. */
export function owedDuties(order: Order): readonly OwedDuty[] {
  const before = known.get(order);
  if (before) return before;
  const owed = computeOwed(order);
  known.set(order, owed);
  return owed;
}

function computeOwed(order: Order): readonly OwedDuty[] {
  return dutyNames.flatMap((name) => {
    const rule = dutyRules[name];
    const owed = canBeFulfilled(order, rule.closedBy) ? (rule.owed(order) ?? []) : [];
    return [owed].flat().map((each) => ({ dutyId: dutyIdOf(name, each), name, owed: each }));
  });
}

/** Some of the duties that an order owes, as they stand at a time, ms. */
export function dutiesAt(order: Order, owed: readonly OwedDuty[], at: Ms): readonly Duty[] {
  return owed.map((each) => dutyAt(order, each.name, dutyRules[each.name], each.owed, at));
}

/** Every duty that is owed, as it stands at a time, ms. */
export function duties(order: Order, at: Ms): readonly Duty[] {
  return dutiesAt(order, owedDuties(order), at);
}
