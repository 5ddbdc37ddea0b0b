import type { OrderEvent } from "../domain/order/events.ts";
import {
  channelWords,
  delayOutcomeWords,
  delayStateWords,
  lossWords,
  remedyWords,
  reportedWords,
  timelineWords,
} from "../texts/forms.ts";
import { listed } from "../texts/format.ts";
import { stageWords } from "../texts/words.ts";
import { composeForm, NONE, createFormWriter, type Form, type FormWriter, type Section, type FormInput } from "./form.ts";

function state(writer: FormWriter, { order }: FormInput): Section {
  const { field, word } = writer;
  const { production, forecast } = order;
  return {
    title: word("progress"),
    fields: [
      field("customer", order.customer.name),
      field("salesRep", order.salesRep === undefined ? NONE : writer.person({ id: order.salesRep, role: "sales_rep" })),
      field("stage", writer.of(stageWords, order.stage)),
      field("stageOfWork", writer.of(reportedWords, production?.stageOfWork)),
      field("promisedDate", order.promisedDate),
      field("run", production?.run),
      field("plannedFinish", order.plannedFinish),
      field("expectedFinish", forecast?.finish),
      field("leadTime", production?.leadTime?.finishDate ?? order.leadTime?.finishDate),
      field("expectedArrival", forecast?.arrival),
      ...(order.custom ? [field("brief", order.custom.brief, true)] : []),
    ],
  };
}

function progress(writer: FormWriter, { order }: FormInput): Section {
  const { column, word } = writer;
  const done = order.production?.quantityDone ?? [];
  return {
    title: word("lines"),
    columns: [
      column("line", 6, "center"),
      column("model", 18),
      column("specification", 40),
      column("ordered", 12, "right"),
      column("done", 12, "right"),
      column("share", 12, "right"),
    ],
    rows: order.lines.map(({ model, specification, quantity }, index) => {
      const made = done[index];
      const share = made === undefined || !quantity ? NONE : `${Math.floor((made / quantity) * 100)}%`;
      return [String(index + 1), model, specification ?? NONE, String(quantity ?? NONE), String(made ?? NONE), share];
    }),
  };
}

/** The detail of an event in the timeline; `undefined`: the event is not part of the timeline. */
function describeEvent(writer: FormWriter, event: OrderEvent): string | undefined {
  const perLine = (quantities: readonly number[]) =>
    listed(
      quantities.map((quantity, index) => `#${index + 1}: ${quantity}`),
      "en",
    );
  switch (event.event) {
    case "released":
      return "";
    case "lead-time-reported":
      return `${writer.word("expectedFinish")} ${event.data.finishDate}`;
    case "progress-reported": {
      const { stage, quantityDone, expectedFinish } = event.data;
      const finish = expectedFinish === undefined ? "" : `; ${writer.word("expectedFinish")} ${expectedFinish}`;
      return `${writer.of(reportedWords, stage)}; ${perLine(quantityDone)}${finish}`;
    }
    case "production-finished":
      return perLine(event.data.quantity);
    case "goods-accepted":
    case "goods-refused":
      return event.data.lines
        .map(({ counted, specificationOk, finding }, index) => {
          const fits = `${writer.word("specificationOk")} ${writer.word(specificationOk ? "yes" : "no")}`;
          return `#${index + 1}: ${writer.word("counted")} ${counted}, ${fits}${finding === undefined ? "" : `, ${finding}`}`;
        })
        .join("; ");
    case "delay-reported": {
      const { cause, newFinish, newArrival } = event.data;
      const date =
        newFinish === undefined ? writer.field("expectedArrival", newArrival) : writer.field("expectedFinish", newFinish);
      return `${cause}; ${date.label} ${date.value}`;
    }
    case "amendment-answered":
      return `${event.data.changeId}: ${writer.word(event.data.accepted ? "yes" : "no")}${event.data.reason === undefined ? "" : `, ${event.data.reason}`}`;
    case "loss-decided":
      return `${writer.of(lossWords, event.data.decision)}: ${event.data.reason}`;
    default:
      return undefined;
  }
}

function timeline(writer: FormWriter, { events }: FormInput): Section {
  const { column, word } = writer;
  return {
    title: word("timeline"),
    columns: [column("at", 17), column("what", 22), column("detail", 43), column("by", 18)],
    // By the time at which it happened, as reports may arrive late and out of order.
    rows: events
      .toSorted((a, b) => a.at - b.at)
      .flatMap((event) => {
        const detail = describeEvent(writer, event);
        if (detail === undefined) return [];
        const lines = [detail, event.note ?? ""].filter((line) => line !== "");
        return [
          [writer.time(event.at), writer.of(timelineWords, event.event), lines.join("\n") || NONE, writer.person(event.actor)],
        ];
      }),
  };
}

function updates(writer: FormWriter, { events }: FormInput): Section {
  const { column, word } = writer;
  return {
    title: word("updates"),
    columns: [column("at", 17), column("summary", 43), column("source", 22), column("by", 18)],
    rows: events.flatMap((event) =>
      event.event === "progress-updated"
        ? [[writer.time(event.at), event.data.summary, event.data.source, writer.person(event.actor)]]
        : [],
    ),
  };
}

function delays(writer: FormWriter, { order, hidden }: FormInput): Section {
  const { column, word } = writer;
  return {
    title: word("delays"),
    columns: [
      column("cause", 22),
      column("promisedDate", 13),
      column("expectedArrival", 13),
      column("told", 24),
      column("remedy", 15),
      column("newDate", 13),
      column("outcome", 14),
    ],
    rows: order.delays.map(({ cause, promisedDate, forecastArrival, told: said, state: now, outcome, settledFor }) => {
      const worth = said?.remedy.valueFen;
      const value = worth === undefined || hidden.has("valueFen") ? "" : ` ${writer.fen(worth)}`;
      return [
        writer.of(reportedWords, cause),
        promisedDate,
        forecastArrival,
        said ? `${writer.time(said.stamp.at)} ${writer.of(channelWords, said.channel)}\n${said.reason}` : NONE,
        said ? `${writer.of(remedyWords, said.remedy.kind)}${value}` : NONE,
        settledFor ?? said?.newDate ?? NONE,
        outcome === undefined ? writer.of(delayStateWords, now) : writer.of(delayOutcomeWords, outcome),
      ];
    }),
  };
}

/** Composes the production progress sheet (R5.2): the stages of production with their times, and delays. */
export function productionProgress(input: FormInput): Form {
  const writer = createFormWriter(input);
  const { order, events } = input;
  return composeForm("production-progress", input, writer, {
    marks: [order.release === undefined && writer.word("notReleased")],
    sections: [
      state(writer, input),
      progress(writer, input),
      timeline(writer, input),
      updates(writer, input),
      delays(writer, input),
    ],
    signatures: [
      writer.signature("release", order.release),
      writer.signature(
        "updated",
        events.findLast(({ event }) => event === "progress-updated"),
      ),
      writer.signature("production", order.production?.made),
      writer.signature("warehouse", order.ready),
    ],
  });
}
