import type { LineSoFar } from "../domain/order/bodies.ts";
import { amountOf } from "../domain/order/terms.ts";
import { yuanInCapitals } from "../texts/format.ts";
import { changeKindWords, freightWords } from "../texts/forms.ts";
import { changeStateWords } from "../texts/words.ts";
import { addressLine, channelOf, formOf, NONE, penFor, type Form, type Pen, type Section, type Subject } from "./form.ts";

function customer(pen: Pen, { order, hidden }: Subject): Section {
  const { contact } = order.customer;
  const { deliveryAddress: address } = order;
  const { field, word } = pen;
  return {
    title: word("customerPart"),
    fields: [
      field("customer", order.customer.name),
      field("salesRep", order.salesRep === undefined ? NONE : pen.person({ id: order.salesRep, role: "sales_rep" })),
      ...(hidden.has("contact")
        ? []
        : [field("contact", contact?.person), field("phone", contact?.phone), field("email", contact?.email)]),
      ...(hidden.has("deliveryAddress")
        ? []
        : [field("postcode", address?.postcode), field("address", addressLine(address), true)]),
    ],
  };
}

function goods(pen: Pen, { order, hidden, locale }: Subject): Section {
  const { lines, amountFen, extraFen, discountFen } = order;
  const { field, column, word } = pen;
  const prices = !hidden.has("unitPriceFen");
  const cost = ({ quantity, unitPriceFen }: LineSoFar) =>
    quantity === undefined || unitPriceFen === undefined ? undefined : quantity * unitPriceFen;
  const pieces = lines.reduce((sum, { quantity }) => sum + (quantity ?? 0), 0);
  return {
    title: word("lines"),
    columns: [
      column("line", 7, "center"),
      column("model", 16),
      column("specification", 31),
      column("quantity", 10, "right"),
      ...(prices ? [column("unitPrice", 14, "right"), column("amount", 16, "right")] : []),
    ],
    rows: lines.map((line, index) => [
      String(index + 1),
      line.model,
      line.specification ?? NONE,
      String(line.quantity ?? NONE),
      ...(prices ? [pen.fen(line.unitPriceFen), pen.fen(cost(line))] : []),
    ]),
    sums: [
      field("pieces", pieces),
      ...(prices
        ? [
            field("sum", pen.fen(amountOf(lines))),
            ...(extraFen ? [field("extra", pen.fen(extraFen))] : []),
            ...(discountFen ? [field("discount", pen.fen(-discountFen))] : []),
            field("total", pen.fen(amountFen)),
            ...(locale === "zh" && amountFen !== undefined ? [field("capitals", yuanInCapitals(amountFen), true)] : []),
          ]
        : []),
    ],
  };
}

function terms(pen: Pen, { order }: Subject): Section {
  const { large, custom } = order.class;
  const { field, word } = pen;
  const special = [...(large ? [word("large")] : []), ...(custom ? [word("custom")] : [])];
  // What was arranged for this order, or else what the policy says.
  const freight = order.transport?.freightBorneBy ?? order.policy.freight[large || custom ? "special" : "ordinary"];
  return {
    title: word("terms"),
    fields: [
      field("requestedDate", order.requestedDate),
      field("promisedDate", order.promisedDate),
      field("class", special.length === 0 ? word("ordinary") : special.join(" + ")),
      field("freight", pen.of(freightWords, freight)),
      ...(large || custom || order.leadTime ? [field("leadTime", order.leadTime?.finishDate)] : []),
      ...(custom ? [field("design", order.design?.reference), field("brief", order.custom?.brief, true)] : []),
    ],
  };
}

function changes(pen: Pen, { order, hidden }: Subject): Section {
  const { column, word } = pen;
  const prices = !hidden.has("extraCostFen");
  return {
    title: word("changes"),
    columns: [
      column("change", 12),
      column("why", 26),
      column("newDate", 13),
      ...(prices ? [column("extraCost", 12, "right")] : []),
      column("state", 16),
      column("at", 18),
      column("signedBy", 18),
    ],
    rows: order.changes.map(({ changeId, request, assessment, state, since, signed }) => [
      `${changeId} ${pen.of(changeKindWords, request.kind)}`,
      request.why,
      request.patch.promisedDate ?? assessment?.newDate ?? NONE,
      ...(prices ? [pen.fen(assessment?.extraCostFen)] : []),
      pen.of(changeStateWords, state),
      pen.time(since.at),
      pen.person(signed?.actor),
    ]),
  };
}

function questions(pen: Pen, { order }: Subject): Section {
  const { column, word } = pen;
  return {
    title: word("questions"),
    columns: [column("question", 36), column("answer", 36), column("at", 16), column("by", 14)],
    rows: order.questions.map(({ question, answer, asked, answered }) => [
      question,
      answer ?? NONE,
      pen.time((answered ?? asked).at),
      pen.person((answered ?? asked).actor),
    ]),
  };
}

/** Remarks that were made with what this form is about. */
const noted = ["received", "confirmed", "entered", "entry-corrected", "final-terms-accepted", "delivery-date-informed"];

function notes(pen: Pen, { events }: Subject): Section {
  const { column, word } = pen;
  return {
    title: word("notes"),
    columns: [column("note", 66), column("at", 16), column("by", 18)],
    rows: events
      .filter(({ event, note }) => note !== undefined && noted.includes(event))
      .map(({ note, at, actor }) => [note ?? NONE, pen.time(at), pen.person(actor)]),
  };
}

/** The order confirmation (R2.1, R5.3): what was agreed with the customer, and who signed it. */
export function orderConfirmation(subject: Subject): Form {
  const pen = penFor(subject);
  const { order, events, newest } = subject;
  const channel = (stamp: Parameters<typeof channelOf>[2]) => {
    const note = channelOf(pen, events, stamp);
    return note === undefined ? {} : { note };
  };
  const accepted = order.changes.filter((change) => change.accepted !== undefined && change.state === "accepted");
  return formOf("order-confirmation", subject, pen, {
    marks: [
      order.revision === 0 && pen.word("draft"),
      newest !== undefined && newest > order.revision && pen.word("superseded", newest),
      order.revision > 0 && !order.signature && pen.word("unsigned"),
    ],
    sections: [
      customer(pen, subject),
      goods(pen, subject),
      terms(pen, subject),
      changes(pen, subject),
      questions(pen, subject),
      notes(pen, subject),
    ],
    signatures: [
      pen.signature("customer", order.confirmed, channel(order.confirmed)),
      pen.signature("entry", order.entry),
      ...(order.class.large || order.class.custom ? [pen.signature("special", order.acknowledgedSpecial)] : []),
      ...(order.class.custom
        ? [pen.signature("design", order.design?.stamp), pen.signature("finalTerms", order.finalTerms, channel(order.finalTerms))]
        : []),
      pen.signature("supervisor", order.signature),
      pen.signature("release", order.release),
      ...accepted.flatMap((change) => [
        pen.signature("changeAccepted", change.accepted, { filled: change.changeId, ...channel(change.accepted) }),
        ...(change.signed ? [pen.signature("changeSigned", change.signed, { filled: change.changeId })] : []),
      ]),
    ],
  });
}
