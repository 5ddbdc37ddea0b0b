import type { CommandName } from "../../src/domain/order/bodies.ts";
import { specialsOpen } from "../../src/domain/order/chapters/confirmation.ts";
import { commandNames, commands } from "../../src/domain/order/chapters.ts";
import { decide } from "../../src/domain/order/decide.ts";
import { pendingEffects, settle } from "../../src/domain/order/outside.ts";
import { permitted } from "../../src/domain/order/permission.ts";
import { stages, statuses, statusOf, type Order, type Stage } from "../../src/domain/order/state.ts";
import { isRefusal } from "../../src/domain/order/refusals.ts";
import { roles } from "../../src/domain/people.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { stageWords, statusWords } from "../../src/texts/words.ts";
import { by, command, MONDAY } from "../domain/order-fixture.ts";
import { makeBody, type Making } from "../domain/model/bodies.ts";

/** The state machine as it is: found by running the domain, from nothing, with every command that the table holds. */

/** Where an order is: its stage, or that it is being called off. */
type Place = Stage | "cancelling" | "start";
interface Move {
  readonly from: Place;
  readonly command: CommandName | "answers";
  readonly to: Place;
}

function placeOf(order: Order | undefined): Place {
  if (!order) return "start";
  return order.cancelling && order.stage !== "cancelled" ? "cancelling" : order.stage;
}

const changeStates = ["requested", "assessed", "awaiting_signature", "amending", "refused"];
const beforeSigned: readonly Place[] = ["received", "confirmed", "entered", "returned"];

/** What is being dealt with beside the order's own way. */
function openMatters(order: Order): string[] {
  const change = order.changes.find(({ state }) => changeStates.includes(state));
  const delay = order.delays.find(({ state }) => state !== "closed" && state !== "withdrawn");
  const complaint = order.complaints[0];
  const paused = Object.values(order.watches).some(({ pauses }) => pauses.some(({ to }) => to === undefined));
  return [
    change && `change ${change.state}${change.request.patch.lines ? " of the goods" : ""}`,
    delay && `delay ${delay.state}`,
    order.cancellation && "cancellation",
    complaint && `complaint ${complaint.resolved ? "remedied" : "open"}`,
    order.findings.length > 0 && "finding",
    order.inspections.length > 0 && "inspection",
    order.forceMajeure.length > 0 && "force majeure",
    order.questions.length > 0 ? "question" : paused && "pause",
    order.effects.some(({ state }) => state === "failed") && "failed",
  ].filter((each) => typeof each === "string");
}

/** What tells two orders apart for where they can go: `undefined` where it would be looked at twice over. */
function likeness(order: Order): string | undefined {
  const { receivingTime, transport, shippingData } = order;
  const matters = openMatters(order);
  // One matter at a time, and confirmations in their usual order: more beside them changes no move.
  if (matters.length > 1 || (transport && !receivingTime) || (shippingData && !transport)) return undefined;
  // What a place does not look at does not tell two orders apart.
  const plain = matters.length === 0;
  const special = plain && beforeSigned.includes(order.stage) ? [order.class, specialsOpen(order)] : [];
  const confirmed = order.stage === "ready" ? [receivingTime, transport, shippingData].filter(Boolean).length : 0;
  const told = plain && order.shipments.at(-1)?.customerTold !== undefined;
  // Once somebody outside has been asked something, they have to be asked to call it off.
  const asked = order.effects.some(({ system }) => system !== "messages");
  return JSON.stringify([placeOf(order), order.stage, matters, confirmed, special, told, asked]);
}

type RoleName = Parameters<typeof by>[0];

/** Every way in which something that chooses can come out: its choices are turned like an odometer's wheels. */
function waysOf<T>(make: (pick: Making["pick"]) => T): T[] {
  const ways: T[] = [];
  const wheels: number[] = [];
  for (;;) {
    const sizes: number[] = [];
    const pick: Making["pick"] = (...all) => {
      const wheel = sizes.push(all.length) - 1;
      return all[wheels[wheel] ?? 0] ?? all[0];
    };
    ways.push(make(pick));
    let turning = sizes.length - 1;
    while (turning >= 0 && (wheels[turning] ?? 0) + 1 >= (sizes[turning] ?? 0)) wheels[turning--] = 0;
    if (turning < 0) return ways;
    wheels[turning] = (wheels[turning] ?? 0) + 1;
  }
}

/** Bodies that the command could come with. */
function bodiesOf(name: CommandName, order: Order, role: RoleName): object[] {
  const ways = waysOf((pick) => makeBody[name]({ order, actor: by(role), at: MONDAY, serial: order.lastEvent, pick }));
  const distinct = [...new Map(ways.map((body) => [JSON.stringify(body), body])).values()];
  return name === "decide-remedy" ? [...distinct, { decision: "cancel", reason: "so" }] : distinct;
}

const setting = { orderNo: "SO-1", policy: defaultPolicy };

