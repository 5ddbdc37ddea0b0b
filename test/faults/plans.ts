import { z } from "zod";
import type { Bodies, CommandName } from "../../src/domain/order/bodies.ts";
import type { Stage } from "../../src/domain/order/state.ts";
import { address, customer, inDays, lamps, momentInDays } from "../scenarios/client.ts";
import type { Random } from "./random.ts";

/** What people do with an order while the outside systems' stand-ins carry it on: the way of each order through the house. */

export type Who = "rep" | "boss" | "admin" | "service";
/** What some bodies need to know of the order. */
export const orderSeen = z.object({
  revision: z.number(),
  changes: z.array(z.object({ changeId: z.string(), state: z.string() })),
  complaints: z.array(z.object({ complaintId: z.string() })),
  discrepancies: z.array(z.object({ discrepancyId: z.string(), state: z.string() })),
});
export type OrderSeen = z.infer<typeof orderSeen>;

/** One command of a person. */
export interface Step {
  readonly who: Who;
  readonly command: CommandName;
  /** Stages in which it can be sent. */
  readonly in: readonly Stage[];
  /** The body; `undefined` when the order is not there yet or no longer. */
  readonly body: (order: OrderSeen) => object | undefined;
  /** The order is read first: its body depends on it. */
  readonly reads?: true;
  /** May come too late, and then is left out. */
  readonly optional?: true;
  /** How long the person waits before they do it, ms. */
  readonly after?: number;
  /** `Prefer: respond-async`. */
  readonly reported?: true;
}

type Given<K extends CommandName> = Bodies[K] | ((order: OrderSeen) => Bodies[K] | undefined);

function step<K extends CommandName>(
  who: Who,
  command: K,
  stages: readonly Stage[],
  body: Given<K>,
  more: Pick<Step, "optional" | "after" | "reported"> = {},
): Step {
  return typeof body === "function"
    ? { who, command, in: stages, body, reads: true, ...more }
    : { who, command, in: stages, body: () => body, ...more };
}

/** One order: its number, how it is received, what people do with it. */
export interface Plan {
  readonly orderNo: string;
  readonly way: WayName;
  readonly receive: Bodies["receive"] & { readonly orderNo: string };
  readonly steps: readonly Step[];
}

const date = inDays(40);
const entry: Bodies["enter"] = {
  customer,
  lines: lamps,
  custom: null,
  deliveryAddress: address,
  requestedDate: date,
  selfChecked: true,
};
const many: Bodies["confirm"]["lines"] = [{ model: "SL-2", specification: "E27 12W", quantity: 500, unitPriceFen: 9_900 }];

const early: readonly Step[] = [
  step("rep", "confirm", ["received"], { lines: lamps, deliveryDate: date, channel: "phone" }),
  step("rep", "enter", ["confirmed"], entry),
];
const sign = step("boss", "sign", ["entered"], {});
const release = (after = 0): Step => step("admin", "release", ["signed"], {}, { after });
const underWay: readonly Stage[] = ["making", "made", "rework", "ready"];
const late = (after = 0): readonly Step[] => [
  step("rep", "confirm-receiving-time", ["made", "ready"], { from: momentInDays(1), to: momentInDays(30), channel: "phone" }),
  step("rep", "confirm-shipping-data", ["ready"], { recipient: "陈先生", phone: "+8613800000000", address }),
  step("rep", "confirm-receipt", ["delivered"], { satisfaction: 5 }, { after }),
];
/** Not while a change is open: what it changes would void the window again. */
const afterChange = step("rep", "confirm-receiving-time", ["made", "ready"], ({ changes: [change] }) =>
  !change || ["requested", "assessed", "awaiting_signature", "amending"].includes(change.state)
    ? undefined
    : { from: momentInDays(1), to: momentInDays(30), channel: "phone" },
);
const openChange = ({ changes }: OrderSeen): string | undefined => changes.at(-1)?.changeId;

