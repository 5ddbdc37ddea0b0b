import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  currentUpdateInfo,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  log,
  patched,
  proxyActivities,
  proxySinks,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from "@temporalio/workflow";
import {
  QUERIES,
  REFUSED,
  SET_CALENDAR,
  type CommandAnswer,
  type CommandState,
  type Dated,
  type OrderActivities,
  type OrderSinks,
  type Publication,
  type RefusedCommand,
  type StartOrder,
} from "../../contracts/workflow.ts";
import type { CommandName } from "../../domain/order/bodies.ts";
import type { Effect } from "../../domain/order/effects.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { commandNames } from "../../domain/order/chapters.ts";
import { refuse } from "../../domain/order/refusals.ts";
import type { OrderView } from "../../domain/order/view.ts";
import { MINUTE, SECOND, type Ms } from "../../domain/time.ts";
import { openRunningOrder } from "./running-order.ts";
import { ignoreCancellation } from "../cancellation.ts";
import { isStart, proofOf, readActor, readCalendar, readCheck, readCommand, undecodable, type Proof, type Sent } from "./gate.ts";
import { exhausted, outsideOf } from "./outside.ts";
import { attributesOf, detailsOf, summaryOfAlarm } from "./presentation.ts";

const { records } = proxySinks<OrderSinks>();
const SERVICE = { by: "service" } as const;

/** Who sent a message. Runs that began before authors were proved keep to what they did with what came before that. */
function senderOf(message: unknown): Proof | undefined {
  return proofOf(message) ?? (patched("authors-are-proved") ? undefined : SERVICE);
}

const checking = (name: CommandName) =>
  proxyActivities<Pick<OrderActivities, "check">>({
    startToCloseTimeout: 30 * SECOND,
    retry: { initialInterval: SECOND, maximumInterval: MINUTE, maximumAttempts: 10 },
    summary: `check of ${name}`,
  });

function failure(refusal: RefusedCommand): ApplicationFailure {
  return ApplicationFailure.create({ type: REFUSED, message: refusal.refused, nonRetryable: true, details: [refusal] });
}

function invalid(fields: readonly string[]): RefusedCommand {
  return { ...refuse("body-invalid", { fields }), permitted: [] };
}

/** Nothing of what was sent may be in a log: of an error where it was, and not what it says. */
function logFault(error: Error): void {
  log.error("a command was refused, as this code fails at it", { error: error.name, at: error.stack?.split("\n").slice(1, 6) });
}

/** So many messages are told in one activity. */
const TOLD_AT_ONCE = 100;
/** So many reports are taken up in one workflow task. */
const REPORTS_AT_ONCE = 100;

/**
 * One sales order, from the call until nothing is owed any more; its workflow id is the order number. Commands come as
 * updates (answered) or signals (reports), both of the command's name; signals of other names are passed over. One timer
 * watches whatever is due first. A request to cancel the run is refused, and on record.
 */
export async function order(start: StartOrder): Promise<void> {
  const why = undecodable(start);
  // With the right key it goes on, and nothing is lost.
  if (why !== undefined) throw new Error(why);
  if (senderOf(start)?.by !== "service" || !isStart(start))
    throw ApplicationFailure.nonRetryable("what the run was started with is no order");
  const asked = { toCancel: false };
  await ignoreCancellation(
    () => follow(start, asked),
    () => (asked.toCancel = true),
  );
}