function sent(order: Order | undefined, name: CommandName, role: RoleName, body: object): Order | undefined {
  // The body belongs to the name: both come from the same row.
  const one = { ...command("release", by(role), {}, MONDAY), command: name, body };
  const outcome = decide(order, one as Parameters<typeof decide>[1], setting);
  return isRefusal(outcome) ? undefined : outcome.order;
}

/** All that was asked outside is answered in one way. */
function answered(order: Order, result: "done" | "refused"): Order {
  return pendingEffects(order).reduce((each, { effectId }) => settle(each, effectId, { result }, MONDAY).order, order);
}

/** Every move that some order can make. */
export function moves(): Move[] {
  const found = new Map<string, Move>();
  const note = (from: Place, name: Move["command"], to: Place) => found.set(`${from} ${name} ${to}`, { from, command: name, to });
  const seen = new Set<string>();
  const waiting: Order[] = [];
  function follow(order: Order): void {
    const from = placeOf(order);
    // A refusal outside matters where somebody waits for the answer: called off, or the customer told.
    const ways = from === "cancelling" || from === "shipped" ? (["done", "refused"] as const) : (["done"] as const);
    for (const way of ways) {
      const next = answered(order, way);
      if (placeOf(next) !== from) note(from, "answers", placeOf(next));
      const like = likeness(next);
      if (like === undefined || seen.has(like)) continue;
      seen.add(like);
      waiting.push(next);
    }
  }
  const first = sent(undefined, "receive", "sales_rep", { customer: { name: "客户A", contact: { phone: "1" } } });
  if (!first) throw new Error("an order cannot be received");
  note("start", "receive", placeOf(first));
  follow(first);
  for (const order of waiting) {
    const may = new Map(roles.map((role) => [role, permitted(order, by(role), MONDAY)]));
    for (const name of commandNames) {
      // Whoever may send it, it does the same.
      const role = commands[name].by.find((each) => may.get(each)?.includes(name));
      for (const body of role ? bodiesOf(name, order, role) : []) {
        const next = role && sent(order, name, role, body);
        if (!next) continue;
        note(placeOf(order), name, placeOf(next));
        follow(next);
      }
    }
  }
  return [...found.values()];
}

const places: readonly Place[] = [...stages.slice(0, -2), "cancelling", "completed", "cancelled"];

function commandsOf(all: readonly Move[], from: Place, to: Place): string[] {
  const names = all.filter((move) => move.from === from && move.to === to).map((move) => move.command);
  return [...commandNames.filter((name) => names.includes(name)), ...(names.includes("answers") ? ["(all have answered)"] : [])];
}

function node(place: Stage): string {
  return `    ${place}["${place}<br/>${stageWords[place].zh}"]`;
}

/** The document: one picture, then every move, then what may be sent in each stage without moving. */
export function stateMachine(all: readonly Move[]): string {
  const groups = statuses.map((status) => {
    const members = stages.filter((stage) => statusOf[stage] === status);
    const title = `${status}<br/>${statusWords[status].zh}`;
    return [`  subgraph s_${status}["${title}"]`, ...members.map(node), "  end"].join("\n");
  });
  const arrows = (["start", ...places] as const).flatMap((from) =>
    places.flatMap((to) => {
      const names = from === to ? [] : commandsOf(all, from, to);
      return names.length === 0 ? [] : [{ from, to, names }];
    }),
  );
  const rows = arrows.map(({ from, to, names }) => `| ${from} | ${names.join(", ")} | ${to} |`);
  const always = commandNames.filter((name) => places.every((place) => commandsOf(all, place, place).includes(name)));
  const staying = places.map((place) => {
    const others = commandsOf(all, place, place).filter((name) => !always.some((each) => each === name));
    return `| ${place} | ${others.join(", ")} |`;
  });
  return [
    "# The order's state machine",
    "",
    "Found by running the domain from nothing with every command of its table (`test/docs/state-machine.ts`), and written by",
    "`npm run generate`; a test compares. Not drawn: a report that a person applies as an exception",
    "(`resolve-discrepancy`), which can bring an order wherever the report says, and a report that came too early and is taken",
    "on by the command that makes it fit.",
    "",
    "```mermaid",
    "flowchart TD",
    "  start((call))",
    ...groups,
    '  cancelling["cancelling<br/>取消中"]',
    ...arrows.map(({ from, to, names }) => `  ${from} -->|"${names.join("<br/>")}"| ${to}`),
    "```",
    "",
    "`cancelling` is beside the stage, not one of them: what was begun outside is being called off.",
    "",
    "## Moves",
    "",
    "| from | commands | to |",
    "| --- | --- | --- |",
    ...rows,
    "",
    "## What may be said without moving",
    "",
    `Anywhere, ended or not: ${always.join(", ")}.`,
    "",
    "| in | commands |",
    "| --- | --- |",
    ...staying,
    "",
  ].join("\n");
}
