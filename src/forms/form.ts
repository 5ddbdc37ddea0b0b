import type { Address, Contact, PartOf } from "../domain/order/shapes.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import type { Stamp } from "../domain/stamp.ts";
import { readable } from "../domain/order/personal.ts";
import { statusOf, type Order } from "../domain/order/state.ts";
import type { Author } from "../domain/people.ts";
import type { Ms } from "../domain/time.ts";
import { factoryTime, yuan } from "../texts/format.ts";
import { channelWords, formTitles, formWords, signatureWords, type FormWord } from "../texts/forms.ts";
import type { Locale, Text } from "../texts/locale.ts";
import { statusWords, wordOf } from "../texts/words.ts";

/** The three forms of the regulation (R5.2). */
export const formNames = ["order-confirmation", "production-progress", "shipping-notice"] as const;
export type FormName = (typeof formNames)[number];

/** The content of a form in one language, which is rendered as a page or as PDF. */
export interface Form {
  readonly name: FormName;
  readonly locale: Locale;
  readonly company?: string | undefined;
  readonly title: string;
  /** Conspicuous marks: draft, superseded revision, cancelled order. */
  readonly marks: readonly string[];
  readonly head: readonly Field[];
  readonly sections: readonly Section[];
  readonly signatures: readonly Signature[];
  /** When and by whom it was printed, up to which event, with the checksum of the event log. */
  readonly foot: string;
}

export interface Field {
  readonly label: string;
  readonly value: string;
  /** Takes a row of its own. */
  readonly wide?: true;
}
export interface Column {
  readonly label: string;
  readonly align?: "right" | "center";
  /** The column's width relative to the others'. */
  readonly weight: number;
}
export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** Totals under the table. */
  readonly sums?: readonly Field[];
}
export type Section = { readonly title: string; readonly fields: readonly Field[] } | Table;
/** A document printed like a form that is not one of the three, such as the weekly summary. */
export type Sheet = Omit<Form, "name">;
/** A signature: with name and time if the order's events have it, else an empty box to sign on paper. */
export interface Signature {
  readonly label: string;
  readonly by?: string | undefined;
  readonly at?: string | undefined;
  readonly note?: string | undefined;
}

/** An order without the fields that the reader may not see. */
export type VisibleOrder = Omit<Order, "customer" | "amountFen" | "extraFen" | "discountFen"> & {
  readonly customer: { readonly name: string; readonly contact?: Contact };
  readonly amountFen?: number;
  readonly extraFen?: number;
  readonly discountFen?: number;
};

/** What a form is composed of: the order and its events as the reader may see them, and who prints it. */
export interface FormInput {
  readonly order: VisibleOrder;
  readonly events: readonly OrderEvent[];
  /** Names of fields that the reader may not see: they are left out with their labels, while an unknown value is a dash. */
  readonly hidden: ReadonlySet<string>;
  readonly locale: Locale;
  /** A person's name by their id; the id if the name is not known. */
  readonly nameOf: (id: string) => string;
  readonly company?: string | undefined;
  readonly printed: { readonly at: Ms; readonly by: string };
  /** The last event's hash in the hash chain (SHA-256, hex); absent while the records lag behind. */
  readonly checksum?: string | undefined;
  /** The number of the current revision, which may differ from the one printed. */
  readonly newest?: number | undefined;
}

/** Stands for an unknown value. */
export const NONE = "—";

/** Writes labels and values in the form's language, with the names of people. */
export interface FormWriter {
  word(name: FormWord, filled?: string | number): string;
  text(text: Text, filled?: string | number): string;
  of(words: Readonly<Record<string, Text>>, name: string | undefined): string;
  person(author: Author | undefined): string;
  time(at: Ms | undefined): string;
  fen(amount: number | undefined): string;
  field(name: FormWord, value: string | number | undefined, wide?: true): Field;
  column(name: FormWord, weight: number, align?: "right" | "center"): Column;
  signature(name: keyof typeof signatureWords, stamp: Stamp | undefined, more?: { note?: string; filled?: string }): Signature;
}

