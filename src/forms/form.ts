import type { Address, Contact, PartOf } from "../domain/order/bodies.ts";
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

/** A form as it is to be printed: what stands where, in one language. Page and PDF are two renderings of this. */
export interface Form {
  readonly name: FormName;
  readonly locale: Locale;
  readonly company?: string | undefined;
  readonly title: string;
  /** What must not be overlooked: a draft, a revision that no longer holds, a cancelled order. */
  readonly marks: readonly string[];
  readonly head: readonly Field[];
  readonly sections: readonly Section[];
  readonly signatures: readonly Signature[];
  /** Who printed it when, from which state of the record. */
  readonly foot: string;
}

export interface Field {
  readonly label: string;
  readonly value: string;
  /** Takes the whole width. */
  readonly wide?: true;
}
export interface Column {
  readonly label: string;
  readonly align?: "right" | "center";
  /** Its share of the width, beside those of the other columns. */
  readonly weight: number;
}
export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** Sums under the table. */
  readonly sums?: readonly Field[];
}
export type Section = { readonly title: string; readonly fields: readonly Field[] } | Table;
/** What is printed as a form is, and is none of the three. */
export type Sheet = Omit<Form, "name">;
/** Who signed when, as far as it is on record; the others sign on paper. */
export interface Signature {
  readonly label: string;
  readonly by?: string | undefined;
  readonly at?: string | undefined;
  readonly note?: string | undefined;
}

/** The record as a reader may see it: what is guarded may be missing. */
export type SeenOrder = Omit<Order, "customer" | "amountFen" | "extraFen" | "discountFen"> & {
  readonly customer: { readonly name: string; readonly contact?: Contact };
  readonly amountFen?: number;
  readonly extraFen?: number;
  readonly discountFen?: number;
};

/** What a form is made of: the record with its events as the reader may see them, and who prints it. */
export interface Subject {
  readonly order: SeenOrder;
  readonly events: readonly OrderEvent[];
  /** Fields that are not this reader's to see: left out with their labels, where an unknown one is a dash. */
  readonly hidden: ReadonlySet<string>;
  readonly locale: Locale;
  /** A person's name by their id; the id where nobody has said. */
  readonly nameOf: (id: string) => string;
  readonly company?: string | undefined;
  readonly printed: { readonly at: Ms; readonly by: string };
  /** SHA-256 of the last event's link in the chain, hex; absent while the records lag. */
  readonly checksum?: string | undefined;
  /** The number of the revision in force now, when another one is printed. */
  readonly newest?: number | undefined;
}

export const NONE = "—";

/** How one form's texts are written: in its language, with the names of people. */
export interface Pen {
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

export function penFor({ locale, nameOf }: Pick<Subject, "locale" | "nameOf">): Pen {
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

/** What stands on each form alike: title, number, revision and state at its head, the state of the record at its foot. */
export function formOf(
  name: FormName,
  subject: Subject,
  pen: Pen,
  parts: Pick<Form, "sections" | "signatures"> & { readonly marks: readonly (string | false | undefined)[] },
): Form {
  const { order, locale, company, printed, checksum } = subject;
  const { word, field } = pen;
  const revision = order.revisions.at(-1);
  const state = [
    word("event", order.lastEvent),
    ...(checksum === undefined ? [] : [`${word("checksum")} ${checksum.slice(0, 16)}`]),
  ];
  const foot = [
    `${word("printed")} ${pen.time(printed.at)} ${pen.person({ id: printed.by, role: "staff" })}`,
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
      field("number", `${order.orderNo}-${numbers[name]}`),
      field("orderNo", order.orderNo),
      field("revision", order.revision === 0 ? NONE : order.revision),
      field("since", pen.time(revision?.since.at)),
      field("status", pen.of(statusWords, statusOf[order.stage])),
      field("receivedAt", pen.time(order.received.at)),
    ],
    sections: parts.sections
      .filter((section) => "fields" in section || section.rows.length > 0)
      .map((section) => (order.personalDataRemoved ? withWords(section, word("removedText")) : section)),
    signatures: parts.signatures.map((each) =>
      each.by === undefined ? each : { ...each, by: readable(each.by, word("removedText")) },
    ),
    foot: foot.join(" · "),
  };
}

/** A section with a word for people where personal texts were removed. */
function withWords(section: Section, word: string): Section {
  if ("fields" in section) {
    return { ...section, fields: section.fields.map((each) => ({ ...each, value: readable(each.value, word) })) };
  }
  return { ...section, rows: section.rows.map((row) => row.map((cell) => readable(cell, word))) };
}

/** What each form adds to the order's number. */
const numbers: { readonly [N in FormName]: string } = {
  "order-confirmation": "OC",
  "production-progress": "PP",
  "shipping-notice": "SN",
};

/** An address in one line. */
export function addressLine(address: PartOf<Address> | undefined): string | undefined {
  const parts = [address?.province, address?.city, address?.street].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(" ");
}

/** A channel in words, of an event that has one. */
export function channelOf(pen: Pen, events: readonly OrderEvent[], stamp: Stamp | undefined): string | undefined {
  const data: object | undefined = events.find(({ number }) => number === stamp?.number)?.data;
  const channel: unknown = data && "channel" in data ? data.channel : undefined;
  return typeof channel === "string" ? pen.of(channelWords, channel) : undefined;
}
