import { randomBytes } from "node:crypto";
import type { StartOrder } from "../contracts/workflow.ts";
import type { Calendar } from "../domain/clock/calendar.ts";
import { RULES, type OrderEvent } from "../domain/order/events.ts";
import type { Policy } from "../domain/policy.ts";

/** The argument of a run: of a new order, or of one that goes on from its record. */
export type Begin = (orderNo: string, events?: readonly OrderEvent[]) => Promise<StartOrder>;

/** @param now what is in force at the moment; an order that goes on keeps its own policy */
export function beginWith(now: { readonly policy: () => Promise<Policy>; readonly calendar: () => Promise<Calendar> }): Begin {
  return async (orderNo, events) => {
    const [policy, calendar] = await Promise.all([now.policy(), now.calendar()]);
    const salt = randomBytes(16).toString("hex");
    return { orderNo, policy, calendar, salt, rules: RULES, ...(events ? { events } : {}) };
  };
}