const change: readonly Step[] = [
  step(
    "rep",
    "request-change",
    underWay,
    // Just after a reset the order may be seen as it was long before.
    ({ revision }) =>
      revision === 0 ? undefined : { kind: "date", patch: { promisedDate: inDays(50) }, revision, why: "客户要晚十天" },
    { optional: true },
  ),
  step(
    "admin",
    "assess-change",
    underWay,
    (order) => {
      const changeId = openChange(order);
      return changeId === undefined ? undefined : { changeId, feasible: true };
    },
    { optional: true },
  ),
  step(
    "rep",
    "accept-change",
    underWay,
    (order) => {
      const changeId = openChange(order);
      return changeId === undefined ? undefined : { changeId, channel: "phone" };
    },
    { optional: true },
  ),
];

const ways = {
  regular: ({ pace }: { pace: number }) => [...early, sign, release(), ...late(pace)],
  /** The administrator and the representative are slow: rungs of their duties are told. */
  slow: ({ pace }: { pace: number }) => [...early, sign, release(pace), ...late(pace)],
  talkative: () => [
    ...early,
    sign,
    release(),
    step("rep", "update-progress", ["making", "made"], { summary: "组装过半", source: "生产部" }, { optional: true }),
    step(
      "service",
      "record-communication",
      underWay,
      { with: "customer", channel: "phone", summary: "按期" },
      { reported: true },
    ),
    step(
      "rep",
      "update-progress",
      ["making", "made"],
      { summary: "快好了", source: "生产部" },
      { optional: true, reported: true },
    ),
    ...late(),
  ],
  returned: () => [
    ...early,
    step("boss", "refuse-signature", ["entered"], { reason: "单价不符" }),
    step("rep", "correct-entry", ["returned"], { ...entry, note: "已更正" }),
    sign,
    release(),
    ...late(),
  ],
  changed: () => [...early, sign, release(), ...change, afterChange, ...late().slice(1)],
  large: () => [
    step("rep", "confirm", ["received"], { lines: many, deliveryDate: date, channel: "phone" }),
    step("rep", "enter", ["confirmed"], { ...entry, lines: many }),
    step("boss", "acknowledge-special", ["entered"], {}),
    step("rep", "inform-delivery-date", ["entered"], { date, channel: "phone" }),
    sign,
    release(),
    ...late(),
  ],
  cancelled: () => [
    ...early,
    sign,
    release(),
    step("rep", "request-cancellation", underWay, { askedBy: "陈先生", reason: "项目取消" }, { optional: true }),
    step("boss", "cancel", underWay, { reason: "项目取消" }, { optional: true }),
    ...late(),
  ],
  complained: () => [
    ...early,
    sign,
    release(),
    step("service", "record-complaint", underWay, { about: "催货" }, { optional: true }),
    ...late(),
    step(
      "service",
      "resolve-complaint",
      ["making", "made", "ready", "shipped", "delivered", "completed"],
      ({ complaints }) => {
        const id = complaints.at(-1)?.complaintId;
        return id === undefined ? undefined : { complaintId: id, remedy: "已解释" };
      },
      { optional: true },
    ),
  ],
} satisfies Record<string, (hurry: { pace: number }) => readonly Step[]>;
export type WayName = keyof typeof ways;
const wayNames: readonly WayName[] = ["regular", "slow", "talkative", "returned", "changed", "large", "cancelled", "complained"];

/** So many orders, each on a way of its own. `slowest`: how long slow people wait at most, ms. */
export function plans(count: number, random: Random, slowest: number): Plan[] {
  return Array.from({ length: count }, (_, index) => {
    const orderNo = `F-${String(index + 1).padStart(4, "0")}`;
    // Every way is gone, however few orders there are.
    const way = wayNames[index % wayNames.length] ?? "regular";
    const steps = ways[way]({ pace: random.between(slowest / 4, slowest) });
    return { orderNo, way, receive: { orderNo, customer, lines: lamps, requestedDate: date, channel: "phone" }, steps };
  });
}
