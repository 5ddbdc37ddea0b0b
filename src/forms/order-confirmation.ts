import type { LineSoFar } from "../domain/order/shapes.ts";
import { amountOf } from "../domain/order/terms.ts";
import { yuanInCapitals } from "../texts/format.ts";
import { changeKindWords, freightWords } from "../texts/forms.ts";
import { changeStateWords } from "../texts/words.ts";
import {
  addressLine,
  channelOf,
  composeForm,
  NONE,
  createFormWriter,
  type Form,
  type FormWriter,
  type Section,
  type FormInput,
} from "./form.ts";

function customer(writer: FormWriter, { order, hidden }: FormInput): Section {
  const { contact } = order.customer;
  const { deliveryAddress: address } = order;
  const { field, word } = writer;
  return {
    title: word("customerPart"),
    fields: [
      field("customer", order.customer.name),
      field("salesRep", order.salesRep === undefined ? NONE : writer.person({ id: order.salesRep, role: "sales_rep" })),
      ...(hidden.has("contact")
        ? []
        : [field("contact", contact?.person), field("phone", contact?.phone), field("email", contact?.email)]),
      ...(hidden.has("deliveryAddress")
        ? []
        : [field("postcode", address?.postcode), field("address", addressLine(address), true)]),
    ],
  };
}

function goods(writer: FormWriter, { order, hidden, locale }: FormInput): Section {
  const { lines, amountFen, extraFen, discountFen } = order;
  const { field, column, word } = writer;
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
      ...(prices ? [writer.fen(line.unitPriceFen), writer.fen(cost(line))] : []),
    ]),
    sums: [
      field("pieces", pieces),
      ...(prices
        ? [
            field("sum", writer.fen(amountOf(lines))),
            ...(extraFen ? [field("extra", writer.fen(extraFen))] : []),
            ...(discountFen ? [field("discount", writer.fen(-discountFen))] : []),
            field("total", writer.fen(amountFen)),
            ...(locale === "zh" && amountFen !== undefined ? [field("capitals", yuanInCapitals(amountFen), true)] : []),
          ]
        : []),
    ],
  };
}

function terms(writer: FormWriter, { order }: FormInput): Section {
  const { large, custom } = order.class;
  const { field, word } = writer;
  const special = [...(large ? [word("large")] : []), ...(custom ? [word("custom")] : [])];
  // As arranged for this order, else by its policy.
  const freight = order.transport?.freightBorneBy ?? order.policy.freight[large || custom ? "special" : "ordinary"];
  return {
    title: word("terms"),
    fields: [
      field("requestedDate", order.requestedDate),
      field("promisedDate", order.promisedDate),
      field("class", special.length === 0 ? word("ordinary") : special.join(" + ")),
      field("freight", writer.of(freightWords, freight)),
      ...(large || custom || order.leadTime ? [field("leadTime", order.leadTime?.finishDate)] : []),
      ...(custom ? [field("design", order.design?.reference), field("brief", order.custom?.brief, true)] : []),
    ],
  };
}

function changes(writer: FormWriter, { order, hidden }: FormInput): Section {
  const { column, word } = writer;
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
      `${changeId} ${writer.of(changeKindWords, request.kind)}`,
      request.why,
      request.patch.promisedDate ?? assessment?.newDate ?? NONE,
      ...(prices ? [writer.fen(assessment?.extraCostFen)] : []),
      writer.of(changeStateWords, state),
      writer.time(since.at),
      writer.person(signed?.actor),
    ]),
  };
}

function questions(writer: FormWriter, { order }: FormInput): Section {
  const { column, word } = writer;
  return {
    title: word("questions"),
    columns: [column("question", 36), column("answer", 36), column("at", 16), column("by", 14)],
    rows: order.questions.map(({ question, answer, asked, answered }) => [
      question,
      answer ?? NONE,
      writer.time((answered ?? asked).at),
      writer.person((answered ?? asked).actor),
    ]),
  };
}

/** Remarks that were made with what this form is about. */
/** Events whose notes belong on the confirmation. */
const noted = ["received", "confirmed", "entered", "entry-corrected", "final-terms-accepted", "delivery-date-informed"];

function notes(writer: FormWriter, { events }: FormInput): Section {
  const { column, word } = writer;
  return {
    title: word("notes"),
    columns: [column("note", 66), column("at", 16), column("by", 18)],
    rows: events
      .filter(({ event, note }) => note !== undefined && noted.includes(event))
      .map(({ note, at, actor }) => [note ?? NONE, writer.time(at), writer.person(actor)]),
  };
}

/** Composes the order confirmation (R2.1, R5.3): what was agreed with the customer, and who signed it. */
export function orderConfirmation(input: FormInput): Form {
  const writer = createFormWriter(input);
  const { order, events, newest } = input;
  const channel = (stamp: Parameters<typeof channelOf>[2]) => {
    const note = channelOf(writer, events, stamp);
    return note === undefined ? {} : { note };
  };
  const accepted = order.changes.filter((change) => change.accepted !== undefined && change.state === "accepted");
  return composeForm("order-confirmation", input, writer, {
    marks: [
      order.revision === 0 && writer.word("draft"),
      newest !== undefined && newest > order.revision && writer.word("superseded", newest),
      order.revision > 0 && !order.signature && writer.word("unsigned"),
    ],
    sections: [
      customer(writer, input),
      goods(writer, input),
      terms(writer, input),
      changes(writer, input),
      questions(writer, input),
      notes(writer, input),
    ],
    signatures: [
      writer.signature("customer", order.confirmed, channel(order.confirmed)),
      writer.signature("entry", order.entry),
      ...(order.class.large || order.class.custom ? [writer.signature("special", order.acknowledgedSpecial)] : []),
      ...(order.class.custom
        ? [
            writer.signature("design", order.design?.stamp),
            writer.signature("finalTerms", order.finalTerms, channel(order.finalTerms)),
          ]
        : []),
      writer.signature("supervisor", order.signature),
      writer.signature("release", order.release),
      ...accepted.flatMap((change) => [
        writer.signature("changeAccepted", change.accepted, { filled: change.changeId, ...channel(change.accepted) }),
        ...(change.signed ? [writer.signature("changeSigned", change.signed, { filled: change.changeId })] : []),
      ]),
    ],
  });
}
