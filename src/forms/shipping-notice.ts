import { instant } from "../domain/time.ts";
import type { Shipment } from "../domain/order/vocabulary/shipping.ts";
import { freightWords, problemWords, shipmentWords, transportWords } from "../texts/forms.ts";
import {
  addressLine,
  composeForm,
  NONE,
  createFormWriter,
  type Form,
  type FormWriter,
  type Section,
  type FormInput,
} from "./form.ts";

/** The shipment that the notice is about: the last one, unless it has ended and another is being prepared. */
function currentShipment({ order }: FormInput): Shipment | undefined {
  const last = order.shipments.at(-1);
  return last?.state === "ended" && order.stage !== "cancelled" ? undefined : last;
}

function receiving(writer: FormWriter, { order, hidden }: FormInput): Section {
  const { field, word } = writer;
  const { shippingData: data, receivingTime: window } = order;
  const address = data?.address ?? order.deliveryAddress;
  return {
    title: word("receiving"),
    fields: [
      field("customer", order.customer.name),
      field("salesRep", order.salesRep === undefined ? NONE : writer.person({ id: order.salesRep, role: "sales_rep" })),
      ...(hidden.has("shippingData") ? [] : [field("recipient", data?.recipient), field("phone", data?.phone)]),
      field("receivingTime", window ? `${writer.time(window.from)} – ${writer.time(window.to)}` : NONE, true),
      ...(hidden.has("deliveryAddress")
        ? []
        : [field("address", addressLine(address), true), field("postcode", address?.postcode)]),
      field("promisedDate", order.promisedDate),
    ],
  };
}

function transport(writer: FormWriter, { order }: FormInput, shipment: Shipment | undefined): Section {
  const { field, word } = writer;
  const { transport: arranged } = order;
  return {
    title: word("transport"),
    fields: [
      field("shipment", shipment?.number ?? order.shipments.length + 1),
      field("method", writer.of(transportWords, arranged?.method)),
      field("carrier", shipment?.carrier ?? arranged?.carrier),
      field("freight", writer.of(freightWords, arranged?.freightBorneBy)),
      field("trackingNumber", shipment?.trackingNumber),
      field("dispatchedAt", writer.time(shipment?.dispatched.at)),
      field("arrival", shipment?.expectedArrival),
      field("customerTold", writer.time(shipment?.customerTold?.at)),
      ...(shipment?.problem
        ? [field("problem", `${writer.of(problemWords, shipment.problem.kind)}: ${shipment.problem.detail}`, true)]
        : []),
      ...(shipment?.delivery
        ? [
            field("receivedBy", shipment.delivery.signedBy),
            field("deliveredAt", writer.time(instant(shipment.delivery.deliveredAt))),
            field("reference", shipment.delivery.reference),
            field("satisfaction", order.satisfaction === undefined ? NONE : `${order.satisfaction} / 5`),
          ]
        : []),
    ],
  };
}

function goods(writer: FormWriter, { order, events }: FormInput): Section {
  const { column, field, word } = writer;
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

function tracking(writer: FormWriter, shipment: Shipment | undefined): Section {
  const { column, word } = writer;
  return {
    title: word("tracking"),
    columns: [column("at", 18), column("what", 52), column("place", 30)],
    rows: (shipment?.tracking ?? []).map(({ stamp, event, place }) => [writer.time(stamp.at), event, place ?? NONE]),
  };
}

function earlier(writer: FormWriter, { order }: FormInput, current: Shipment | undefined): Section {
  const { column, word } = writer;
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
        writer.time(dispatched.at),
        problem ? `${writer.of(problemWords, problem.kind)}: ${problem.detail}` : writer.of(shipmentWords, state),
      ]),
  };
}

/** Composes the shipping notice (R5.2, R5.3): issued by logistics, with the shipping data that the representative confirmed. */
export function shippingNotice(input: FormInput): Form {
  const writer = createFormWriter(input);
  const { order } = input;
  const shipment = currentShipment(input);
  const delivery = shipment?.delivery;
  return composeForm("shipping-notice", input, writer, {
    marks: [shipment === undefined && writer.word("notShipped")],
    sections: [
      receiving(writer, input),
      transport(writer, input, shipment),
      goods(writer, input),
      tracking(writer, shipment),
      earlier(writer, input, shipment),
    ],
    signatures: [
      writer.signature("warehouse", order.ready),
      writer.signature("shippingData", order.shippingData?.stamp),
      writer.signature("logistics", shipment?.dispatched),
      {
        ...writer.signature("receipt", undefined),
        ...(delivery ? { by: delivery.signedBy, at: writer.time(instant(delivery.deliveredAt)) } : {}),
      },
      writer.signature("receiptConfirmed", order.stage === "completed" ? order.ended : undefined),
    ],
  });
}
