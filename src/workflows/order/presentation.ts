import type { SearchAttributeUpdatePair } from "@temporalio/common";
import { searchAttributes as keys } from "../../contracts/search-attributes.ts";
import type { Duty } from "../../domain/order/duty.ts";
import type { Effect } from "../../domain/order/effects.ts";
import { duties } from "../../domain/order/duties.ts";
import { statusOf, type Order } from "../../domain/order/state.ts";
import { endOfDay, iso, type Ms } from "../../domain/time.ts";

/** How an order is shown in the Temporal UI. No personal data: search attributes are never encrypted. */

function mostUrgent(open: readonly Duty[]): Duty | undefined {
  return open.filter(({ state }) => state !== "paused").toSorted((a, b) => a.dueAt - b.dueAt)[0] ?? open[0];
}

function classesOf({ class: { large, custom } }: Order): string[] {
  return large || custom ? [...(large ? ["large"] : []), ...(custom ? ["custom"] : [])] : ["ordinary"];
}

/** The search attributes of an order at a time, ms. What is not known is unset. */
export function attributesOf(order: Order, at: Ms): SearchAttributeUpdatePair[] {
  const open = duties(order, at);
  const next = mostUrgent(open);
  const overdue = [...new Set(open.filter(({ state }) => state === "overdue").map(({ duty }) => duty))].toSorted();
  return [
    { key: keys.OrderStatus, value: statusOf[order.stage] },
    { key: keys.SalesRep, value: order.salesRep ?? null },
    { key: keys.OrderClass, value: classesOf(order) },
    { key: keys.NextDuty, value: next?.duty ?? null },
    { key: keys.NextDutyRole, value: next?.owner.role ?? null },
    { key: keys.NextDueAt, value: next ? new Date(next.dueAt) : null },
    { key: keys.OverdueDuties, value: overdue.length === 0 ? null : overdue },
    { key: keys.PromisedDate, value: order.promisedDate === undefined ? null : new Date(endOfDay(order.promisedDate)) },
    { key: keys.AmountFen, value: order.amountFen },
  ];
}

/** Duties, and failed requests, that are named in the current details. */
const SHOWN = 50;

/** The order in Markdown, for "current details" in the Temporal UI: status, open duties, failed requests. */
export function detailsOf(order: Order, at: Ms): string {
  const open = duties(order, at).toSorted((a, b) => a.dueAt - b.dueAt);
  const rows = open
    .slice(0, SHOWN)
    .map(({ duty, owner, rule, dueAt, state }) => `| ${duty} | ${owner.id ?? owner.role} | ${rule} | ${iso(dueAt)} | ${state} |`);
  const failed = order.effects.filter(({ state }) => state === "failed");
  const more = (all: number) => (all > SHOWN ? ["", `- and ${all - SHOWN} more`] : []);
  return [
    `**${statusOf[order.stage]}** (${order.stage}${order.cancelling ? ", cancelling" : ""}) · ${classesOf(order).join(", ")} · promised ${order.promisedDate ?? "–"}`,
    ...(rows.length === 0
      ? ["Nothing is owed."]
      : [
          nextDueLine(open),
          "",
          "| duty | owner | rule | due | state |",
          "| --- | --- | --- | --- | --- |",
          ...rows,
          ...more(open.length),
        ]),
    ...failed.slice(0, SHOWN).map(({ system, ask, effectId }) => `- failed: ${system} ${ask} (${effectId})`),
    ...more(failed.length),
  ].join("\n");
}

/** The duty that is due first, above the table: the UI shows a few lines only. */
function nextDueLine(open: readonly Duty[]): string {
  const next = mostUrgent(open);
  return next ? `Next due: **${next.duty}** (${next.rule}) by ${next.owner.id ?? next.owner.role}, ${iso(next.dueAt)}` : "";
}

/** A timer's summary: duty, rule and rung. */
export function summaryOfAlarm({ duty, rung }: { duty?: Duty; rung?: string }): string {
  return duty ? `${duty.duty} · ${duty.rule} · ${rung ?? ""}` : "promised date · R3.3 · passes";
}

/** An activity's summary: what is asked or told, for which duty, by which rule. At most 200 characters, as Temporal takes no more. */
export function summaryOfEffect(effects: readonly Effect[]): string {
  const names = effects.map((effect) => {
    if (effect.system === "messages" && effect.data.message === "rung") {
      const { rung, duty, rule } = effect.data.params;
      return `${String(rung)}: ${String(duty)} · ${String(rule)}`;
    }
    const what =
      effect.system === "messages"
        ? `tell ${effect.data.to.map(({ role }) => role).join(", ")}: ${effect.data.message}`
        : `${effect.system}: ${effect.ask}`;
    return effect.occasion ? `${what} · ${effect.occasion.name} · ${effect.occasion.rule}` : what;
  });
  return names.join("; ").slice(0, 200);
}
