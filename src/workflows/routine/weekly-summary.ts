import { continueAsNew } from "@temporalio/workflow";
import type { RoutineStart } from "../../contracts/workflow-routine.ts";
import { weekBefore } from "../../domain/routine/period.ts";
import { iso } from "../../domain/time.ts";
import { activities, dueTimeOf, tellPeople, forEachPage } from "./steps.ts";

/** R5.3: makes the summary of the week before the one in which it is due. It is made once, however often it is triggered. */
export async function weeklySummary(start: RoutineStart): Promise<string> {
  const due = dueTimeOf(start);
  const period = weekBefore(due);
  const reportId = `weekly-${period.name}`;
  const head = { reportId, kind: "weekly", period: period.name, asOf: iso(due), about: {} } as const;
  const { made, asOf } = await activities.beginReport(head);
  if (made) return `${reportId} was made already`;
  const { atRiskWithin } = start.policy;
  await forEachPage(
    { orders: "since", from: iso(period.from) },
    start.cursor,
    (orderNos) => activities.summarise({ reportId, orderNos, period, asOf, atRiskWithin }),
    (cursor) => continueAsNew<typeof weeklySummary>({ ...start, scheduledAt: iso(due), cursor }),
  );
  const { tags } = await activities.finishReport(reportId);
  const count = (tag: string): number => tags[tag] ?? 0;
  await tellPeople(reportId, {
    to: [{ role: "order_admin" }, { role: "supervisor" }],
    message: "weekly-summary",
    params: {
      week: period.name,
      inProduction: count("in_production"),
      notUpdated: count("not_updated"),
      finished: count("finished"),
      delayed: count("delayed"),
      found: count("delay-found"),
      atRisk: count("at_risk"),
      notChecked: count("not-checked"),
      undelivered: count("undelivered"),
    },
  });
  return reportId;
}
