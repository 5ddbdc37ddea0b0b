import type { Actor } from "../domain/people.ts";
import { involvementOf } from "../records/read.ts";
import type { ProblemDetail } from "../texts/problems.ts";
import type { ApiDependencies } from "./dependencies.ts";
import { asProblem } from "./plugins/problems.ts";
import { ProblemError } from "./responses/problem.ts";
import { visibleReps } from "./visibility.ts";

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
export function createOrderAccessCheck({ db, engine }: Pick<ApiDependencies, "db" | "engine">) {
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
      if (error instanceof Error && asProblem(error).code === "unavailable") return undefined;
      throw error;
    });
    if (recorded?.follows) return "full";
    const running = await engine.repOf(orderNo);
    if (running === "no-answer") throw new ProblemError("unavailable", { detail: "cannot-be-said", retryAfter: 2 });
    if (typeof running === "object" && running.salesRep !== undefined && reps.includes(running.salesRep)) return "full";
    if (recorded?.concerned) return "own-duties";
    if (typeof running === "object" && running.salesRep === undefined && !recorded) return "unassigned";
    throw new ProblemError("not-found", { detail });
  };
}
