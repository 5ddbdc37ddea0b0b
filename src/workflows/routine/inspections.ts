import { WorkflowExecutionAlreadyStartedError } from "@temporalio/common";
import {
  continueAsNew,
  executeChild,
  makeContinueAsNewFunc,
  ParentClosePolicy,
  patched,
  startChild,
  uuid4,
} from "@temporalio/workflow";
import { ownIds } from "../../contracts/workflow-ids.ts";
import {
  INSPECTION_WORKFLOW,
  SAMPLE_WORKFLOW,
  type InspectionStart,
  type RoutineStart,
  type SampleStart,
  type WatchInspectionStart,
} from "../../contracts/workflow-routine.ts";
import { dayAround, monthBefore } from "../../domain/routine/period.ts";
import { best, sizeOf } from "../../domain/routine/sample.ts";
import { iso, ms } from "../../domain/time.ts";
import { ignoreCancellation } from "../cancellation.ts";
import { climb } from "./ladder.ts";
import { activities, dueTimeOf, tellPeople, forEachPage } from "./steps.ts";
import { startCalendarWatch } from "./watch-calendar.ts";

/** Continues as an `inspection`, whichever routine the run began as. */
const inspectOn = makeContinueAsNewFunc<typeof inspection>({ workflowType: INSPECTION_WORKFLOW });

/** R6.2: makes the four checks on the orders of a scope. Each finding is recorded on its order. */
export async function inspection(start: InspectionStart): Promise<string> {
  const { head, scope, carrierGrace } = start;
  const { reportId, kind, about } = head;
  const { made } = await activities.beginReport(head);
  if (made) return `${reportId} was made already`;
  await forEachPage(
    scope,
    start.cursor,
    (orderNos) => activities.inspectOrders({ reportId, orderNos, carrierGrace }),
    (cursor) => inspectOn({ ...start, cursor }),
  );
  const { orders, tags } = await activities.finishReport(reportId);
  const dueAt = typeof about["dueAt"] === "string" ? about["dueAt"] : undefined;
  await tellPeople(reportId, {
    to: [{ role: "supervisor" }],
    message: dueAt === undefined ? "inspection" : "inspection-to-answer",
    params: {
      inspectionId: reportId,
      kind,
      orders,
      inOrder: tags["nothing-found"] ?? 0,
      found: tags["found"] ?? 0,
      notChecked: (tags["not-checked"] ?? 0) + (tags["unchecked:carrier"] ?? 0),
      undelivered: tags["undelivered"] ?? 0,
      ...(dueAt === undefined ? {} : { dueAt }),
    },
  });
  return reportId;
}

/** R6.1: inspects all open orders, every day. */
export async function dailyInspection(start: RoutineStart): Promise<string> {
  const due = dueTimeOf(start);
  const { name } = dayAround(due);
  const head = { reportId: `daily-${name}`, kind: "daily", period: name, asOf: iso(due), about: {} } as const;
  if (patched("watch-calendar")) await startCalendarWatch();
  return inspection({ head, scope: { orders: "open" }, carrierGrace: start.policy.carrierGrace });
}

/** Continues as a `sampleInspection`. */
const sampleOn = makeContinueAsNewFunc<typeof sampleInspection>({ workflowType: SAMPLE_WORKFLOW });

/** R6.1: draws management's sample of a month. The seed is recorded before the first lot is drawn. */
export async function sampleInspection(start: SampleStart): Promise<string> {
  const { scope, sample } = start;
  const { reportId } = start.head;
  const { made, about } = await activities.beginReport(start.head);
  if (made) return `${reportId} was made already`;
  let { lots = [], candidates = 0 } = start;
  await forEachPage(
    scope,
    start.cursor,
    async (orderNos) => {
      const drawn = await activities.drawLots(String(about["seed"]), sample, orderNos);
      candidates += drawn.length;
      lots = best([...lots, ...drawn], sample.atMost);
    },
    (cursor) => sampleOn({ ...start, cursor, lots, candidates }),
  );
  const orderNos = best(lots, sizeOf(sample, candidates)).map(({ orderNo }) => orderNo);
  if (orderNos.length > 0) await activities.askInspection({ reportId, orderNos, by: "management" });
  const { orders, tags } = await activities.finishReport(reportId);
  if (orders === 0) return `${reportId}: no order to sample`;
  await tellPeople(reportId, {
    to: [{ role: "management" }],
    message: "sample",
    params: { inspectionId: reportId, orders, candidates, undelivered: tags["undelivered"] ?? 0 },
  });
  return reportId;
}

/** Reminds the supervisor of an inspection list by a ladder, until each finding is answered. */
export async function watchInspection(start: WatchInspectionStart): Promise<string> {
  return ignoreCancellation(() => watchAnswers(start));
}

async function watchAnswers(start: WatchInspectionStart): Promise<string> {
  const { reportId, dueAt } = start;
  const told = await climb(start, {
    name: reportId,
    summary: `answers of ${reportId}`,
    look: async () => {
      const open = await activities.unanswered(reportId);
      if (open === 0) return undefined;
      const params = { inspectionId: reportId, open, dueAt };
      return (isWarning) => ({ message: isWarning ? "inspection-warning" : "inspection-overdue", params });
    },
    raised: (level) => activities.raiseInspection(reportId, level),
  });
  return told === "done" ? `${reportId} is answered` : continueAsNew<typeof watchInspection>({ ...start, told });
}

/** R6.1: once a month the supervisor's full inspection of the month before, and management's sample of it. */
export async function monthlyInspection(start: RoutineStart): Promise<string> {
  const due = dueTimeOf(start);
  const month = monthBefore(due);
  const { policy } = start;
  const scope = { orders: "since", from: iso(month.from), to: iso(month.to) } as const;
  const answerBy = due + ms(policy.answerWithin);
  const full = `full-${month.name}`;
  const sample = `sample-${month.name}`;
  const head = { period: month.name, asOf: iso(due) };
  const inspected: InspectionStart = {
    head: { ...head, reportId: full, kind: "full", about: { dueAt: iso(answerBy) } },
    scope,
    carrierGrace: policy.carrierGrace,
  };
  const sampled: SampleStart = {
    head: { ...head, reportId: sample, kind: "sample", about: { seed: uuid4(), ...policy.sample } },
    scope,
    sample: policy.sample,
  };
  // Runs from before `own-ids` began their inspections under ids that an order number could take.
  const own = patched("own-ids");
  const [fullId, sampleId, watchId] = own
    ? [ownIds.inspection(full), ownIds.inspection(sample), ownIds.watch(full)]
    : [full, sample, `watch-${full}`];
  const watch = () =>
    startInspectionWatch(watchId, { reportId: full, from: iso(due), dueAt: iso(answerBy), ladder: policy.ladder, told: [] });
  // The two are independent: the failure of one does not hold up the other. The list is watched even if nobody could be told of it.
  const [asked, drawn] = [
    executeChild(inspection, { args: [inspected], workflowId: fullId }),
    executeChild(sampleInspection, { args: [sampled], workflowId: sampleId }),
  ];
  const outcomes = await Promise.allSettled([asked.then(watch, watch), asked, drawn]);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
  return `${full}, ${sample}`;
}

/** Starts the watch of an inspection list, unless it runs already. */
async function startInspectionWatch(workflowId: string, start: WatchInspectionStart): Promise<void> {
  try {
    await startChild(watchInspection, { args: [start], workflowId, parentClosePolicy: ParentClosePolicy.ABANDON });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
