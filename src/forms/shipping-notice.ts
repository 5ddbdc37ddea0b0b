import { instant } from "../domain/time.ts";
import type { Shipment } from "../domain/order/state.ts";
import { freightWords, problemWords, shipmentWords, transportWords } from "../texts/forms.ts";
import { addressLine, formOf, NONE, penFor, type Form, type Pen, type Section, type Subject } from "./form.ts";

/** The shipment that the notice is about: the last one, unless it has ended and another is being prepared. */
function currentOf({ order }: Subject): Shipment | undefined {
  const last = order.shipments.at(-1);
  return last?.state === "ended" && order.stage !== "cancelled" ? undefined : last;
}

function receiving(pen: Pen, { order, hidden }: Subject): Section {
  const { field, word } = pen;
  const { shippingData: data, receivingTime: window } = order;
  const address = data?.address ?? order.deliveryAddress;
  return {
    title: word("receiving"),
    fields: [
      field("customer", order.customer.name),
      field("salesRep", order.salesRep === undefined ? NONE : pen.person({ id: order.salesRep, role: "sales_rep" })),
      ...(hidden.has("shippingData") ? [] : [field("recipient", data?.recipient), field("phone", data?.phone)]),
      field("receivingTime", window ? `${pen.time(window.from)} – ${pen.time(window.to)}` : NONE, true),
      ...(hidden.has("deliveryAddress")
        ? []
        : [field("address", addressLine(address), true), field("postcode", address?.postcode)]),
      field("promisedDate", order.promisedDate),
    ],
  };
}

function transport(pen: Pen, { order }: Subject, shipment: Shipment | undefined): Section {
  const { field, word } = pen;
  const { transport: arranged } = order;
  return {
    title: word("transport"),
    fields: [
      field("shipment", shipment?.number ?? order.shipments.length + 1),
      field("method", pen.of(transportWords, arranged?.method)),
      field("carrier", shipment?.carrier ?? arranged?.carrier),
      field("freight", pen.of(freightWords, arranged?.freightBorneBy)),
      field("trackingNumber", shipment?.trackingNumber),
      field("dispatchedAt", pen.time(shipment?.dispatched.at)),
      field("arrival", shipment?.expectedArrival),
      field("customerTold", pen.time(shipment?.customerTold?.at)),
      ...(shipment?.problem
        ? [field("problem", `${pen.of(problemWords, shipment.problem.kind)}: ${shipment.problem.detail}`, true)]
        : []),
      ...(shipment?.delivery
        ? [
            field("receivedBy", shipment.delivery.signedBy),
            field("deliveredAt", pen.time(instant(shipment.delivery.deliveredAt))),
            field("reference", shipment.delivery.reference),
            field("satisfaction", order.satisfaction === undefined ? NONE : `${order.satisfaction} / 5`),
          ]
        : []),
    ],
  };
}

function goods(pen: Pen, { order, events }: Subject): Section {
  const { column, field, word } = pen;
  const check = events.findLast((event) => event.event === "goods-accepted");
  const checked = check?.event === "goods-accepted" && order.ready !== undefined ? check.data.lines : [];
  return {
    title: word("lines"),
    columns: [
      column("line", 6, "center"),
      column("model", 18),
      column("specification", 34),
      column("ordered", 12, "right"),
      column("counted", 12, "right"),
      column("specificationOk", 14, "center"),
    ],
    rows: order.lines.map(({ model, specification, quantity }, index) => {
      const line = checked[index];
      const fits = line === undefined ? NONE : word(line.specificationOk ? "yes" : "no");
      return [String(index + 1), model, specification ?? NONE, String(quantity ?? NONE), String(line?.counted ?? NONE), fits];
    }),
    sums: [
      field(
        "pieces",
        order.lines.reduce((sum, { quantity }) => sum + (quantity ?? 0), 0),
      ),
    ],
  };
}

function tracking(pen: Pen, shipment: Shipment | undefined): Section {
  const { column, word } = pen;
  return {
    title: word("tracking"),
    columns: [column("at", 18), column("what", 52), column("place", 30)],
    rows: (shipment?.tracking ?? []).map(({ stamp, event, place }) => [pen.time(stamp.at), event, place ?? NONE]),
  };
}

function earlier(pen: Pen, { order }: Subject, current: Shipment | undefined): Section {
  const { column, word } = pen;
  return {
    title: word("shipments"),
    columns: [
      column("shipment", 11, "center"),
      column("carrier", 16),
      column("trackingNumber", 23),
      column("dispatchedAt", 18),
      column("problem", 32),
    ],
    rows: order.shipments
      .filter((shipment) => shipment !== current)
      .map(({ number, carrier, trackingNumber, dispatched, problem, state }) => [
        String(number),
        carrier,
        trackingNumber,
        pen.time(dispatched.at),
        problem ? `${pen.of(problemWords, problem.kind)}: ${problem.detail}` : pen.of(shipmentWords, state),
      ]),
  };
}

/** The shipping notice (R5.2, R5.3): by logistics, with the customer's data as the representative confirmed them. */
export function shippingNotice(subject: Subject): Form {
  const pen = penFor(subject);
  const { order } = subject;
  const shipment = currentOf(subject);
  const delivery = shipment?.delivery;
  return formOf("shipping-notice", subject, pen, {
    marks: [shipment === undefined && pen.word("notShipped")],
    sections: [
      receiving(pen, subject),
      transport(pen, subject, shipment),
      goods(pen, subject),
      tracking(pen, shipment),
      earlier(pen, subject, shipment),
    ],
    signatures: [
      pen.signature("warehouse", order.ready),
      pen.signature("shippingData", order.shippingData?.stamp),
      pen.signature("logistics", shipment?.dispatched),
      {
        ...pen.signature("receipt", undefined),
        ...(delivery ? { by: delivery.signedBy, at: pen.time(instant(delivery.deliveredAt)) } : {}),
      },
      pen.signature("receiptConfirmed", order.stage === "completed" ? order.ended : undefined),
    ],
  });
}
