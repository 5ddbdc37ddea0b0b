import { randomUUID } from "node:crypto";
import { z } from "zod";
import { acceptedSchema, answerSchema, commandStateSchema, historySchema, orderSchema } from "../../src/contracts/answers.ts";
import type { Bodies, CommandName } from "../../src/domain/order/bodies.ts";
import type { Stage } from "../../src/domain/order/state.ts";
import { asked } from "../../src/stand-ins/journal.ts";
import type { DutyName } from "../../src/domain/order/duty.ts";
import type { Served } from "../support/gendan.ts";
import { isFromRecords, sender, type Answer, type Sender } from "../support/people.ts";
import { until } from "../support/until.ts";

/** Everybody who works on an order, each with a token of their own. */
export interface Cast {
  readonly rep: Sender;
  readonly boss: Sender;
  readonly admin: Sender;
  readonly service: Sender;
  readonly designer: Sender;
  readonly manager: Sender;
  /** Machines: they report, and are answered 202. */
  readonly workshop: Sender;
  readonly store: Sender;
  readonly carrier: Sender;
}

/** A token for everybody, once a start: a home's key does not change. */
export async function castOf(gendan: Served): Promise<Cast> {
  return {
    rep: await sender(gendan, "li.na", "sales_rep"),
    boss: await sender(gendan, "wang.fang", "supervisor"),
    admin: await sender(gendan, "zhao.min", "order_admin"),
    service: await sender(gendan, "sun.li", "customer_service"),
    designer: await sender(gendan, "wu.yan", "design"),
    manager: await sender(gendan, "chen.gang", "management"),
    workshop: await sender(gendan, "production-system", "production", true),
    store: await sender(gendan, "warehouse-system", "warehouse", true),
    carrier: await sender(gendan, "logistics-system", "logistics", true),
  };
}

export type Order = z.infer<typeof orderSchema>;

/** What an answer says, when it is the answer expected. */
export function body<T>(schema: z.ZodType<T>, { status, body: said }: Answer, expected: number): T {
  if (status !== expected) throw new Error(`answered ${status}, not ${expected}: ${JSON.stringify(said)}`);
  return schema.parse(said);
}

/** Sends with one key until there is an answer, as a client does that is told to come again (503). */
function answered(ask: (headers: Readonly<Record<string, string>>) => Promise<Answer>): Promise<Answer> {
  const key = { "idempotency-key": randomUUID() };
  return until(
    () => ask(key),
    ({ status }) => status !== 503,
  );
}

/** A person's command that is carried out: the order after it. */
export async function done<K extends CommandName>(who: Sender, orderNo: string, command: K, said: Bodies[K]): Promise<Order> {
  return body(answerSchema, await answered((key) => who.send(orderNo, command, said, key)), 200).order;
}

/** A person's command that is refused: the stable word. */
export async function refused<K extends CommandName>(who: Sender, orderNo: string, command: K, said: Bodies[K]): Promise<string> {
  const { status, body: problem } = await answered((key) => who.send(orderNo, command, said, key));
  if (status !== 409) throw new Error(`answered ${status}, not refused: ${JSON.stringify(problem)}`);
  return typeof problem === "object" && problem !== null && "reason" in problem ? String(problem.reason) : "";
}

/** A machine's report: what became of it. */
export async function reported<K extends CommandName>(
  who: Sender,
  orderNo: string,
  command: K,
  said: Bodies[K] & { at?: string },
): Promise<z.infer<typeof commandStateSchema>> {
  const key = randomUUID();
  body(acceptedSchema, await who.send(orderNo, command, said, { "idempotency-key": key }), 202);
  return became(who, orderNo, key);
}

/** A machine's report that must be taken on: the order after it. */
export async function taken<K extends CommandName>(
  who: Sender,
  orderNo: string,
  command: K,
  said: Bodies[K] & { at?: string },
): Promise<Order> {
  const became = await reported(who, orderNo, command, said);
  if (became.state !== "done") throw new Error(`${command} was not taken on: ${JSON.stringify(became)}`);
  return order(who, orderNo);
}

/**
 * Waits until it is known what became of a report. It is durable with its 202: from then on its key is known, or while
 * no worker runs cannot be told (503), but is never said to be unknown.
 */
