import { z } from "zod";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import { replay } from "../../src/domain/order/evolve.ts";
import type { Order } from "../../src/domain/order/state.ts";
import type { Database } from "../../src/records/database.ts";
import { asked, report, type Asked, type Report } from "../../src/stand-ins/journal.ts";
import type { Gendan } from "../support/gendan.ts";
import type { Sent, Work } from "./people.ts";

/** What is held against each other at the end. Each check answers what is wrong; nothing wrong, an empty list. */

export interface Ended {
  readonly events: ReadonlyMap<string, readonly OrderEvent[]>;
  readonly asks: readonly (Asked & { readonly system: string })[];
  readonly reports: readonly Report[];
}

/** Orders as the records hold them. */
export async function recorded(db: Database): Promise<Map<string, OrderEvent[]>> {
  const events = new Map<string, OrderEvent[]>();
  const rows = await db.selectFrom("events").select(["order_no", "body"]).orderBy("order_no").orderBy("number").execute();
  for (const { order_no: orderNo, body } of rows) events.set(orderNo, [...(events.get(orderNo) ?? []), body]);
  return events;
}

const stateSchema = z.object({ asks: z.array(asked), reports: z.array(report) });

/** What the outside systems took on and reported, as they remember it. */
export async function outside(gendan: Gendan): Promise<Pick<Ended, "asks" | "reports">> {
  const asks: (Asked & { system: string })[] = [];
  const reports: Report[] = [];
  for (const system of ["production", "warehouse", "logistics", "messages"]) {
    const state = stateSchema.parse(await (await fetch(`${gendan.urls[system]}/state?limit=1000000`)).json());
    asks.push(...state.asks.map((one) => ({ ...one, system })));
    reports.push(...state.reports);
  }
  return { asks, reports };
}

function counted<T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const name = key(one);
    const group = groups.get(name);
    if (group) group.push(one);
    else groups.set(name, [one]);
  }
  return groups;
}

/** Every accepted command, of people and of machines, is in exactly one order's history, exactly once; a refused one in none. */
export function commandsLost({ accepted, refused }: Work, { events, reports }: Ended): string[] {
  const byKey = new Map<string, { orderNo: string; event: OrderEvent }[]>();
  for (const [orderNo, all] of events)
    for (const event of all)
      if (event.key !== undefined) {
        const own = event.key.slice(event.key.indexOf("/") + 1);
        byKey.set(own, [...(byKey.get(own) ?? []), { orderNo, event }]);
      }
  const machines: Pick<Sent, "orderNo" | "command" | "key">[] = reports.filter(({ state }) => state === "accepted");
  const wrong: string[] = [];
  for (const { orderNo, command, key } of [...accepted, ...machines]) {
    const found = byKey.get(key) ?? [];
    if (found.length === 0) wrong.push(`${key}: ${command} was accepted and is in no history`);
    if (found.some((one) => one.orderNo !== orderNo)) wrong.push(`${key}: is in the history of another order than ${orderNo}`);
    // One command may bring several events, at once and each once; what follows of itself is the clock's.
    const own = found.filter(({ event }) => event.command === command);
    for (const [event, times] of counted(own, (one) => one.event.event))
      if (times.length > 1) wrong.push(`${key}: ${event} ${times.length} times`);
    const numbers = found.map(({ event }) => event.number);
    if (found.length > 0 && Math.max(...numbers) - Math.min(...numbers) !== found.length - 1)
      wrong.push(`${key}: its events are not together: ${numbers.join(", ")}`);
  }
  for (const { key } of refused) if (byKey.has(key)) wrong.push(`${key}: was refused and is on record`);
  return wrong;
}

/** What the service said of itself, of no order: that a clock of its own stands, as one does that lags behind for long. */
export function saidOfItself({ asks }: Pick<Ended, "asks">): string[] {
  return asks.filter(({ body }) => body["message"] === "clock-stopped").map(({ key }) => key);
}

/** Every effect came to its outside system exactly once by key, nothing else came, and each is settled as done. */
export function effectsWrong(orders: ReadonlyMap<string, Order>, { asks }: Ended): string[] {
  const wrong: string[] = [];
  const effects = [...orders.values()].flatMap((order) => order.effects);
  const came = counted(asks, ({ key }) => key);
  for (const { effectId, system, ask, state } of effects) {
    const times = came.get(effectId) ?? [];
    if (times.length !== 1) wrong.push(`${effectId}: taken on ${times.length} times`);
    if (times.some((one) => one.system !== system || one.ask !== ask)) wrong.push(`${effectId}: came elsewhere`);
    if (state !== "done") wrong.push(`${effectId}: is ${state}`);
  }
  const known = new Set([...effects.map(({ effectId }) => effectId), ...saidOfItself({ asks })]);
  for (const [key] of came) if (!known.has(key)) wrong.push(`${key}: was asked and is in no order`);
  return wrong;
}

const rungParams = z.object({ dutyId: z.string(), rung: z.string(), dueAt: z.string(), climbed: z.number() });
const rungMessage = z.object({ message: z.literal("rung"), params: rungParams });

