import { within } from "../../policy.ts";
import { endOfDay, type Ms } from "../../time.ts";
import { advance, chapter, latest } from "../chapter.ts";
import { rep, tell } from "../messages.ts";
import { fact } from "../events.ts";
import type { Stamp } from "../../stamp.ts";
import type { Bodies } from "../bodies.ts";
import { expectedRefused } from "../promise.ts";
import type { Order } from "../state.ts";
import type { Production } from "../vocabulary/production.ts";
import { refuse, type Refusal } from "../refusals.ts";
import { same } from "../terms.ts";

/** Numbers per line: one for each line of the order. */
export function perLine(order: Order, given: readonly unknown[]): Refusal | undefined {
  return given.length === order.lines.length
    ? undefined
    : refuse("wrong-line-count", { expected: order.lines.length, given: given.length });
}

/** What production is made of when a report is applied to an order that was never released. */
function productionOf(order: Order, stamp: Stamp): Production {
  return order.production ?? { run: 1, placed: stamp, quantityDone: [], updated: stamp };
}

function allRight(order: Order, lines: Bodies["check-goods"]["lines"]): boolean {
  return lines.every(({ counted, specificationOk }, index) => specificationOk && counted === order.lines[index]?.quantity);
}

/** A report from before this run was placed: it is about the one before. */
function ofEarlierRun({ production: run }: Order, at: Ms): boolean {
  return run !== undefined && run.run > 1 && at < run.placed.at;
}

/** A report from before the goods of this run were last refused: it is about the goods that were. */
function beforeRefusal({ production: run }: Order, at: Ms): boolean {
  return run?.refusal !== undefined && at < run.refusal.stamp.at;
}

/** Progress from before all of it was made, that comes when it has been: nothing is in the making any more. */
function overtaken({ production: run, stage }: Order, at: Ms): boolean {
  return run?.made !== undefined && stage !== "rework" && at <= run.made.at;
}

/** Starts another production run: what was said of the last one no longer holds. */
export function makingAgain(order: Order, stamp: Stamp): Order {
  const run = (order.production?.run ?? 0) + 1;
  return {
    ...order,
    stage: "making",
    production: { run, placed: stamp, quantityDone: [], updated: stamp },
    plannedFinish: undefined,
    forecast: undefined,
    ready: undefined,
  };
}