export async function became(who: Sender, orderNo: string, key: string): Promise<z.infer<typeof commandStateSchema>> {
  const state = async () => {
    const answer = await who.get(`/orders/${orderNo}/commands/${key}`);
    return answer.status === 503 ? { state: "waiting" as const } : body(commandStateSchema, answer, 200);
  };
  return until(state, (now) => now.state !== "waiting");
}

/** Asks until the order's run answers. */
function ofRun(who: Sender, path: string): Promise<Answer> {
  return until(
    () => who.get(path),
    (answer) => answer.status !== 503 && !isFromRecords(answer),
  );
}

/** The order as somebody sees it now. */
export async function order(who: Sender, orderNo: string): Promise<Order> {
  return body(orderSchema, await ofRun(who, `/orders/${orderNo}`), 200);
}

/** What is owed of a name, as somebody sees the order now. */
export async function owed(who: Sender, orderNo: string, duty: DutyName): Promise<Order["duties"][number] | undefined> {
  return (await order(who, orderNo)).duties.find((each) => each.duty === duty);
}

/** How long a duty may take, ms. */
export function timeFor(duty: Order["duties"][number] | undefined): number {
  return duty ? Date.parse(duty.dueAt) - Date.parse(duty.openedAt) : NaN;
}
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Waits until the order is in a stage, however it gets there. */
export function reaches(who: Sender, orderNo: string, stage: Stage): Promise<Order> {
  return until(
    () => order(who, orderNo),
    (now) => now.stage === stage,
    60_000,
  );
}

/** The audit trail as somebody sees it now, oldest first. */
export async function trailOf(who: Sender, orderNo: string): Promise<z.infer<typeof historySchema>> {
  return body(historySchema, await ofRun(who, `/orders/${orderNo}/history`), 200);
}

/** The audit trail by its events' names. */
export async function eventsOf(who: Sender, orderNo: string): Promise<string[]> {
  return (await trailOf(who, orderNo)).map(({ event }) => event);
}

const stateOfStandIn = z.object({ asks: z.array(asked) });
type Asked = z.infer<typeof asked>;

/** What an outside system's stand-in was asked for an order, newest first. */
export async function askedOf(gendan: Served, system: string, orderNo: string): Promise<Asked[]> {
  const answer = await fetch(`${gendan.urls[system] ?? ""}/state?orderNo=${orderNo}&limit=200`);
  return stateOfStandIn.parse(await answer.json()).asks;
}

const sent = z.object({
  message: z.string(),
  to: z.array(z.object({ role: z.string(), id: z.string().optional() })),
  texts: z.record(z.string(), z.object({ subject: z.string(), body: z.string() })),
  params: z.record(z.string(), z.unknown()),
});

/** The messages of an order, oldest first. */
export async function messagesOf(gendan: Served, orderNo: string): Promise<z.infer<typeof sent>[]> {
  return (await askedOf(gendan, "messages", orderNo)).map(({ body: said }) => sent.parse(said)).toReversed();
}

/** Makes an outside system's stand-in behave otherwise; `{}` as usual again. */
export async function behave(gendan: Served, system: string, behaviour: object): Promise<void> {
  const answer = await fetch(`${gendan.urls[system] ?? ""}/control/behaviour`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(behaviour),
  });
  if (!answer.ok) throw new Error(`${system}: ${await answer.text()}`);
}

/** Which messages of an order went to the customer. */
export async function toldToCustomer(gendan: Served, orderNo: string): Promise<string[]> {
  return (await messagesOf(gendan, orderNo))
    .filter(({ to }) => to.some(({ role }) => role === "customer"))
    .map(({ message }) => message);
}

/** Waits until nothing that was to be asked or told for an order is still on its way: what was not told by then never will be. */
export function settled(who: Sender, orderNo: string): Promise<Order> {
  return until(
    () => order(who, orderNo),
    ({ effects }) => effects.every(({ state }) => state !== "pending"),
  );
}

/** A day so many days from today, in the factory's zone. */
export function inDays(count: number): string {
  return new Date(Date.now() + 8 * 3_600_000 + count * 86_400_000).toISOString().slice(0, 10);
}

/** An instant so many days from now. */
export function momentInDays(count: number): string {
  return new Date(Date.now() + count * 86_400_000).toISOString();
}

