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
import { formOf, NONE, penFor, type Form, type Pen, type Section, type Subject } from "./form.ts";

function state(pen: Pen, { order }: Subject): Section {
  const { field, word } = pen;
  const { production, forecast } = order;
  return {
    title: word("progress"),
    fields: [
      field("customer", order.customer.name),
      field("salesRep", order.salesRep === undefined ? NONE : pen.person({ id: order.salesRep, role: "sales_rep" })),
      field("stage", pen.of(stageWords, order.stage)),
      field("stageOfWork", pen.of(reportedWords, production?.stageOfWork)),
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

function progress(pen: Pen, { order }: Subject): Section {
  const { column, word } = pen;
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

/** What the timeline says of an event; nothing where it says nothing of it. */
function told(pen: Pen, event: OrderEvent): string | undefined {
  const perLine = (quantities: readonly number[]) =>
    listed(
      quantities.map((quantity, index) => `#${index + 1}: ${quantity}`),
      "en",
    );
  switch (event.event) {
    case "released":
      return "";
    case "lead-time-reported":
      return `${pen.word("expectedFinish")} ${event.data.finishDate}`;
    case "progress-reported": {
      const { stage, quantityDone, expectedFinish } = event.data;
      const finish = expectedFinish === undefined ? "" : `; ${pen.word("expectedFinish")} ${expectedFinish}`;
      return `${pen.of(reportedWords, stage)}; ${perLine(quantityDone)}${finish}`;
    }
    case "production-finished":
      return perLine(event.data.quantity);
    case "goods-accepted":
    case "goods-refused":
      return event.data.lines
        .map(({ counted, specificationOk, finding }, index) => {
          const fits = `${pen.word("specificationOk")} ${pen.word(specificationOk ? "yes" : "no")}`;
          return `#${index + 1}: ${pen.word("counted")} ${counted}, ${fits}${finding === undefined ? "" : `, ${finding}`}`;
        })
        .join("; ");
    case "delay-reported": {
      const { cause, newFinish, newArrival } = event.data;
      const date = newFinish === undefined ? pen.field("expectedArrival", newArrival) : pen.field("expectedFinish", newFinish);
      return `${cause}; ${date.label} ${date.value}`;
    }
    case "amendment-answered":
      return `${event.data.changeId}: ${pen.word(event.data.accepted ? "yes" : "no")}${event.data.reason === undefined ? "" : `, ${event.data.reason}`}`;
    case "loss-decided":
      return `${pen.of(lossWords, event.data.decision)}: ${event.data.reason}`;
    default:
      return undefined;
  }
}

function timeline(pen: Pen, { events }: Subject): Section {
  const { column, word } = pen;
  return {
    title: word("timeline"),
    columns: [column("at", 17), column("what", 22), column("detail", 43), column("by", 18)],
    // By the time at which it happened: reports come late and out of order.
    rows: events
      .toSorted((a, b) => a.at - b.at)
      .flatMap((event) => {
        const detail = told(pen, event);
        if (detail === undefined) return [];
        const lines = [detail, event.note ?? ""].filter((line) => line !== "");
        return [[pen.time(event.at), pen.of(timelineWords, event.event), lines.join("\n") || NONE, pen.person(event.actor)]];
      }),
  };
}

function updates(pen: Pen, { events }: Subject): Section {
  const { column, word } = pen;
  return {
    title: word("updates"),
    columns: [column("at", 17), column("summary", 43), column("source", 22), column("by", 18)],
    rows: events.flatMap((event) =>
      event.event === "progress-updated"
        ? [[pen.time(event.at), event.data.summary, event.data.source, pen.person(event.actor)]]
        : [],
    ),
  };
}

function delays(pen: Pen, { order, hidden }: Subject): Section {
  const { column, word } = pen;
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
      const value = worth === undefined || hidden.has("valueFen") ? "" : ` ${pen.fen(worth)}`;
      return [
        pen.of(reportedWords, cause),
        promisedDate,
        forecastArrival,
        said ? `${pen.time(said.stamp.at)} ${pen.of(channelWords, said.channel)}\n${said.reason}` : NONE,
        said ? `${pen.of(remedyWords, said.remedy.kind)}${value}` : NONE,
        settledFor ?? said?.newDate ?? NONE,
        outcome === undefined ? pen.of(delayStateWords, now) : pen.of(delayOutcomeWords, outcome),
      ];
    }),
  };
}

/** The production progress sheet (R5.2): the order's stages of production and the time of each, and what delayed them. */
export function productionProgress(subject: Subject): Form {
  const pen = penFor(subject);
  const { order, events } = subject;
  return formOf("production-progress", subject, pen, {
    marks: [order.release === undefined && pen.word("notReleased")],
    sections: [state(pen, subject), progress(pen, subject), timeline(pen, subject), updates(pen, subject), delays(pen, subject)],
    signatures: [
      pen.signature("release", order.release),
      pen.signature(
        "updated",
        events.findLast(({ event }) => event === "progress-updated"),
      ),
      pen.signature("production", order.production?.made),
      pen.signature("warehouse", order.ready),
    ],
  });
}
