import type { Author, Role } from "../people.ts";
import type { Ms } from "../time.ts";
import { append, type Origin, type Outcome } from "./append.ts";
import type { Setting } from "./beginning.ts";
import { checkedCommand, type Command } from "./bodies.ts";
import { carriesOn, isWithin } from "./budget.ts";
import { commands } from "./chapters.ts";
import { openDiscrepancies, repeatedReport } from "./chapters/reports.ts";
import { decide, decideUnchecked, originOf } from "./decide.ts";
import { fact, type Facts } from "./events.ts";
import { epoch, isUnverified, sameEpoch } from "./facts.ts";
import { isRefusal, refuse, type Refusal, type RefusalCode, type Details } from "./refusals.ts";
import type { Discrepancy, Order } from "./state.ts";
import { keepable, saysTheSame, shares, shortened } from "./weight.ts";

/**
 * Takes on a report that came as a signal: nothing of it is lost. Refused, a machine's report becomes a discrepancy, and a
 * person's command is on record as refused and told to them. A machine's report for whose text there is no room holds without it.
 */
export function takeReport(order: Order, command: Command, setting: Setting): Outcome {
  if (command.unverified) return keepRefused(order, command, refuse("unverified"));
  if (command.actor.kind === "person") {
    const outcome = decide(order, command, setting);
    return isRefusal(outcome) ? keepRefused(order, command, outcome) : outcome;
  }
  const outcome = decideUnchecked(order, command, setting);
  if (isRefusal(outcome)) return keepRefused(order, command, outcome);
  if (isWithin(shares.report, outcome)) return outcome;
  const cut = decideUnchecked(order, withoutRemarks(command), setting);
  if (isRefusal(cut)) return keepRefused(order, command, cut);
  return isWithin(carriesOn(order, cut) ? shares.needed : shares.large, cut)
    ? cut
    : keepRefused(order, command, refuse("order-full"));
}

function withoutRemarks({ command, body, ...rest }: Command): Command {
  return checkedCommand(command, shortened(body), rest);
}

/** So many discrepancies of one command and reporter are open at a time; what else comes of these is counted with the last of them. */
const OPEN_AT_MOST = 100;
/** So many events are on record of what nobody could be proved to have sent: a stranger can send any number. */
const STRANGERS_AT_MOST = 100;
/** Repetitions are on record each up to so many, then at every power of two. */
const EACH_UP_TO = 32;

function isRemarkable(count: number): boolean {
  return count <= EACH_UP_TO || Number.isInteger(Math.log2(count));
}

/** The discrepancy that a report is reported by again; or, when too many are open, with which it is counted. */
function findSame(order: Order, { command, body, actor, unverified }: Command): Discrepancy | undefined {
  // What a stranger sent takes no room from what is proved, nor is it told by it.
  const open = openDiscrepancies(order).filter((each) => isUnverified(each) === (unverified === true));
  const alike = open.filter((each) => each.command === command && each.reporter.id === actor.id);
  const kept = keepable(body);
  // Of another production run or shipment it is another report: it is decided again with what comes in its own.
  const same = alike
    .filter((each) => sameEpoch(order, each))
    .find((each) =>
      each.cut
        ? saysTheSame(each.cut, kept.cut)
        : saysTheSame(each.body, body) || (!kept.cut && saysTheSame(each.body, kept.body)),
    );
  return same ?? (alike.length < OPEN_AT_MOST ? undefined : alike.at(-1));
}

/** A refused report that is no news: counted, and on record as often as that says something. */
function countRepeated(order: Order, { discrepancyId, count }: Discrepancy, origin: Origin): Outcome {
  const more = count + 1;
  if (isRemarkable(more)) {
    const outcome = append(order, [fact("discrepancy-repeated", { discrepancyId, count: more })], origin);
    if (isWithin(shares.large, outcome)) return outcome;
  }
  return { order: repeatedReport(order, discrepancyId, more, origin.receivedAt), events: [] };
}

/** A report for which there is no more room: counted, and the count is on record at every power of two. */
function countNotKept(order: Order, origin: Origin): Outcome {
  const count = order.notKept + 1;
  const { note: _, reason: __, ...rest } = origin;
  return Number.isInteger(Math.log2(count))
    ? append(order, [fact("reports-not-kept", { count })], rest)
    : { order: { ...order, notKept: count }, events: [] };
}

/** What no later event changes: such a report is refused for good. */
const beyondDeciding: readonly RefusalCode[] = [
  "wrong-role",
  "not-your-order",
  "machine-not-allowed",
  "body-invalid",
  "idempotency-conflict",
  "our-fault",
];

/** Puts a refused report on record: with as much of it as there is room for. One that is refused for nothing but that nobody can be proved to have sent it waits for a person. */
export function keepRefused(order: Order, command: Command, { refused: refusal, details: said }: Refusal): Outcome {
  const { actor, body, key, hash } = command;
  const row = commands[command.command];
  const role: Role | undefined = row.by.find((each) => actor.roles.includes(each)) ?? actor.roles[0];
  const author: Author = { id: actor.id, role: role ?? "staff" };
  const origin: Origin = {
    ...originOf(order, command, "management"),
    actor: command.unverified ? { ...author, role: "unverified" } : author,
  };
  const details = shortDetails(said);
  if (command.unverified && order.strangers >= STRANGERS_AT_MOST) return countNotKept(order, origin);
  const may = row.machine === true && actor.kind === "machine" && !beyondDeciding.includes(refusal);
  const isDiscrepancy = refusal === "unverified" || may;
  const before = isDiscrepancy ? findSame(order, command) : undefined;
  if (before) return countRepeated(order, before, origin);

  const opened = (kept: ReturnType<typeof keepable>, from: Origin): Outcome =>
    append(
      order,
      [
        isDiscrepancy
          ? fact("discrepancy-opened", {
              discrepancyId: `x${order.lastEvent + 1}`,
              command: command.command,
              reporter: author,
              key,
              hash,
              refusal,
              details,
              ...kept,
              ...epoch(order),
            })
          : fact("command-refused", { ...kept, refusal, details }),
      ],
      from,
    );
  const whole = opened({ body }, origin);
  if (isWithin(command.unverified ? shares.stranger : shares.report, whole)) return whole;
  const cut = opened(keepable(body), shortened(origin));
  return isWithin(shares.large, cut) ? cut : countNotKept(order, origin);
}

/** Of a body with thousands of wrong fields the first will do. */
function shortDetails(details: Details): Details {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name, typeof value === "object" ? value.slice(0, 20) : value]),
  );
}

/** Puts on record what came and is no command of an order, while there is room for it; then it is counted. It changes nothing. */
export function refuseMessage(order: Order, message: Facts["message-refused"], author: Author, now: Ms): Outcome {
  if (order.strangers >= STRANGERS_AT_MOST) return { order, events: [] };
  const origin: Origin = { command: "clock", at: now, receivedAt: now, actor: author };
  const outcome = append(order, [fact("message-refused", message)], origin);
  return isWithin(shares.report, outcome) ? outcome : countNotKept(order, origin);
}
