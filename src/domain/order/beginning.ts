import { defaultCalendar, type Calendar } from "../clock/calendar.ts";
import { absentOnes } from "../people.ts";
import type { Policy } from "../policy.ts";
import type { Command } from "./bodies.ts";
import { fact, RULES, type Fact, type Facts } from "./events.ts";
import type { Stamp } from "../stamp.ts";
import { refuse, type Refusal } from "./refusals.ts";
import type { Order } from "./state.ts";
import { reckoned } from "./terms.ts";

/** What a new order takes along: its number and the policy that it keeps. */
export interface Setting {
  readonly orderNo: string;
  readonly policy: Policy;
  readonly calendar?: Calendar;
  /** Random, from outside: the domain has none. */
  readonly salt?: string | undefined;
  /** What its commands are held to; absent: all of it. */
  readonly rules?: number | undefined;
}

/** The first event of an order. A representative who receives an order without naming one takes it themselves; a machine names one, or nobody. */
export function receiveOrder(
  command: Command,
  { policy, orderNo, calendar, salt, rules = RULES }: Setting,
): readonly Fact[] | Refusal {
  if (command.command !== "receive") return refuse("no-such-order");
  const { note: _, ...body } = command.body;
  const { kind, roles: held } = command.actor;
  const own = kind === "person" && held.includes("sales_rep") && !held.includes("customer_service");
  const salesRep = body.salesRep ?? (own ? command.actor.id : undefined);
  if (own && salesRep !== command.actor.id && !absentOnes(command.actor).includes(salesRep ?? ""))
    return refuse("not-your-order");
  return [
    fact("received", {
      ...body,
      salesRep,
      orderNo,
      policy,
      rules,
      ...(calendar ? { calendar } : {}),
      ...(salt ? { salt } : {}),
    }),
  ];
}

/** The state after the first event. */
export function beginOrder(data: Facts["received"], stamp: Stamp): Order {
  const {
    policy,
    calendar = defaultCalendar,
    rules = 1,
    orderNo,
    customer,
    salesRep,
    lines = [],
    custom = null,
    deliveryAddress,
    requestedDate,
    personalDataRemoved,
  } = data;
  const order: Order = {
    orderNo,
    policy,
    calendar,
    rules,
    stage: "received",
    lastEvent: stamp.number,
    weight: 0,
    clockWeight: 0,
    notKept: 0,
    strangers: 0,
    received: stamp,
    customer,
    salesRep,
    formerReps: [],
    class: { large: false, custom: false },
    lines,
    custom,
    deliveryAddress,
    requestedDate,
    amountFen: 0,
    extraFen: 0,
    discountFen: 0,
    revision: 0,
    revisions: [],
    shipments: [],
    questions: [],
    changes: [],
    delays: [],
    discrepancies: [],
    complaints: [],
    findings: [],
    inspections: [],
    forceMajeure: [],
    hands: [],
    effects: [],
    watches: {},
    closedDuties: [],
    personalDataRemoved,
  };
  return reckoned(order, stamp);
}