async function follow(start: StartOrder, asked: { toCancel: boolean }): Promise<void> {
  const running = openRunningOrder(start, logFault);
  const now = () => Date.now();
  /**
   * When the order was last told something, ms: by whoever told it, or by the time of a workflow task that leaves something in the history.
   * Not by any other: a task that leaves nothing is joined to the next when it is replayed, and has the next one's time then.
   */
  let clock = workflowInfo().runStartTime.getTime();
  function passTo(at: Ms): Ms {
    clock = Math.max(clock, at);
    return clock;
  }
  /** The attributes as they were last set. Emptied, they are set anew, so that this workflow task leaves something in the history. */
  let shown = "";
  /**
   * Whether this workflow task has to leave something in the history, as it changes the record. One that leaves nothing is joined to the next
   * when a worker takes the order over: signals and updates then come before the answers of activities that were there first, events are
   * numbered otherwise than they were told, and what is asked by those numbers is asked again. Runs that began before this was known keep to
   * what they did.
   */
  let toLeave = false;
  function leaveSomething(): void {
    toLeave ||= patched("every-change-leaves-something");
  }

  // Before whatever comes along with the start is carried out.
  if (start.restored) running.restore(start.restored.why, clock);

  /** Reports taken up in the workflow task of that history length, and those that wait for a later one, in their order. */
  let taken = { at: 0, count: 0 };
  const waiting: (() => void)[] = [];

  for (const name of commandNames) {
    // What nobody is proved to have sent does not get past the validator; in a history it is of before that was asked.
    setHandler(
      defineUpdate<CommandAnswer, [unknown]>(name),
      (input) => answered(name, readCommand(input, proofOf(input) ?? SERVICE)),
      {
        validator: (input) => {
          const sent = readCommand(input, proofOf(input));
          if (sent.unverified) throw failure({ ...refuse("unverified"), permitted: [] });
          if (sent.wrong) throw failure(invalid(sent.wrong));
          const refusal = sent.checked
            ? running.refuse(name, { ...sent, key: sent.key ?? currentUpdateInfo()?.id }, now())
            : undefined;
          if (refusal) throw failure(refusal);
        },
      },
    );
    setHandler(defineSignal<[unknown]>(name), (input) => reported(name, readCommand(input, senderOf(input))));
  }
  setHandler(defineSignal<[unknown]>(SET_CALENDAR), (sent) => {
    const proof = senderOf(sent);
    const calendar = readCalendar(sent);
    const refusal = proof?.by === "service" ? refuse("body-invalid", { fields: ["calendar"] }) : refuse("unverified");
    if (proof?.by === "service" && calendar) running.setCalendar(calendar, passTo(now()));
    else running.refuseMessage(SET_CALENDAR, sent, refusal, proof, passTo(now()));
    shown = "";
  });
  setHandler(defineQuery<OrderView | undefined, [unknown, unknown?]>(QUERIES.order), (asking, at) => {
    const read = readActor(asking);
    if ("wrong" in read) throw failure(invalid(read.wrong));
    return running.view(read.actor, typeof at === "number" && Number.isFinite(at) ? at : now());
  });
  setHandler(defineQuery<readonly OrderEvent[]>(QUERIES.history), () => running.history());
  setHandler(defineQuery<CommandState, [unknown]>(QUERIES.command), (key) => running.commandState(String(key)));
  setHandler(defineQuery<Publication | undefined, [unknown]>(QUERIES.publication), (after) => {
    const news = running.publication(Number(after), clock);
    return news && { ...news, runId: workflowInfo().runId };
  });

  /** The message with its body as the wire contract reads it, or with what is wrong with it. */
  async function checked(name: CommandName, sent: Sent): Promise<Sent> {
    if (sent.checked || sent.wrong) return sent;
    const answer: unknown = await CancellationScope.nonCancellable(() => checking(name).check(name, sent.body)).catch(
      (error: unknown) => {
        if (isCancellation(error)) throw error;
        return undefined;
      },
    );
    return readCheck(answer, sent);
  }

  async function answered(name: CommandName, sent: Sent): Promise<CommandAnswer> {
    const arrived = now();
    const said = await checked(name, sent);
    if (said.wrong) throw failure(invalid(said.wrong));
    const answer = running.carryOut(name, said, said.key ?? currentUpdateInfo()?.id ?? uuid4(), passTo(arrived));
    if ("refused" in answer) throw failure(answer);
    commanded = true;
    return answer;
  }

  /**
   * Reports that came while no worker ran are all there at once, and an SDK that takes longer than 5 s over a workflow task breaks it off, which
   * can end the worker: they are taken up in several.
   */
  async function inTurn(): Promise<void> {
    const { historyLength } = workflowInfo();
    if (taken.at !== historyLength) taken = { at: historyLength, count: 0 };
    taken.count += 1;
    if (waiting.length === 0 && (taken.count <= REPORTS_AT_ONCE || !patched("reports-in-turn"))) return;
    const turn = new Promise<void>((resolve) => waiting.push(resolve));
    if (waiting.length === 1) void takeTurns();
    await turn;
  }
  async function takeTurns(): Promise<void> {
    while (waiting.length > 0) {
      const summary = `${waiting.length} reports wait for their turn · H`;
      // Whoever cancels the run must not leave them waiting.
      await CancellationScope.nonCancellable(() => sleep(1, { summary }));
      for (const go of waiting.splice(0, REPORTS_AT_ONCE)) go();
    }
  }

  async function reported(name: CommandName, sent: Sent): Promise<void> {
    await inTurn();
    const said = sent.checked ? sent.receivedAt : undefined;
    const arrived = said === undefined ? now() : Math.min(Date.parse(said), now());
    if (said === undefined) shown = "";
    const read = await checked(name, sent);
    passTo(arrived);
    running.takeOn(name, read, read.key ?? uuid4(), arrived);
    leaveSomething();
    signalled = true;
    commanded = true;
  }

  let signalled = false;
  /** Whether a command has been carried out of which whoever keeps the records has not heard: somebody waits for its being listed. */
  let commanded = false;
  /** The last event of which whoever keeps the records has heard. */
  let told = 0;
  const failed: unknown[] = [];
  function keep(work: Promise<void> | undefined): void {
    void work?.catch((error: unknown) => {
      if (!isCancellation(error)) failed.push(error);
    });
  }

  const underWay = new Set<string>();
  let answers = 0;
  /** Asks outside and puts the answer on record; what cannot be done becomes a duty, never a failure of the workflow. */
  async function carryOut(effects: readonly Effect[], ask: () => Promise<readonly (Dated | undefined)[]>): Promise<void> {
    for (const { effectId } of effects) underWay.add(effectId);
    const outcomes = await ask().catch((error: unknown) => effects.map(() => exhausted(error)));
    effects.forEach((effect, index) => {
      underWay.delete(effect.effectId);
      const outcome = outcomes[index];
      if (!outcome) return;
      const { at, result, detail, reached, unreached } = outcome;
      if (at === undefined) shown = "";
      else leaveSomething();
      running.settle(effect, { result, detail, reached, unreached }, passTo(at ?? now()));
    });
    answers += 1;
  }

  /** Messages that are told one by one from now on, each not before a time, ms, where that was asked for. */
  const again = new Map<string, Ms | undefined>();
  function askOutside(): Promise<void>[] {
    const waiting = running.pending().filter(({ effectId }) => !underWay.has(effectId));
    const messages = waiting.filter(({ system, effectId }) => system === "messages" && !again.has(effectId));
    const single = waiting.filter((effect) => !messages.includes(effect));
    const record = running.order();
    if (!record) return [];
    const outside = outsideOf(record);
    const together = inParts(messages).map((some) => carryOut(some, () => outside.tell(some, again)));
    return [
      ...together,
      ...single.map((effect) => carryOut([effect], async () => [await outside.ask(effect, again.get(effect.effectId))])),
    ];
  }

  let armed: { at: number; cancel: () => void } | undefined;
  let rang = false;
  /** One timer: set anew only when something becomes due earlier, or when it has rung. */
  function arm(): Promise<void> | undefined {
    const next = running.nextAlarm(clock);
    if (!next || (armed && armed.at <= next.at)) return undefined;
    armed?.cancel();
    const scope = new CancellationScope();
    const mine = { at: next.at, cancel: () => scope.cancel() };
    armed = mine;
    return scope.run(async () => {
      try {
        await sleep(Math.max(1, next.at - now()), { summary: summaryOfAlarm(next) });
        rang = true;
      } catch (error) {
        if (!isCancellation(error)) throw error;
      } finally {
        if (armed === mine) armed = undefined;
      }
    });
  }

  function show(): void {
    const record = running.order();
    if (!record) return;
    setCurrentDetails(detailsOf(record, clock));
    const attributes = attributesOf(record, clock);
    const text = JSON.stringify(attributes);
    if (text !== shown) upsertSearchAttributes(attributes);
    shown = text;
  }

  /** Puts on record that the engine was asked to end the run. */
  function refuseToEnd(): void {
    if (!asked.toCancel || !running.order()) return;
    asked.toCancel = false;
    running.keepRunning(passTo(now()));
    shown = "";
  }

  // A start whose first command was refused is no order.
  if (!(await condition(() => running.order() !== undefined || signalled, MINUTE)) || !running.order()) return;

  // An order that is opened again after its end has not heard of the calendars put meanwhile.
  running.setCalendar(start.calendar, clock);
  running.tick(clock);

  const { continueAfter } = start;
  const shouldContinue = () =>
    workflowInfo().continueAsNewSuggested || (continueAfter !== undefined && workflowInfo().historyLength >= continueAfter);

  const work = new CancellationScope();
  await work.run(async () => {
    while (!shouldContinue()) {
      if (rang) {
        rang = false;
        running.tick(passTo(now()));
        if (running.pending().every(({ effectId }) => underWay.has(effectId))) shown = "";
      }
      refuseToEnd();
      const underWayNow = askOutside();
      underWayNow.forEach(keep);
      if (toLeave && underWayNow.length === 0) shown = "";
      toLeave = false;
      show();
      if (running.last() !== told) records.changed(commanded ? "at-once" : "soon");
      [told, commanded] = [running.last(), false];
      keep(arm());
      const over = () => running.isOver(clock) && allHandlersFinished();
      if (over()) return;
      const [seen, seenAnswers] = [running.last(), answers];
      const moved = () => running.last() !== seen || answers !== seenAnswers;
      await condition(() => rang || asked.toCancel || moved() || over() || failed.length > 0 || shouldContinue());
      if (failed.length > 0) throw failed[0];
    }
  });

  work.cancel();
  await condition(allHandlersFinished);
  refuseToEnd();
  if (!running.isOver(clock)) await continueAsNew<typeof order>({ ...running.carry() });
}

/** Messages by activity: many long ones would be more than the engine takes in one. */
function inParts(messages: readonly Effect[]): (readonly Effect[])[] {
  if (messages.length <= TOLD_AT_ONCE || !patched("told-in-parts")) return messages.length === 0 ? [] : [messages];
  return Array.from({ length: Math.ceil(messages.length / TOLD_AT_ONCE) }, (_, part) =>
    messages.slice(part * TOLD_AT_ONCE, (part + 1) * TOLD_AT_ONCE),
  );
}