/** Chapter 3 of the regulation up to the warehouse's check (R3.1, R3.2, R4.1). */
export const production = chapter({
  commands: {
    "report-progress": {
      by: ["production"],
      machine: true,
      rule: "R3.1",
      stages: ["making", "rework"],
      known: (order, { stage, quantityDone, expectedFinish }, at) =>
        ofEarlierRun(order, at) ||
        overtaken(order, at) ||
        (order.production?.stageOfWork === stage &&
          same(order.production.quantityDone, quantityDone) &&
          (expectedFinish === undefined || order.forecast?.finish === expectedFinish)),
      decide: (order, { stage, quantityDone, expectedFinish }, { at }) =>
        perLine(order, quantityDone) ??
        expectedRefused(order, "expectedFinish", expectedFinish, at) ?? [
          fact("progress-reported", { stage, quantityDone, expectedFinish }),
        ],
    },
    "update-progress": {
      by: ["sales_rep", "order_admin"],
      rule: "R3.2",
      stages: ["making", "made", "rework"],
      decide: (_order, { summary, source }) => [fact("progress-updated", { summary, source })],
    },
    "finish-production": {
      by: ["production"],
      machine: true,
      rule: "R3.1",
      stages: ["making", "rework"],
      // Other quantities than the ones on record are news, unless all was made since.
      known: (order, { quantity }, at) =>
        ofEarlierRun(order, at) ||
        overtaken(order, at) ||
        (order.production?.made !== undefined &&
          (order.stage === "rework" ? beforeRefusal(order, at) : same(order.production.quantityDone, quantity))),
      decide: (order, { quantity }) => {
        const refusal = perLine(order, quantity);
        if (refusal) return refusal;
        const short = quantity.some((made, index) => made < (order.lines[index]?.quantity ?? 0));
        // A short finish is only progress: the order is made when all of it is.
        return short
          ? [fact("progress-reported", { stage: "finished short", quantityDone: quantity })]
          : [fact("production-finished", { quantity })];
      },
    },
    "check-goods": {
      by: ["warehouse"],
      machine: true,
      rule: "R4.1",
      stages: ["made"],
      known: (order, { lines }, at) =>
        ofEarlierRun(order, at) ||
        (order.stage === "rework"
          ? beforeRefusal(order, at) || same(order.production?.refusal?.lines, lines)
          : order.stage === "made"
            ? beforeRefusal(order, at)
            : order.ready !== undefined && allRight(order, lines)),
      decide: (order, { lines }) =>
        perLine(order, lines) ?? [allRight(order, lines) ? fact("goods-accepted", { lines }) : fact("goods-refused", { lines })],
    },
  },
  evolve: {
    "progress-reported": (order, { stage, quantityDone }, stamp) => {
      const run = productionOf(order, stamp);
      if (stamp.at < (run.progressAt ?? 0)) return order;
      return { ...order, production: { ...run, stageOfWork: stage, quantityDone, progressAt: stamp.at } };
    },
    "progress-updated": (order, _data, stamp) => ({ ...order, production: { ...productionOf(order, stamp), updated: stamp } }),
    "production-finished": (order, { quantity }, stamp) => {
      const now = productionOf(order, stamp);
      const made = { ...now, quantityDone: quantity, progressAt: stamp.at, made: stamp, firstMade: now.firstMade ?? stamp };
      return { ...advance(order, "made"), production: made };
    },
    "goods-accepted": (order, _data, stamp) => ({ ...advance(order, "ready"), ready: stamp }),
    "goods-refused": (order, { lines }, stamp) => ({
      ...order,
      stage: order.stage === "made" ? "rework" : order.stage,
      production: { ...productionOf(order, stamp), refusal: { lines, stamp } },
    }),
  },
  duties: {
    "update-progress": {
      rule: "R3.2",
      owner: "sales_rep",
      policy: within("P7D"),
      closedBy: ["update-progress"],
      owed: ({ stage, production: run }) => {
        if (!run) return undefined;
        if (stage === "making") return { since: run.updated };
        // It ended when the goods were made, and opens afresh when they go back.
        return stage === "rework" ? { since: latest(run.updated, run.refusal?.stamp) ?? run.updated } : undefined;
      },
    },
    "finish-production": {
      rule: "R3.1",
      owner: "production",
      policy: within(undefined),
      closedBy: ["finish-production"],
      owed: ({ stage, production: run, plannedFinish }) => {
        if (stage !== "making" || !run || plannedFinish === undefined) return undefined;
        // Making again: nothing is known of a finish until production has said its lead time.
        const since = run.run === 1 ? run.placed : run.leadTime?.stamp;
        return since ? { since, dueAt: endOfDay(plannedFinish) } : undefined;
      },
    },
    "check-goods": {
      rule: "R4.1",
      owner: "warehouse",
      policy: within("PT24H"),
      closedBy: ["check-goods"],
      owed: (order) => (order.stage === "made" && order.production?.made ? { since: order.production.made } : undefined),
    },
    rework: {
      rule: "R4.1",
      owner: "production",
      policy: within("P3D"),
      closedBy: ["finish-production"],
      owed: (order) =>
        order.stage === "rework" && order.production?.refusal ? { since: order.production.refusal.stamp } : undefined,
    },
  },
  effects: {
    "production-finished": (order) => [
      { system: "warehouse", ask: "expect-goods", data: { lines: order.lines } },
      tell(order, rep(order), "made", {}),
    ],
    "goods-refused": (order, { lines }) => {
      const findings = lines
        .map((line, index) => ({ line: index, ...line }))
        .filter(({ line, specificationOk, counted }) => !specificationOk || counted !== order.lines[line]?.quantity);
      const told = findings.map(({ line, counted, finding }) => `#${line}: ${counted} ${finding ?? ""}`.trim()).join("; ");
      return [
        { system: "production", ask: "rework", data: { findings } },
        tell(order, rep(order), "goods-refused", { findings: told }),
      ];
    },
  },
});
