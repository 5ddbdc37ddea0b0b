import { noPause, within } from "../../policy.ts";
import { beginningOf, dayOf, endingOf, endOfDay, GRACE, instant, isDayAlone, iso, ms, type Moment, type Ms } from "../../time.ts";
import { advance, amend, chapter, isEnded, isSpecial, latest } from "../chapter.ts";
import { CUSTOMER, rep, tell } from "../messages.ts";
import { changeOpen, lapsing } from "./changes.ts";
import { fact } from "../events.ts";
import type { Stamp } from "../../stamp.ts";
import { hadHand, problemOf } from "../hands.ts";
import { makingAgain } from "./production.ts";
import { expectedRefused, overRefused } from "../promise.ts";
import type { Order } from "../state.ts";
import type { Shipment } from "../vocabulary/shipping.ts";
import { refuse, type Refusal } from "../refusals.ts";
import { shipmentOf } from "../shipment.ts";

function rightNumber(order: Order, trackingNumber: string): Refusal | undefined {
  const expected = shipmentOf(order)?.trackingNumber ?? "";
  return expected === trackingNumber ? undefined : refuse("wrong-tracking-number", { expected, given: trackingNumber });
}

/** The shipment that a report is about: the same plate or waybill may carry a later one, so the last that had left by then. */
function shipmentMeant({ shipments }: Order, trackingNumber: string, at: Ms): Shipment | undefined {
  const ofNumber = shipments.filter((shipment) => shipment.trackingNumber === trackingNumber);
  return ofNumber.findLast(({ dispatched }) => dispatched.at <= at) ?? ofNumber[0];
}

function withShipment(order: Order, change: (shipment: Shipment) => Shipment, which = shipmentOf(order)): Order {
  return { ...order, shipments: amend(order.shipments, (shipment) => shipment === which, change) };
}

type Tracked = Shipment["tracking"][number];

/** A tracking event among the others, by its own time: what comes late is no last state. */
function inOrder(tracking: readonly Tracked[], event: Tracked): readonly Tracked[] {
  return tracking.toSpliced(tracking.findLastIndex(({ stamp }) => stamp.at <= event.stamp.at) + 1, 0, event);
}

/** A window that the expected arrival misses is to be agreed again (R3.4). */
function windowChecked(order: Order, stamp: Stamp): Order {
  const arrival = shipmentOf(order)?.expectedArrival;
  const window = order.receivingTime;
  if (!window || arrival === undefined) return order;
  // Up to 24:00 a window does not touch the next day.
  const outside = arrival < dayOf(window.from) || arrival > dayOf(window.to - 1);
  return { ...order, receivingTimeVoid: outside ? (order.receivingTimeVoid ?? stamp) : undefined };
}

/** A newer word on the arrival; one that is older by business time than the last changes nothing. */
function arriving(order: Order, expectedArrival: string, stamp: Stamp): Order {
  if (stamp.at < (shipmentOf(order)?.expectedSince.at ?? 0)) return order;
  return windowChecked(
    withShipment(order, (shipment) =>
      shipment.expectedArrival === expectedArrival ? shipment : { ...shipment, expectedArrival, expectedSince: stamp },
    ),
    stamp,
  );
}

function inTrouble(order: Order, kind: string, detail: string, stamp: Stamp): Order {
  const moved = order.stage === "shipped" || order.stage === "delivered" ? { ...order, stage: "problem" as const } : order;
  return withShipment(moved, ({ problem, ...shipment }) => {
    const said = { kind, detail, stamp };
    // The first word of it stands: news gives nobody another day to decide.
    const known = shipment.state === "problem" ? problem : undefined;
    return { ...shipment, problem: known ? { ...known, news: [...(known.news ?? []), said] } : said, state: "problem" };
  });
}

/** Another shipment is needed: what was confirmed for the last one is void, the last one stays on record. */
function shippingAgain(order: Order, stamp: Stamp): Order {
  const ended = withShipment(order, (shipment) => ({ ...shipment, state: "ended", ended: stamp }));
  return {
    ...ended,
    ...{ receivingTime: undefined, transport: undefined, shippingData: undefined },
    ...{ receivingTimeVoid: stamp, transportVoid: stamp, shippingDataVoid: stamp },
  };
}

/** Whether a trouble is on record; of a shipment that is on its way again, whether it was by then. */
function sameTrouble(shipment: Shipment | undefined, kind: string, at: Ms, detail?: string): boolean {
  const { problem, state } = shipment ?? {};
  if (!problem) return false;
  return [problem, ...(problem.news ?? [])].some(
    (each) =>
      each.kind === kind &&
      (detail === undefined || each.detail === detail) &&
      (state === "problem" || state === "ended" || at <= each.stamp.at),
  );
}

