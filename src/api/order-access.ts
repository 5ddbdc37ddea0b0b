import { visibleReps } from "../application/visible-orders.ts";
import type { Actor } from "../domain/people.ts";
import { isDatabaseUnreachable } from "../records/database.ts";
import { involvementOf } from "../records/read.ts";
import type { ProblemDetail } from "../texts/problems.ts";
import type { ApiDependencies } from "./dependencies.ts";
import { problemOfOutcome } from "./responses/outcomes.ts";
import { ProblemError } from "./responses/problem.ts";

/**
 * A caller's access to an order: `full`; `own-duties` when it is another representative's and the caller owes or owed a duty on
 * it; `unassigned` when the order is so new that it has no representative yet.
 */
export type OrderAccess = "full" | "own-duties" | "unassigned";

/**
 * Makes the check that precedes everything else about an order: whether the caller may see it. An order that the caller may not see
 * is answered exactly like one that does not exist, after the same work (one look-up in the records, one in the engine), so that
 * neither the answer nor its time tells them apart.
 */
export function createOrderAccessCheck({ db, application }: Pick<ApiDependencies, "db" | "application">) {
  /**
   * @param detail of the `not-found` problem
   * @throws ProblemError `not-found`; `unavailable` when neither the records nor the engine could be asked
   */
  return async function checkOrderAccess(
    caller: Actor,
    orderNo: string,
    detail: ProblemDetail = "no-such-order",
  ): Promise<OrderAccess> {
    const reps = visibleReps(caller);
    if (reps === undefined) return "full";
    const recorded = await involvementOf(db, orderNo, reps).catch((error: unknown) => {
      if (isDatabaseUnreachable(error)) return undefined;
      throw error;
    });
    if (recorded?.follows) return "full";
    const run = await application.orders.salesRep(orderNo);
    if (run.outcome !== "answered" && run.outcome !== "no-run") throw problemOfOutcome({ outcome: "uncertain" });
    const salesRep = run.outcome === "answered" ? run.answer : undefined;
    if (salesRep !== undefined && reps.includes(salesRep)) return "full";
    if (recorded?.concerned) return "own-duties";
    if (run.outcome === "answered" && salesRep === undefined && !recorded) return "unassigned";
    throw new ProblemError("not-found", { detail });
  };
}
