import type { Bodies, CommandName } from "../domain/order/bodies.ts";
import type { Actor } from "../domain/people.ts";
import { iso, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { findConcerned } from "../records/read.ts";
import { answerLine, countUnanswered, listLines, type RoutineReport } from "../records/routine-reports.ts";
import type { Commands } from "./commands.ts";
import type { NotCarriedOut } from "./outcomes.ts";
import { sha256 } from "./request-hash.ts";

/** What an inspector says of the orders of a monthly inspection (R6.1). */
interface InspectionAnswers {
  readonly answers: readonly {
    readonly orderNo: string;
    readonly result: "in_order" | "finding";
    readonly rule?: string | undefined;
    readonly person?: string | undefined;
    readonly action?: string | undefined;
  }[];
  /** All other orders without automatic findings are in order too (full inspections only). */
  readonly rest?: "in_order" | undefined;
}

/** `own-entry`: nobody finds in order what they entered or follow. */
type WhyNotAnswered = NotCarriedOut | { readonly outcome: "own-entry" };

/** `broken-off`: a command could not be sent now. What was answered before stays, and can be answered again. */
export type InspectionOutcome =
  | {
      readonly outcome: "answered";
      readonly answered: number;
      readonly refused: readonly { readonly orderNo: string; readonly why: WhyNotAnswered }[];
      readonly unanswered: number;
    }
  | { readonly outcome: "broken-off"; readonly why: NotCarriedOut };

interface InspectionAnswersOptions {
  readonly db: Database;
  readonly commands: Pick<Commands, "sendOnly">;
  readonly now: () => Ms;
}

/** Whether a command that was not carried out may be carried out later. */
function isTemporary({ outcome }: NotCarriedOut): boolean {
  return (
    outcome === "stuck" || outcome === "no-answer" || outcome === "engine-away" || outcome === "crowded" || outcome === "busy"
  );
}

/**
 * Answers orders of a full or a sample inspection. Each order is answered under a key of its own, so that repeating the call changes
 * nothing.
 */
export async function answerInspection(
  { db, commands, now }: InspectionAnswersOptions,
  { reportId: inspectionId, kind }: RoutineReport,
  caller: Actor,
  said: InspectionAnswers,
): Promise<InspectionOutcome> {
  const by = { by: caller.id, at: iso(now()) };
  const refused: { orderNo: string; why: WhyNotAnswered }[] = [];
  let answered = 0;

  async function send<K extends CommandName>(
    orderNo: string,
    command: K,
    body: Bodies[K],
    key: string,
  ): Promise<NotCarriedOut | undefined> {
    const { id, roles, kind: callerKind } = caller;
    const hash = sha256(command, id, body);
    const outcome = await commands.sendOnly(orderNo, { command, body, actor: { id, roles, kind: callerKind }, key, hash });
    return outcome.outcome === "answered" ? undefined : outcome;
  }

  const full = kind === "full";
  // In a sample inspection the order itself refuses an inspector whose own entry it is.
  const inOrder = said.answers.filter(({ result }) => result === "in_order").map(({ orderNo }) => orderNo);
  const own = full ? await findConcerned(db, inOrder, caller.id) : new Set<string>();
  for (const { orderNo, result, ...finding } of said.answers) {
    const key = `${inspectionId}-${orderNo}-${caller.id}`;
    const { rule = "", person = "", action = "" } = finding;
    // The orders of a sample have a duty to be answered; of a full inspection only findings are recorded on the order.
    let why: WhyNotAnswered | undefined;
    if (kind === "sample") why = await send(orderNo, "answer-inspection", { inspectionId, result, ...finding }, key);
    else if (result === "finding") why = await send(orderNo, "record-finding", { rule, person, action, about: key }, key);
    else if (own.has(orderNo)) why = { outcome: "own-entry" };
    if (why && why.outcome !== "own-entry" && isTemporary(why)) return { outcome: "broken-off", why };
    if (why) refused.push({ orderNo, why });
    else if (await answerLine(db, inspectionId, orderNo, { result, ...by })) answered += 1;
  }

  // Only lines without automatic findings: the others, and orders that could not be checked, are answered by name.
  let cursor: string | undefined;
  for (let more = full && said.rest === "in_order"; more; more = cursor !== undefined) {
    const { items, next } = await listLines(db, inspectionId, { limit: 200, unanswered: true, tag: "nothing-found", cursor });
    const orderNos = items.map(({ orderNo }) => orderNo);
    const concerned = await findConcerned(db, orderNos, caller.id);
    for (const orderNo of orderNos)
      if (!concerned.has(orderNo) && (await answerLine(db, inspectionId, orderNo, { result: "in_order", ...by }))) answered += 1;
    cursor = next ?? undefined;
  }
  return { outcome: "answered", answered, refused, unanswered: await countUnanswered(db, inspectionId) };
}
