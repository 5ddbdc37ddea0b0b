import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  log,
  setCurrentDetails,
  workflowInfo,
} from "@temporalio/workflow";
import type { StartOrder } from "../../contracts/workflow.ts";
import { MINUTE } from "../../domain/time.ts";
import { ignoreCancellation, type CancelRequest } from "../cancellation.ts";
import { openAlarm } from "./alarm.ts";
import { openBackground } from "./background.ts";
import { startClock } from "./clock.ts";
import { isStart } from "./gate/command.ts";
import { undecodableReason } from "./gate/sender.ts";
import { openHistoryMarker } from "./history-marker.ts";
import { openInbox, senderOf } from "./inbox.ts";
import { openOutbox } from "./outbox.ts";
import { outsideOf } from "./outside.ts";
import { attributesOf, detailsOf, summaryOfAlarm } from "./presentation.ts";
import { openRecordsNotice } from "./records-notice.ts";
import { openReportTurns } from "./report-turns.ts";
import { openRunningOrder } from "./running-order.ts";

/**
 * One sales order, from the call until nothing is owed any more; its workflow id is the order number. Commands come as updates (answered) or
 * signals (reports), both of the command's name; signals of other names are ignored. One timer waits for whatever is due first. A request to
 * cancel the run is refused, and kept as an event.
 * @throws Error when the start cannot be decrypted: the workflow task is tried again, and succeeds once the worker has the key
 * @throws ApplicationFailure when the run was not started by this service with an order
 */
export async function order(start: StartOrder): Promise<void> {
  const why = undecodableReason(start);
  if (why !== undefined) throw new Error(why);
  if (senderOf(start)?.by !== "service" || !isStart(start))
    throw ApplicationFailure.nonRetryable("what the run was started with is no order");
  await ignoreCancellation((cancelRequest) => run(start, cancelRequest));
}

/** Personal data must not get into a log: of an error it says where it was, not what it says. */
function logFault(error: Error): void {
  log.error("a command was refused, as this code fails at it", { error: error.name, at: error.stack?.split("\n").slice(1, 6) });
}

/** Carries an order on until it is over, or until its history is so long that it continues as new. */
async function run(start: StartOrder, cancelRequest: CancelRequest): Promise<void> {
  const shell = openShell(start);
  const { running, clock, alarm, background, notice } = shell;
  if (!(await isReceived(shell))) return;

  // An order that is opened again after its end was not sent the calendars that were put since.
  running.setCalendar(start.calendar, clock.time());
  running.tick(clock.time());

  const isOver = () => running.isOver(clock.time()) && allHandlersFinished();
  const scope = new CancellationScope();
  await scope.run(async () => {
    while (!shouldContinueAsNew(start)) {
      if (alarm.takeRing()) letTimePass(shell);
      if (cancelRequest.take()) refuseCancellation(shell);
      const requests = askOutside(shell);
      showOrder(shell, requests.length > 0);
      notice.give(running.lastEvent());
      setAlarm(shell);
      if (isOver()) return;
      const isChanged = watchForChange(shell);
      await condition(() => isChanged() || cancelRequest.isPending() || isOver() || shouldContinueAsNew(start));
      background.throwFailure();
    }
  });

  scope.cancel();
  await condition(allHandlersFinished);
  if (cancelRequest.take()) refuseCancellation(shell);
  if (!running.isOver(clock.time())) await continueAsNew<typeof order>(running.nextStart());
}

type Shell = ReturnType<typeof openShell>;

/** The parts of a run. The handlers of messages are set when it returns, and what came with the start is being handled. */
function openShell(start: StartOrder) {
  const running = openRunningOrder(start, logFault);
  const clock = startClock(workflowInfo().runStartTime.getTime());
  const marker = openHistoryMarker();
  const notice = openRecordsNotice();
  const outbox = openOutbox((effect, { at, result, detail, reached, unreached }) => {
    if (at === undefined) marker.requireUpsert();
    else marker.requireCommand();
    running.settle(effect, { result, detail, reached, unreached }, clock.passTo(at ?? Date.now()));
  });
  if (start.restored) running.restore(start.restored.why, clock.time());
  const inbox = openInbox({ running, clock, marker, notice, turns: openReportTurns() });
  return { running, clock, marker, notice, outbox, inbox, alarm: openAlarm(), background: openBackground() };
}

/** Waits for the order. There is none when the command that the run was started with is refused. */
async function isReceived({ running, inbox }: Shell): Promise<boolean> {
  return (await condition(() => running.order() !== undefined || inbox.hasReport(), MINUTE)) && running.order() !== undefined;
}

function shouldContinueAsNew({ continueAfter }: StartOrder): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || (continueAfter !== undefined && historyLength >= continueAfter);
}

/** Tells every rung that has passed, and ends the pauses that are over. */
function letTimePass({ running, clock, marker, outbox }: Shell): void {
  running.tick(clock.passTo(Date.now()));
  if (running.pending().every(outbox.isUnderWay)) marker.requireUpsert();
}

/** Keeps as an event that the engine was asked to cancel the run. */
function refuseCancellation({ running, clock, marker }: Shell): void {
  running.keepRunning(clock.passTo(Date.now()));
  marker.requireUpsert();
}

/** Starts an activity for all that is to be asked outside. */
function askOutside({ running, outbox, background }: Shell): readonly Promise<void>[] {
  const order = running.order();
  const requests = order ? outbox.send(running.pending(), outsideOf(order)) : [];
  background.run(...requests);
  return requests;
}

/** Shows the order in the Temporal UI, and leaves a command in the history if this task has to. */
function showOrder({ running, clock, marker }: Shell, hasCommand: boolean): void {
  const order = running.order();
  if (!order) return;
  setCurrentDetails(detailsOf(order, clock.time()));
  marker.leave(attributesOf(order, clock.time()), hasCommand);
}

/** Sets the one timer to whatever comes first: a rung, the end of a pause, the passing of the promise. */
function setAlarm({ running, clock, alarm, background }: Shell): void {
  const next = running.nextAlarm(clock.time());
  if (next) background.run(alarm.set(next.at, Date.now(), summaryOfAlarm(next)));
}

/** Whether something has happened since this was called: the alarm, an event, an answer, a failure. */
function watchForChange({ running, alarm, background, outbox }: Shell): () => boolean {
  const [lastEvent, answers] = [running.lastEvent(), outbox.answers()];
  return () => alarm.hasRung() || running.lastEvent() !== lastEvent || outbox.answers() !== answers || background.hasFailed();
}
