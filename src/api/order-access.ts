import type { Actor } from "../domain/people.ts";
import { standingOf } from "../records/read.ts";
import type { ProblemDetail } from "../texts/problems.ts";
import type { ApiDependencies } from "./dependencies.ts";
import { asProblem } from "./plugins/problems.ts";
import { ProblemError } from "./responses/problem.ts";
import { visibleReps } from "./visibility.ts";

/**
 * What somebody is to an order: `follows` it, or may read any; `concerned` when only something on it is or was theirs to do; `unsure` while it
 * is so new that nobody has said yet whose it is.
 */
export type OrderAccess = "full" | "own-duties" | "unassigned";

/**
 * The question before any other about an order: whether it is the caller's at all. Whoever is not told of an order is answered as if there
 * were none, after the same work: one look into the records, one into the engine, whichever of the two it is.
 */
export function createOrderAccessCheck({ db, engine }: Pick<ApiDependencies, "db" | "engine">) {
  /**
   * @param detail what is said not to be there
   * @throws ProblemError `not-found`; `unavailable` when it cannot be said whose it is
   */
  return async function checkOrderAccess(
    caller: Actor,
    orderNo: string,
    detail: ProblemDetail = "no-such-order",
  ): Promise<OrderAccess> {
    const reps = visibleReps(caller);
    if (reps === undefined) return "full";
    const recorded = await standingOf(db, orderNo, reps).catch((error: unknown) => {
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
