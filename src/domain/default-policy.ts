import { type AdministrationDutyName, putCalendarPolicy } from "./routine/put-calendar.ts";
import { MOST_ORDER_BYTES, type DutyPolicy, type Policy } from "./policy.ts";
import { dutyNames, dutyRules } from "./order/chapters.ts";
import type { DutyName } from "./order/duty.ts";

/** The time of each duty of an order, as its rule says. */
function dutyTimes(): { readonly [D in DutyName]: DutyPolicy } {
  // Every duty has a rule, and every rule a time.
  return Object.fromEntries(dutyNames.map((name) => [name, dutyRules[name].policy])) as { readonly [D in DutyName]: DutyPolicy };
}

/** The regulation's numbers, and the house's where it gives none. `GENDAN_POLICY` is laid over this. */
export const defaultPolicy: Policy<DutyName | AdministrationDutyName> = {
  largeAmountFen: 1_000_000,
  transitAllowance: "P3D",
  pauseLimit: "P3D",
  ladder: { warnAt: 0.75, escalateAfter: 0.5, escalateAtLeast: "PT1H", remindEvery: "P1D" },
  duties: { ...dutyTimes(), "put-calendar": putCalendarPolicy },
  freight: { ordinary: "customer", special: "company" },
  effects: { timeout: "PT10S", retryAfter: "PT1S", retryAtMost: "PT10M", attempts: 20 },
  orderBytes: MOST_ORDER_BYTES,
};
