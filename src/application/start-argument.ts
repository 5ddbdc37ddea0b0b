import { randomBytes } from "node:crypto";
import type { StartOrder } from "../contracts/workflow.ts";
import type { Calendar } from "../domain/clock/calendar.ts";
import { RULES, type OrderEvent } from "../domain/order/events.ts";
import type { Policy } from "../domain/policy.ts";

/** Makes the argument of an order's run: of a new order, or of one that continues from its events. */
export type MakeStartArgument = (orderNo: string, events?: readonly OrderEvent[]) => Promise<StartOrder>;

interface InForce {
  readonly policy: () => Promise<Policy>;
  readonly calendar: () => Promise<Calendar>;
}

/** @param inForce the policy that new orders start with, and the calendar; an order that continues keeps its own policy */
export function startArgumentsFrom(inForce: InForce): MakeStartArgument {
  return async (orderNo, events) => {
    const [policy, calendar] = await Promise.all([inForce.policy(), inForce.calendar()]);
    const salt = randomBytes(16).toString("hex");
    return { orderNo, policy, calendar, salt, rules: RULES, ...(events ? { events } : {}) };
  };
}