/** Whether a moment is the one on record; said as a day alone, whether it was on that day. */
function sameTime(at: Ms, said: Moment): boolean {
  return isDayAlone(said) ? dayOf(at) === said : Math.abs(at - instant(said)) <= GRACE;
}

/** Nothing is signed for before it was dispatched, or in the future. */
function deliveryRefused(order: Order, said: Moment, receivedAt: Ms): Refusal | undefined {
  if (order.rules < 2) return undefined;
  const dispatched = shipmentOf(order)?.dispatched.at ?? 0;
  if (endingOf(said) < dispatched - GRACE)
    return refuse("delivered-before-dispatch", { field: "deliveredAt", date: said, dispatched: iso(dispatched) });
  return beginningOf(said) > receivedAt + GRACE ? refuse("in-the-future", { field: "deliveredAt", date: said }) : undefined;
}

/** What still keeps the goods here, as a refusal; `undefined` when they may go (R3.4, R4.2, R5.3, R1.3). */
function holdsDispatch(order: Order): Refusal | undefined {
  if (!order.receivingTime) return refuse("receiving-time-missing");
  if (!order.transport) return refuse("transport-missing");
  if (!order.shippingData) return refuse("shipping-data-missing");
  if (changeOpen(order)) return refuse("change-open");
  return order.cancellation ? refuse("cancellation-open") : undefined;
}

