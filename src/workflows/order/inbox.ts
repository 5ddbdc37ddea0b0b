import {
  ApplicationFailure,
  CancellationScope,
  currentUpdateInfo,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  patched,
  proxyActivities,
  setHandler,
  uuid4,
  workflowInfo,
} from "@temporalio/workflow";
import {
  QUERIES,
  REFUSED,
  SET_CALENDAR,
  type CommandAnswer,
  type CommandState,
  type OrderActivities,
  type Publication,
  type RefusedCommand,
} from "../../contracts/workflow.ts";
import type { CommandName } from "../../domain/order/bodies.ts";
import { commandNames } from "../../domain/order/chapters.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { refuse } from "../../domain/order/refusals.ts";
import type { OrderView } from "../../domain/order/view.ts";
import { MINUTE, SECOND } from "../../domain/time.ts";
import type { OrderClock } from "./clock.ts";
import { readActor } from "./gate/actor.ts";
import { readCalendar } from "./gate/calendar.ts";
import { readCheck, readCommand, type Sent } from "./gate/command.ts";
import { proofOf, type Proof } from "./gate/sender.ts";
import type { HistoryMarker } from "./history-marker.ts";
import type { RecordsNotice } from "./records-notice.ts";
import type { ReportTurns } from "./report-turns.ts";
import type { RunningOrder } from "./running-order.ts";

/** What the messages that come to an order are handled with. */
interface InboxParts {
  readonly running: RunningOrder;
  readonly clock: OrderClock;
  readonly marker: HistoryMarker;
  readonly notice: RecordsNotice;
  readonly turns: ReportTurns;
}

/** The messages of an order: commands as updates (answered) or signals (reports), both of the command's name, a newer calendar, and queries. */
export interface Inbox {
  /** Whether a report has been taken up by this run. */
  hasReport(): boolean;
}

const SERVICE: Proof = { by: "service" };

/** Who sent a signal or started the run. Runs that began before senders were proved go on to take each for the service's own. */
export function senderOf(message: unknown): Proof | undefined {
  return proofOf(message) ?? (patched("authors-are-proved") ? undefined : SERVICE);
}

const checkActivity = (name: CommandName) =>
  proxyActivities<Pick<OrderActivities, "check">>({
    startToCloseTimeout: 30 * SECOND,
    retry: { initialInterval: SECOND, maximumInterval: MINUTE, maximumAttempts: 10 },
    summary: `check of ${name}`,
  });

function failureOf(refusal: RefusedCommand): ApplicationFailure {
  return ApplicationFailure.create({ type: REFUSED, message: refusal.refused, nonRetryable: true, details: [refusal] });
}

function invalid(fields: readonly string[]): RefusedCommand {
  return { ...refuse("body-invalid", { fields }), permitted: [] };
}

/** The message with its body checked against the wire contract: as it is read, or with what is wrong with it. */
async function checkBody(name: CommandName, sent: Sent): Promise<Sent> {
  if (sent.checked || sent.wrong) return sent;
  const answer: unknown = await CancellationScope.nonCancellable(() => checkActivity(name).check(name, sent.body)).catch(
    (error: unknown) => {
      if (isCancellation(error)) throw error;
      return undefined;
    },
  );
  return readCheck(answer, sent);
}

/** Sets the handlers of all messages; what has come already is handled at once. */
export function openInbox({ running, clock, marker, notice, turns }: InboxParts): Inbox {
  const now = () => Date.now();
  let reported = false;

  /** @throws ApplicationFailure of type `REFUSED`: the update is rejected, and leaves nothing in the history */
  function validateUpdate(name: CommandName, sent: Sent): void {
    if (sent.unverified) throw failureOf({ ...refuse("unverified"), permitted: [] });
    if (sent.wrong) throw failureOf(invalid(sent.wrong));
    if (!sent.checked) return;
    const refusal = running.refuse(name, { ...sent, key: sent.key ?? currentUpdateInfo()?.id }, now());
    if (refusal) throw failureOf(refusal);
  }

  /** @throws ApplicationFailure of type `REFUSED` */
  async function answerUpdate(name: CommandName, sent: Sent): Promise<CommandAnswer> {
    const arrived = now();
    const checked = await checkBody(name, sent);
    if (checked.wrong) throw failureOf(invalid(checked.wrong));
    const answer = running.carryOut(name, checked, checked.key ?? currentUpdateInfo()?.id ?? uuid4(), clock.passTo(arrived));
    if ("refused" in answer) throw failureOf(answer);
    notice.carriedOut();
    return answer;
  }

  async function takeReport(name: CommandName, sent: Sent): Promise<void> {
    await turns.wait();
    const receivedAt = sent.checked ? sent.receivedAt : undefined;
    const arrived = receivedAt === undefined ? now() : Math.min(Date.parse(receivedAt), now());
    if (receivedAt === undefined) marker.requireUpsert();
    const checked = await checkBody(name, sent);
    clock.passTo(arrived);
    running.takeReport(name, checked, checked.key ?? uuid4(), arrived);
    marker.requireCommand();
    reported = true;
    notice.carriedOut();
  }

  function takeCalendar(sent: unknown): void {
    const sender = senderOf(sent);
    const isOurs = sender?.by === "service";
    const calendar = readCalendar(sent);
    const refusal = isOurs ? refuse("body-invalid", { fields: ["calendar"] }) : refuse("unverified");
    if (isOurs && calendar) running.setCalendar(calendar, clock.passTo(now()));
    else running.refuseMessage(SET_CALENDAR, sent, refusal, sender, clock.passTo(now()));
    marker.requireUpsert();
  }

  /** @throws ApplicationFailure of type `REFUSED` when the actor cannot be read */
  function viewFor(asking: unknown, at: unknown): OrderView | undefined {
    const read = readActor(asking);
    if ("wrong" in read) throw failureOf(invalid(read.wrong));
    return running.view(read.actor, typeof at === "number" && Number.isFinite(at) ? at : now());
  }

  for (const name of commandNames) {
    // The validator refuses what is not proved. A history may hold updates of runs that began before that was asked: those count as proved.
    setHandler(
      defineUpdate<CommandAnswer, [unknown]>(name),
      (input) => answerUpdate(name, readCommand(input, proofOf(input) ?? SERVICE)),
      { validator: (input) => validateUpdate(name, readCommand(input, proofOf(input))) },
    );
    setHandler(defineSignal<[unknown]>(name), (input) => takeReport(name, readCommand(input, senderOf(input))));
  }
  setHandler(defineSignal<[unknown]>(SET_CALENDAR), takeCalendar);
  setHandler(defineQuery<OrderView | undefined, [unknown, unknown?]>(QUERIES.order), viewFor);
  setHandler(defineQuery<readonly OrderEvent[]>(QUERIES.history), () => running.history());
  setHandler(defineQuery<CommandState, [unknown]>(QUERIES.command), (key) => running.commandState(String(key)));
  setHandler(defineQuery<Publication | undefined, [unknown]>(QUERIES.publication), (after) => {
    const news = running.publication(Number(after), clock.time());
    return news && { ...news, runId: workflowInfo().runId };
  });

  return { hasReport: () => reported };
}