export const customer: Bodies["enter"]["customer"] = { name: "客户A", contact: { person: "陈先生", phone: "+8613800000000" } };
export const address: Bodies["enter"]["deliveryAddress"] = {
  province: "广东",
  city: "中山",
  street: "古镇路 1 号",
  postcode: "528400",
};

/** What an order is about, where it is not the usual hundred LED lamps in twenty days. */
export interface Wish {
  readonly lines?: Bodies["confirm"]["lines"];
  readonly custom?: { brief: string } | null;
  readonly date?: string;
}
export const lamps: Bodies["confirm"]["lines"] = [
  { model: "LED-A60", specification: "E27 9W 3000K", quantity: 100, unitPriceFen: 3_500 },
];

/** 17,500 CNY: a large order. */
export const manyLamps: Bodies["confirm"]["lines"] = [
  { model: "LED-A60", specification: "E27 9W 3000K", quantity: 500, unitPriceFen: 3_500 },
];

/** Received, confirmed, entered. */
export async function entered(
  { rep }: Cast,
  orderNo: string,
  { lines = lamps, custom = null, date = inDays(20) }: Wish = {},
): Promise<Order> {
  const first = { orderNo, customer, lines, custom, requestedDate: date, channel: "phone" };
  body(orderSchema, await answered((key) => rep.post("/orders", first, key)), 201);
  await done(rep, orderNo, "confirm", { lines, deliveryDate: date, channel: "phone" });
  return done(rep, orderNo, "enter", {
    customer,
    lines,
    custom,
    deliveryAddress: address,
    requestedDate: date,
    selfChecked: true,
  });
}

/** A large order until it is in production: told ahead, lead time, expected date, signed, released (R2.3). */
export async function largeMaking(cast: Cast, orderNo: string, wish: Wish = {}): Promise<Order> {
  await entered(cast, orderNo, { lines: manyLamps, ...wish });
  await done(cast.boss, orderNo, "acknowledge-special", {});
  await taken(cast.workshop, orderNo, "report-lead-time", { days: 10 });
  await done(cast.rep, orderNo, "inform-delivery-date", { date: wish.date ?? inDays(20), channel: "phone" });
  await done(cast.boss, orderNo, "sign", {});
  return done(cast.admin, orderNo, "release", {});
}

/** Entered, signed, released: in production. */
export async function making(cast: Cast, orderNo: string, wish: Wish = {}): Promise<Order> {
  await entered(cast, orderNo, wish);
  await done(cast.boss, orderNo, "sign", {});
  return done(cast.admin, orderNo, "release", {});
}

/** From production to the warehouse, checked and right. */
export async function checked(
  { workshop, store, rep }: Cast,
  orderNo: string,
  quantity: readonly number[] = [100],
): Promise<Order> {
  await reported(workshop, orderNo, "finish-production", { quantity: [...quantity] });
  await reported(store, orderNo, "check-goods", { lines: quantity.map((counted) => ({ counted, specificationOk: true })) });
  return order(rep, orderNo);
}

/** Receiving time, transport and data confirmed. */
export async function prepared(cast: Cast, orderNo: string, method: "courier" | "dedicated_vehicle" = "courier"): Promise<Order> {
  const window = { from: momentInDays(1), to: momentInDays(30), channel: "phone" as const };
  await done(cast.rep, orderNo, "confirm-receiving-time", window);
  await reported(cast.carrier, orderNo, "arrange-transport", { method, carrier: "SF Express", freightBorneBy: "company" });
  return done(cast.rep, orderNo, "confirm-shipping-data", { recipient: "陈先生", phone: "+8613800000000", address });
}

/** On its way, expected in three days. */
export async function shipped(cast: Cast, orderNo: string, trackingNumber: string): Promise<Order> {
  await reported(cast.carrier, orderNo, "dispatch", { carrier: "SF Express", trackingNumber, expectedArrival: inDays(3) });
  return order(cast.rep, orderNo);
}

/** Signed for by the customer. */
export async function delivered(cast: Cast, orderNo: string, trackingNumber: string): Promise<Order> {
  await reported(cast.carrier, orderNo, "report-delivery", {
    trackingNumber,
    signedBy: "陈先生",
    deliveredAt: new Date().toISOString(),
  });
  return order(cast.rep, orderNo);
}