/** Makes a writer for one form. */
export function createFormWriter({ locale, nameOf }: Pick<FormInput, "locale" | "nameOf">): FormWriter {
  const text = (words: Text, filled?: string | number): string => words[locale].replace("{}", String(filled ?? ""));
  const word = (name: FormWord, filled?: string | number): string => text(formWords[name], filled);
  const person = (author: Author | undefined): string => {
    if (!author) return NONE;
    const name = nameOf(author.id);
    return name === author.id ? name : `${name} (${author.id})`;
  };
  const time = (at: Ms | undefined): string => (at === undefined ? NONE : factoryTime(at));
  return {
    word,
    text,
    person,
    time,
    of: (words, name) => (name === undefined ? NONE : wordOf(words, name, locale)),
    fen: (amount) => (amount === undefined ? NONE : yuan(amount)),
    field: (name, value, wide) => ({ label: word(name), value: String(value ?? NONE), ...(wide ? { wide } : {}) }),
    column: (name, weight, align) => ({ label: word(name), weight, ...(align ? { align } : {}) }),
    signature: (name, stamp, { note, filled } = {}) => ({
      label: text(signatureWords[name], filled),
      ...(stamp ? { by: person(stamp.actor), at: time(stamp.at) } : {}),
      ...(note === undefined ? {} : { note }),
    }),
  };
}

/** Puts a form together with what all forms have: title, number, revision and status at the head, event number and checksum at the foot. */
export function composeForm(
  name: FormName,
  input: FormInput,
  writer: FormWriter,
  parts: Pick<Form, "sections" | "signatures"> & { readonly marks: readonly (string | false | undefined)[] },
): Form {
  const { order, locale, company, printed, checksum } = input;
  const { word, field } = writer;
  const revision = order.revisions.at(-1);
  const state = [
    word("event", order.lastEvent),
    ...(checksum === undefined ? [] : [`${word("checksum")} ${checksum.slice(0, 16)}`]),
  ];
  const foot = [
    `${word("printed")} ${writer.time(printed.at)} ${writer.person({ id: printed.by, role: "staff" })}`,
    `${word("record")} ${state.join(" ")}`,
    word("times"),
  ];
  const marks = [
    ...parts.marks,
    order.stage === "cancelled" && word("cancelled"),
    order.cancelling && order.stage !== "cancelled" && word("cancelling"),
    order.personalDataRemoved && word("personalRemoved"),
  ];
  return {
    name,
    locale,
    company,
    title: formTitles[name][locale],
    marks: marks.filter((mark) => typeof mark === "string"),
    head: [
      field("number", `${order.orderNo}-${numberSuffixes[name]}`),
      field("orderNo", order.orderNo),
      field("revision", order.revision === 0 ? NONE : order.revision),
      field("since", writer.time(revision?.since.at)),
      field("status", writer.of(statusWords, statusOf[order.stage])),
      field("receivedAt", writer.time(order.received.at)),
    ],
    sections: parts.sections
      .filter((section) => "fields" in section || section.rows.length > 0)
      .map((section) => (order.personalDataRemoved ? replaceRemovedTexts(section, word("removedText")) : section)),
    signatures: parts.signatures.map((each) =>
      each.by === undefined ? each : { ...each, by: readable(each.by, word("removedText")) },
    ),
    foot: foot.join(" · "),
  };
}

/** A section with a readable word in place of the marks of removed personal texts. */
function replaceRemovedTexts(section: Section, word: string): Section {
  if ("fields" in section) {
    return { ...section, fields: section.fields.map((each) => ({ ...each, value: readable(each.value, word) })) };
  }
  return { ...section, rows: section.rows.map((row) => row.map((cell) => readable(cell, word))) };
}

/** The suffix of each form's number, after the order's. */
const numberSuffixes: { readonly [N in FormName]: string } = {
  "order-confirmation": "OC",
  "production-progress": "PP",
  "shipping-notice": "SN",
};

/** An address on one line; `undefined` if nothing of it is known. */
export function addressLine(address: PartOf<Address> | undefined): string | undefined {
  const parts = [address?.province, address?.city, address?.street].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(" ");
}

/** The channel of an event, in words; `undefined` if it has none. */
export function channelOf(writer: FormWriter, events: readonly OrderEvent[], stamp: Stamp | undefined): string | undefined {
  const data: object | undefined = events.find(({ number }) => number === stamp?.number)?.data;
  const channel: unknown = data && "channel" in data ? data.channel : undefined;
  return typeof channel === "string" ? writer.of(channelWords, channel) : undefined;
}
