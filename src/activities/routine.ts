import { ApplicationFailure, Context, log } from "@temporalio/activity";
import { createHash } from "node:crypto";
import { inspectedBody, weeklyLineSchema } from "../contracts/reports.ts";
import type { OrderActivities } from "../contracts/workflow.ts";
import type { RoutineActivities } from "../contracts/workflow-routine.ts";
import type { Calendar } from "../domain/clock/calendar.ts";
import { checkedCommand, type Bodies, type CommandName } from "../domain/order/bodies.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import { decide } from "../domain/order/decide.ts";
import { replay } from "../domain/order/evolve.ts";
import { isRefusal } from "../domain/order/refusals.ts";
import type { Actor, Role } from "../domain/people.ts";
import type { Policy } from "../domain/policy.ts";
import { inspect, shipmentToVerify, type CarrierRecord } from "../domain/routine/inspection.ts";
import { putCalendarDuty } from "../domain/routine/put-calendar.ts";
import { lotOf, weightOf } from "../domain/routine/sample.ts";
import { unreportedDelay, weeklyLine, type FoundDelay } from "../domain/routine/weekly.ts";
import { iso, SECOND } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { policyReader } from "../records/versions.ts";
import { removePersonalData } from "../records/retention.ts";
import { eventsOf } from "../records/read.ts";
import {
  beginReport,
  countUndelivered,
  countUnanswered,
  markDelivered,
  finishReport,
  findLine,
  NOT_CHECKED,
  listOrdersIn,
  writeLine,
  raiseLevel,
  UNDELIVERED,
  readSampleWeights,
  type ReportLine,
} from "../records/routine-reports.ts";
import type { Commands } from "../application/commands.ts";
import { actionText, askReason, foundDelayText } from "../texts/routine.ts";

interface RoutineOptions {
  readonly db: Database;
  readonly reportCommand: Commands["reportUnchecked"];
  /** The default policy. */
  readonly policy: Policy;
  readonly calendar: () => Promise<Calendar>;
  /** The carrier's own record of a shipment; `undefined` when it cannot be had. */
  readonly carrierRecord: (trackingNumber: string) => Promise<CarrierRecord | undefined>;
  readonly tell: OrderActivities["tellAgain"];
  /** How long one order may take, ms. */
  readonly orderWithin?: number;
}

/** Orders of a page: what is held in memory at a time. */
const PAGE = 50;
const AT_ONCE = 4;
/** Runs of an activity over a page until what its orders could not be told is left to people, who see it in the report. */
const TRIES = 5;

/** A machine of this service, with the role whose work it does. */
function service(role: Role): Actor {
  return { id: "gendan", roles: [role], kind: "machine" };
}

/** The report of a delay that the weekly summary found and nobody had reported. */
function delayBody(found: FoundDelay): Bodies["report-delay"] {
  const { newFinish, newArrival } = found;
  return { cause: foundDelayText(found), newFinish, newArrival };
}