/** The ladder's steps as parts of a duty's time, `docs/order.md`; the same for all duties of these orders. */
export interface Ladder {
  readonly warnAt: number;
  readonly escalateAfter: number;
  readonly escalateAtLeastMs: number;
  readonly remindEveryMs: number;
}

/**
 * Each rung of each duty that passed before the duty ended was told, or a higher one in its place; none was told before its
 * time; none twice, neither on record nor among the messages that came.
 */
export function ladderWrong(orders: ReadonlyMap<string, Order>, ladder: Ladder, { events, asks }: Ended): string[] {
  const wrong: string[] = [];
  const names = ["warn", "due", "escalate"];
  for (const [orderNo, order] of orders) {
    const told = (events.get(orderNo) ?? []).flatMap((event) => (event.event === "rung-told" ? [event] : []));
    const id = ({ data }: (typeof told)[number]): string =>
      [data.dutyId, data.rung, data.climbed, data.dueAt, data.rung === "remind" ? data.rungDueAt : ""].join(" ");
    for (const [rung, times] of counted(told, id))
      if (times.length > 1) wrong.push(`${orderNo} ${rung}: told ${times.length} times`);
    for (const event of told) {
      if (event.at < Date.parse(event.data.rungDueAt)) wrong.push(`${orderNo} ${id(event)}: told before its time`);
      const messages = order.effects.filter(({ eventNumber, system }) => eventNumber === event.number && system === "messages");
      if (messages.length !== 1) wrong.push(`${orderNo} ${id(event)}: ${messages.length} messages asked for`);
    }
    for (const { dutyId, openedAt, dueAt, closedAt } of order.closedDuties) {
      const budget = dueAt - openedAt;
      const times = [
        openedAt + budget * ladder.warnAt,
        dueAt,
        dueAt + Math.max(budget * ladder.escalateAfter, ladder.escalateAtLeastMs),
      ];
      const passed = names[times.findLastIndex((time) => time <= closedAt)];
      const mine = told.filter(({ data }) => data.dutyId === dutyId).map(({ data }) => names.indexOf(data.rung));
      const highest = told.some(({ data }) => data.dutyId === dutyId && data.rung === "remind")
        ? names.length
        : Math.max(-1, ...mine);
      if (passed !== undefined && highest < names.indexOf(passed))
        wrong.push(`${orderNo} ${dutyId}: ${passed} passed and was not told: due ${dueAt}, closed ${closedAt}`);
    }
  }
  const messages = asks.flatMap((one) => {
    const read = rungMessage.safeParse(one.body);
    return read.success ? [{ orderNo: one.orderNo, ...read.data.params }] : [];
  });
  const recorded = [...orders.values()].reduce(
    (sum, order) => sum + order.effects.filter((effect) => effect.system === "messages" && effect.data.message === "rung").length,
    0,
  );
  if (messages.length !== recorded) wrong.push(`${messages.length} rungs came as messages, ${recorded} are on record`);
  for (const [rung, times] of counted(messages, ({ orderNo, dutyId, rung, dueAt, climbed }) =>
    [orderNo, dutyId, rung, dueAt, climbed].join(" "),
  ))
    if (times.length > 1 && !rung.includes(" remind ")) wrong.push(`${rung}: came ${times.length} times as a message`);
  return wrong;
}

/** Every order has ended, with nothing open. */
export function notEnded(orders: ReadonlyMap<string, Order>, expected: readonly string[]): string[] {
  const missing = expected.filter((orderNo) => !orders.has(orderNo)).map((orderNo) => `${orderNo}: is not there`);
  const open = [...orders.values()].filter(({ stage }) => stage !== "completed" && stage !== "cancelled");
  return [...missing, ...open.map(({ orderNo, stage }) => `${orderNo}: is ${stage}`)];
}

export function replayed({ events }: Pick<Ended, "events">): Map<string, Order> {
  return new Map([...events].map(([orderNo, all]) => [orderNo, replay(all)]));
}

/** Columns that say how a row came to be written, not what is true of the order: after which event. */
const technical = new Set(["as_of"]);

/** All rows of what is rebuilt, as texts, for comparison. */
export async function rowsOf(db: Database): Promise<Record<"orders" | "events" | "duties", string[]>> {
  const text = (row: object): string =>
    JSON.stringify(Object.fromEntries(Object.entries(row).filter(([column]) => !technical.has(column))));
  const [orders, events, duties] = await Promise.all([
    db.selectFrom("orders").selectAll().orderBy("order_no").execute(),
    db.selectFrom("events").selectAll().orderBy("order_no").orderBy("number").execute(),
    db.selectFrom("duties").selectAll().orderBy("order_no").orderBy("duty_id").execute(),
  ]);
  return { orders: orders.map(text), events: events.map(text), duties: duties.map(text) };
}

/** Rows that one has and the other has not. */
export function difference(live: readonly string[], rebuilt: readonly string[]): string[] {
  const [mine, theirs] = [new Set(live), new Set(rebuilt)];
  return [
    ...live.filter((row) => !theirs.has(row)).map((row) => `only in the records: ${row}`),
    ...rebuilt.filter((row) => !mine.has(row)).map((row) => `only in the engine: ${row}`),
  ];
}