/** Chapter 4 of the regulation: from the receiving time to the receipt, and trouble on the way. */
export const shipping = chapter({
  commands: {
    "confirm-receiving-time": {
      by: ["sales_rep"],
      rule: "R3.4",
      stages: ["made", "rework", "ready", "shipped"],
      decide: (_order, { from, to, channel }, { at }) =>
        overRefused("to", to, at) ?? [fact("receiving-time-confirmed", { from, to, channel })],
    },
    "arrange-transport": {
      by: ["logistics"],
      machine: true,
      rule: "R4.2",
      stages: ["ready"],
      known: ({ transport }, { method, carrier, freightBorneBy }) =>
        transport?.method === method && transport.carrier === carrier && transport.freightBorneBy === freightBorneBy,
      decide: (order, { method, carrier, freightBorneBy }) => {
        if (method === "dedicated_vehicle" && !isSpecial(order)) return refuse("dedicated-vehicle-only-special");
        if (method === "dedicated_vehicle" && !order.receivingTime) return refuse("receiving-time-missing");
        return [fact("transport-arranged", { method, carrier, freightBorneBy })];
      },
    },
    "confirm-shipping-data": {
      by: ["sales_rep"],
      rule: "R5.3",
      stages: ["ready"],
      decide: (_order, { recipient, phone, address }) => [fact("shipping-data-confirmed", { recipient, phone, address })],
    },
    dispatch: {
      by: ["logistics"],
      machine: true,
      rule: "R4.3",
      stages: ["ready"],
      when: holdsDispatch,
      known: (order, sent, at) => {
        const before = order.shipments.findLast(({ trackingNumber }) => trackingNumber === sent.trackingNumber);
        if (!before?.ended || at <= before.ended.at) return before !== undefined;
        // A plate comes back for another load; of a courier's waybill, word for word the same report is the same report.
        const same = before.carrier === sent.carrier && before.expectedArrival === sent.expectedArrival;
        return same && order.transport?.method !== "dedicated_vehicle";
      },
      decide: (order, { carrier, trackingNumber, expectedArrival }, { at }) =>
        expectedRefused(order, "expectedArrival", expectedArrival, at) ?? [
          fact("dispatched", { carrier, trackingNumber, expectedArrival }),
        ],
    },
    "tell-customer-of-shipment": {
      by: ["sales_rep"],
      rule: "R4.3",
      stages: ["shipped"],
      when: (order) => (shipmentOf(order)?.customerTold ? refuse("already-told") : undefined),
      decide: (_order, { channel }) => [fact("customer-told-of-shipment", { channel })],
    },
    "report-tracking": {
      by: ["logistics"],
      machine: true,
      rule: "R4.3",
      stages: ["shipped", "delivered"],
      known: (order, { note: _, ...body }, at) => {
        const meant = shipmentMeant(order, body.trackingNumber, at);
        if (!meant) return false;
        const repeated = meant.tracking.some(
          ({ event, place, stamp }) => event === body.event && place === body.place && stamp.at === at,
        );
        if (repeated) return true;
        const late = meant !== shipmentOf(order) || meant.state !== "under_way" || at < (meant.tracking.at(-1)?.stamp.at ?? 0);
        return late && fact("tracking-reported", { ...body, late });
      },
      decide: (order, { trackingNumber, event, place, expectedArrival }, { at }) =>
        rightNumber(order, trackingNumber) ??
        expectedRefused(order, "expectedArrival", expectedArrival, at) ?? [
          fact("tracking-reported", { trackingNumber, event, place, expectedArrival }),
        ],
    },
    "report-delivery": {
      by: ["logistics"],
      machine: true,
      rule: "R4.3",
      stages: ["shipped", "problem"],
      // Another signer or time than the one on record is news.
      known: (order, { trackingNumber, signedBy, deliveredAt }) =>
        order.shipments.some(
          ({ trackingNumber: number, delivery }) =>
            number === trackingNumber && delivery?.signedBy === signedBy && sameTime(instant(delivery.deliveredAt), deliveredAt),
        ),
      decide: (order, { trackingNumber, signedBy, deliveredAt: said, reference }, { receivedAt }) => {
        const refusal = rightNumber(order, trackingNumber) ?? deliveryRefused(order, said, receivedAt);
        if (refusal) return refusal;
        const deliveredAt = isDayAlone(said) ? iso(Math.min(endOfDay(said) - 1, receivedAt)) : said;
        return [fact("delivered", { trackingNumber, signedBy, deliveredAt, reference })];
      },
    },
    "report-trace": {
      by: ["logistics"],
      machine: true,
      rule: "H",
      stages: ["shipped", "problem"],
      known: (order, { trackingNumber, result, expectedArrival }, at) => {
        const meant = shipmentMeant(order, trackingNumber, at);
        if (!meant) return false;
        if (meant !== shipmentOf(order)) return true;
        if (result !== "in_transit") return sameTrouble(meant, result, at);
        // In transit, but something newer is known of it already.
        const news = meant.delivery?.stamp.at ?? meant.problem?.stamp.at ?? meant.expectedSince.at;
        return at < news || (meant.state === "problem" && sameTrouble(meant, result, at, expectedArrival));
      },
      decide: (order, { trackingNumber, result, expectedArrival }, { at }) =>
        rightNumber(order, trackingNumber) ??
        expectedRefused(order, "expectedArrival", expectedArrival, at) ?? [
          fact("trace-reported", { trackingNumber, result, expectedArrival }),
        ],
    },
    "report-problem": {
      by: ["sales_rep", "customer_service", "logistics"],
      machine: true,
      rule: "R7.3",
      stages: ["shipped", "delivered"],
      known: (order, { trackingNumber, kind }, at) => sameTrouble(shipmentMeant(order, trackingNumber, at), kind, at),
      decide: (order, { trackingNumber, kind, detail }) =>
        rightNumber(order, trackingNumber) ?? [fact("problem-reported", { trackingNumber, kind, detail })],
    },
    "decide-loss": {
      by: ["supervisor"],
      rule: "H",
      stages: ["problem"],
      when: (order, actor) => (hadHand(order, problemOf(order.shipments.length), actor) ? refuse("own-request") : undefined),
      decide: (_order, { decision, reason }) => [
        fact("loss-decided", { decision, reason }),
        ...(decision === "cancel" ? [fact("cancellation-decided", { reason })] : []),
      ],
    },
    "confirm-receipt": {
      by: ["sales_rep"],
      rule: "R4.3",
      stages: ["delivered"],
      decide: (_order, { satisfaction }) => [fact("receipt-confirmed", { satisfaction })],
    },
  },
  evolve: {
    "receiving-time-confirmed": (order, { from, to, channel }, stamp) => ({
      ...order,
      receivingTime: { from: beginningOf(from), to: endingOf(to), channel, stamp },
      receivingTimeVoid: undefined,
    }),
    "transport-arranged": (order, data, stamp) => ({ ...order, transport: { ...data, stamp }, transportVoid: undefined }),
    "shipping-data-confirmed": (order, data, stamp) => ({
      ...order,
      shippingData: { ...data, stamp },
      shippingDataVoid: undefined,
    }),
    dispatched: (order, { carrier, trackingNumber, expectedArrival }, stamp) => {
      const shipment: Shipment = {
        number: order.shipments.length + 1,
        carrier,
        trackingNumber,
        dispatched: stamp,
        expectedArrival,
        expectedSince: stamp,
        tracking: [],
        state: "under_way",
      };
      // Put on record as an exception it may find the order elsewhere: the goods are on their way all the same.
      const stage = isEnded(order) ? order.stage : "shipped";
      const earlier = amend(
        order.shipments,
        ({ state }) => state !== "ended",
        (each): Shipment => ({ ...each, state: "ended", ended: stamp }),
      );
      return windowChecked({ ...lapsing(order, stamp), stage, shipments: [...earlier, shipment] }, stamp);
    },
    "customer-told-of-shipment": (order, _data, stamp) =>
      withShipment(order, (shipment) => ({ ...shipment, customerTold: shipment.customerTold ?? stamp })),
    "tracking-reported": (order, { trackingNumber, event, place, expectedArrival, late }, stamp) => {
      const tracked = withShipment(
        order,
        (shipment) => ({ ...shipment, tracking: inOrder(shipment.tracking, { event, place, stamp }) }),
        late ? shipmentMeant(order, trackingNumber, stamp.at) : shipmentOf(order),
      );
      return expectedArrival === undefined || late ? tracked : arriving(tracked, expectedArrival, stamp);
    },
    delivered: (order, { signedBy, deliveredAt, reference }, stamp) => {
      const stage = order.stage === "problem" ? { ...order, stage: "delivered" as const } : advance(order, "delivered");
      const delivery = { signedBy, deliveredAt, reference, stamp };
      return withShipment({ ...stage, receivingTimeVoid: undefined }, (shipment) => ({
        ...shipment,
        delivery,
        state: "delivered",
      }));
    },
    "trace-reported": (order, { result, expectedArrival }, stamp) => {
      // Found again after it was in trouble: news, until somebody decides or it is delivered.
      if (result !== "in_transit" || order.stage === "problem") return inTrouble(order, result, expectedArrival ?? result, stamp);
      const arrival = expectedArrival ?? shipmentOf(order)?.expectedArrival;
      if (arrival === undefined || stamp.at < (shipmentOf(order)?.expectedSince.at ?? 0)) return order;
      const traced = withShipment(order, (shipment) => ({ ...shipment, expectedArrival: arrival, expectedSince: stamp }));
      return windowChecked(traced, stamp);
    },
    "problem-reported": (order, { kind, detail }, stamp) => inTrouble(order, kind, detail, stamp),
    "loss-decided": (order, { decision }, stamp) => {
      if (decision === "make_again") return makingAgain(shippingAgain(order, stamp), stamp);
      if (decision === "ship_again") return { ...shippingAgain(order, stamp), stage: "ready", ready: stamp, forecast: undefined };
      if (decision === "cancel") return order;
      return withShipment({ ...order, stage: "delivered" }, (shipment) => {
        // Who signed for it, if anybody did, stays on record.
        const accepted = { signedBy: stamp.actor.id, deliveredAt: iso(stamp.at), reference: "accepted" };
        return { ...shipment, delivery: { ...(shipment.delivery ?? accepted), stamp }, state: "delivered" };
      });
    },
    "receipt-confirmed": (order, { satisfaction }, stamp) => ({ ...advance(order, "completed"), satisfaction, ended: stamp }),
  },
  duties: {
    "confirm-receiving-time": {
      rule: "R3.4",
      owner: "sales_rep",
      policy: within("PT24H"),
      closedBy: ["confirm-receiving-time"],
      owed: ({ stage, receivingTime, receivingTimeVoid, production, ready }) => {
        if (stage === "shipped") return receivingTimeVoid && { since: receivingTimeVoid };
        if (receivingTime || !["made", "rework", "ready"].includes(stage)) return undefined;
        // Asked once for a run; a second shipment, or a change of date or address, asks afresh.
        const since = latest(receivingTimeVoid, production ? production.firstMade : ready);
        return since && { since };
      },
    },
    "arrange-transport": {
      rule: "R4.2",
      owner: "logistics",
      policy: within("PT24H"),
      closedBy: ["arrange-transport"],
      owed: ({ stage, ready, transport, transportVoid }) =>
        stage === "ready" && ready && !transport ? { since: latest(ready, transportVoid) ?? ready } : undefined,
      opening: (order) => [
        {
          system: "logistics",
          ask: "book",
          data: {
            lines: order.lines,
            deliveryAddress: order.deliveryAddress,
            special: isSpecial(order),
            freightBorneBy: order.policy.freight[isSpecial(order) ? "special" : "ordinary"],
            ...(order.receivingTime ? { receivingTime: windowOf(order.receivingTime) } : {}),
          },
        },
      ],
    },
    "confirm-shipping-data": {
      rule: "R5.3",
      owner: "sales_rep",
      policy: within("PT24H"),
      closedBy: ["confirm-shipping-data"],
      owed: ({ stage, ready, shippingData, shippingDataVoid }) =>
        stage === "ready" && ready && !shippingData ? { since: latest(ready, shippingDataVoid) ?? ready } : undefined,
    },
    dispatch: {
      rule: "R4.3",
      owner: "logistics",
      policy: within("PT24H"),
      closedBy: ["dispatch"],
      owed: (order) => {
        if (order.stage !== "ready" || holdsDispatch(order)) return undefined;
        const { ready, receivingTime, transport, shippingData, cancellationRefused } = order;
        const changes = order.changes.map(({ ended }) => ended);
        const since = latest(ready, receivingTime?.stamp, transport?.stamp, shippingData?.stamp, cancellationRefused, ...changes);
        if (!since || !receivingTime) return undefined;
        return { since, notBefore: receivingTime.from - ms(order.policy.transitAllowance) };
      },
      opening: (order) => [
        { system: "warehouse", ask: "hand-out", data: { lines: order.lines, carrier: order.transport?.carrier } },
        {
          system: "logistics",
          ask: "ship",
          data: {
            lines: order.lines,
            carrier: order.transport?.carrier,
            method: order.transport?.method,
            recipient: order.shippingData?.recipient,
            phone: order.shippingData?.phone,
            address: order.shippingData?.address,
            ...(order.receivingTime ? { receivingTime: windowOf(order.receivingTime) } : {}),
          },
        },
      ],
    },
    "tell-customer-of-shipment": {
      rule: "R4.3",
      owner: "sales_rep",
      policy: noPause("PT2H"),
      closedBy: ["tell-customer-of-shipment", "clock"],
      owed: (order) => {
        const shipment = shipmentOf(order);
        return order.stage === "shipped" && shipment && !shipment.customerTold ? { since: shipment.dispatched } : undefined;
      },
    },
    "prove-delivery": {
      rule: "H",
      owner: "logistics",
      policy: within("P1D"),
      closedBy: ["report-delivery", "report-trace", "report-problem"],
      owed: (order) => {
        const shipment = shipmentOf(order);
        if (order.stage !== "shipped" || !shipment) return undefined;
        return { since: shipment.expectedSince, from: endOfDay(shipment.expectedArrival) };
      },
    },
    "decide-loss": {
      rule: "H",
      owner: "supervisor",
      policy: within("PT24H"),
      closedBy: ["decide-loss"],
      owed: (order) => {
        const problem = shipmentOf(order)?.problem;
        return order.stage === "problem" && problem
          ? { since: problem.stamp, owner: { role: "supervisor", except: problem.stamp.actor.id } }
          : undefined;
      },
    },
    "confirm-receipt": {
      rule: "R4.3",
      owner: "sales_rep",
      policy: within("PT24H"),
      closedBy: ["confirm-receipt", "report-problem"],
      owed: (order) => {
        const delivery = shipmentOf(order)?.delivery;
        return order.stage === "delivered" && delivery ? { since: delivery.stamp } : undefined;
      },
    },
  },
  effects: {
    dispatched: (order, { carrier, trackingNumber, expectedArrival }) => {
      const params = { carrier, trackingNumber, expectedArrival };
      return [tell(order, rep(order), "dispatched", params), tell(order, CUSTOMER, "dispatched", params)];
    },
    "loss-decided": (order, { decision, reason }) =>
      decision === "make_again"
        ? [
            { system: "warehouse", ask: "take-back", data: { lines: order.lines, reason } },
            {
              system: "production",
              ask: "place",
              data: { lines: order.lines, custom: order.custom, run: order.production?.run, promisedDate: order.promisedDate },
            },
          ]
        : [],
    "rung-told": (order, { duty, dutyId, rung }) => {
      const shipment = shipmentOf(order);
      // Once, with the first word that it is overdue: after downtime that may be a higher rung than `due`.
      const overdue = order.watches[dutyId]?.rungs.filter((each) => each.rung !== "warn") ?? [];
      return duty === "prove-delivery" && rung !== "warn" && overdue.length === 1 && shipment
        ? [{ system: "logistics", ask: "trace", data: { trackingNumber: shipment.trackingNumber, carrier: shipment.carrier } }]
        : [];
    },
  },
  hands: {
    "problem-reported": (_data, { shipments }) => problemOf(shipments.length),
    "trace-reported": (_data, { shipments, stage }) => (stage === "problem" ? problemOf(shipments.length) : undefined),
  },
});

function windowOf({ from, to }: { from: number; to: number }): { from: string; to: string } {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