/** Why an order could not be checked: a word that holds none of its data. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}

async function within<T>(time: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error("it took too long"), { name: "TimeOut" })), time);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The activities of the routine: weekly summary, inspections, the calendar's duty, retention. */
export function routineActivities(options: RoutineOptions): RoutineActivities {
  const policyInForce = policyReader(options.db, options.policy);
  const { db, reportCommand, policy, calendar, carrierRecord, tell, orderWithin = 15 * SECOND } = options;

  /** Does `work` for each order, a few at once, each within its own time limit; `stuck` notes an order whose work failed, and must not fail. */
  async function each(
    orderNos: readonly string[],
    work: (orderNo: string) => Promise<void>,
    stuck: (orderNo: string, why: string) => Promise<void>,
  ): Promise<void> {
    const waiting = orderNos.values();
    const worker = async (): Promise<void> => {
      for (const orderNo of waiting) {
        await within(orderWithin, work(orderNo)).catch((error: unknown) => stuck(orderNo, reasonOf(error)));
        Context.current().heartbeat();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  async function recorded(orderNo: string): Promise<readonly OrderEvent[]> {
    const events = await eventsOf(db, orderNo);
    if (events.length === 0) throw Object.assign(new Error("no such order"), { name: "NoSuchOrder" });
    return events;
  }

  /**
   * Reports a command to an order as this service.
   * @throws Error named by the outcome when it was not taken in
   */
  async function send<K extends CommandName>(
    orderNo: string,
    command: K,
    body: Bodies[K],
    actor: Actor,
    key: string,
  ): Promise<void> {
    const hash = createHash("sha256")
      .update(JSON.stringify([command, body]))
      .digest("hex");
    const { outcome } = await reportCommand(orderNo, { command, body, actor, key, hash });
    if (outcome !== "taken-in") throw Object.assign(new Error(`the order did not take it: ${outcome}`), { name: outcome });
  }

  /**
   * Writes a line of the report for each order, and then reports to the order what the line says. The line is written first, so that a retry
   * reports the same under the same key; it is marked until the order has taken the report in. An order that could not be read is noted as not
   * checked.
   * @throws ApplicationFailure after all orders, in the first attempts, when some orders have not taken in what their lines say
   */
  async function report(
    reportId: string,
    orderNos: readonly string[],
    lineFor: (orderNo: string, events: readonly OrderEvent[]) => Promise<ReportLine | undefined>,
    tell: (line: ReportLine) => Promise<void>,
  ): Promise<void> {
    await each(
      orderNos,
      async (orderNo) => {
        const before = await findLine(db, reportId, orderNo);
        if (before && !before.tags.some((tag) => tag === NOT_CHECKED || tag === UNDELIVERED)) return;
        const events = await recorded(orderNo);
        const line = before?.tags.includes(UNDELIVERED) ? before : await lineFor(orderNo, events);
        if (!line) return;
        if (line !== before) await writeLine(db, reportId, line);
        if (!line.tags.includes(UNDELIVERED)) return;
        await tell(line);
        await markDelivered(db, reportId, orderNo);
      },
      async (orderNo, why) => {
        log.warn("an order stands in the way of a report", { reportId, orderNo, why });
        await writeLine(db, reportId, { orderNo, rank: 1, tags: [NOT_CHECKED], body: { orderNo, notChecked: why } });
      },
    );
    const left = await countUndelivered(db, reportId, orderNos);
    if (left > 0 && Context.current().info.attempt < TRIES)
      throw ApplicationFailure.retryable(`${left} orders could not be told what ${reportId} says of them`, "undelivered");
  }

  return {
    async beginReport(head) {
      const { reportId, kind, period, asOf, about, madeAt } = await beginReport(db, head, Date.now());
      return { reportId, kind, period, asOf, about, made: madeAt !== null };
    },
    finishReport: (reportId) => finishReport(db, reportId, Date.now()),
    orderPage: (scope, after) => listOrdersIn(db, scope, after, PAGE),
    summarise: ({ reportId, orderNos, period, asOf, atRiskWithin }) => {
      const keyOf = (orderNo: string) => `${reportId}-${orderNo}`;
      return report(
        reportId,
        orderNos,
        async (orderNo, events) => {
          // A summary that is made late shows the state at the time when it was due …
          const until = Date.parse(asOf);
          const then = events.filter(({ receivedAt }) => receivedAt <= until);
          const line = then.length === 0 ? undefined : weeklyLine(replay(then), period, until, atRiskWithin);
          // … but a delay is reported only if there still is one.
          const order = replay(events);
          const now = Date.now();
          const found = unreportedDelay(order, now);
          const sent = { actor: service("order_admin"), key: keyOf(orderNo), hash: "", at: now, receivedAt: now };
          const outcome = found && decide(order, checkedCommand("report-delay", delayBody(found), sent), { orderNo, policy });
          const opens = outcome && !isRefusal(outcome) && outcome.events.some(({ event }) => event === "delay-opened");
          if (!line && !opens) return undefined;
          return {
            orderNo,
            rank: opens ? 0 : 2,
            tags: [...(line ? [...line.sections, `stage:${line.stage}`] : []), ...(opens ? ["delay-found", UNDELIVERED] : [])],
            body: {
              ...(line ?? { orderNo, customer: order.customer.name, salesRep: order.salesRep ?? null, stage: order.stage }),
              ...(opens ? { delayFound: found } : {}),
            },
          };
        },
        async ({ orderNo, body }) => {
          const { delayFound } = weeklyLineSchema.parse(body);
          if (delayFound) await send(orderNo, "report-delay", delayBody(delayFound), service("order_admin"), keyOf(orderNo));
        },
      );
    },
    inspectOrders: ({ reportId, orderNos, carrierGrace }) =>
      report(
        reportId,
        orderNos,
        async (orderNo, events) => {
          const order = replay(events);
          const shipment = shipmentToVerify(order);
          const carrier = shipment && (await carrierRecord(shipment.trackingNumber));
          const { found, unchecked } = inspect(order, Date.now(), carrier, carrierGrace);
          const findings = found.map((each) => ({
            ...each,
            action: actionText(each),
            // A finding about the same is open: its duty is owed already.
            known: order.findings.some(({ about, remedied }) => about === each.about && !remedied),
          }));
          const tags = [
            ...(found.length > 0 ? ["found"] : []),
            ...new Set(found.map(({ check }) => `found:${check}`)),
            ...unchecked.map((check) => `unchecked:${check}`),
            ...(found.length === 0 && unchecked.length === 0 ? ["nothing-found"] : []),
            ...(findings.some(({ known }) => !known) ? [UNDELIVERED] : []),
          ];
          const { customer, salesRep = null, stage, class: kind } = order;
          const body = { orderNo, customer: customer.name, salesRep, stage, class: kind, findings, unchecked };
          return { orderNo, rank: found.length > 0 ? 0 : unchecked.length > 0 ? 1 : 2, tags, body };
        },
        async ({ orderNo, body }) => {
          for (const { known, rule, person, action, about } of inspectedBody.parse(body).findings ?? []) {
            if (known) continue;
            const key = `${reportId}-${orderNo}-${about}`;
            await send(orderNo, "record-finding", { rule, person, action, about }, service("supervisor"), key);
          }
        },
      ),
    async drawLots(seed, sample, orderNos) {
      const candidates = await readSampleWeights(db, orderNos);
      return candidates.map(({ orderNo, large, complained }) => {
        const digest = createHash("sha256").update(`${seed}:${orderNo}`).digest("hex");
        return lotOf(orderNo, weightOf(sample, { large, complained }), digest);
      });
    },
    askInspection: ({ reportId, orderNos, by }) =>
      report(
        reportId,
        orderNos,
        async (orderNo, events) => {
          const { customer, salesRep = null, stage, class: kind } = replay(events);
          const body = { orderNo, customer: customer.name, salesRep, stage, class: kind };
          return { orderNo, rank: 0, tags: ["asked", UNDELIVERED], body };
        },
        ({ orderNo }) =>
          send(
            orderNo,
            "ask-inspection",
            { inspectionId: reportId, by, reason: askReason },
            service("supervisor"),
            `${reportId}-${orderNo}`,
          ),
      ),
    unanswered: (reportId) => countUnanswered(db, reportId),
    raiseInspection: (reportId, level) => raiseLevel(db, reportId, level),
    async calendarOwed() {
      const owed = putCalendarDuty(await calendar(), await policyInForce(), Date.now());
      if (!owed) return undefined;
      const { year, openedAt, dueAt, course } = owed;
      return { year, from: iso(openedAt), dueAt: iso(dueAt), ladder: course.ladder };
    },
    async announce(key, message) {
      const { result } = await tell({ effectId: key, message });
      return result === "done";
    },
    async removePersonalData(after, cursor) {
      const { orders, failed, next } = await removePersonalData(db, Date.now(), after, cursor);
      // The other orders are done. An operator finds these in the log.
      if (failed.length > 0) log.error("personal data could not be removed", { failed });
      return { orders, ...(next === undefined ? {} : { next }) };
    },
  };
}
