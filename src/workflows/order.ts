import {
  ActivityFailure,
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
  type CommandInput,
  type CommandState,
  type Dated,
  type OrderActivities,
  type OrderSinks,
  type Publication,
  type StartOrder,
} from "../contracts/workflow.ts";
import type { Calendar } from "../domain/clock/calendar.ts";
import type { CommandName } from "../domain/order/bodies.ts";
import type { Effect } from "../domain/order/effects.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import { commandNames } from "../domain/order/order.ts";
import type { OrderView } from "../domain/order/view.ts";
import type { Actor } from "../domain/people.ts";
import { MINUTE, ms, SECOND, type Ms } from "../domain/time.ts";
import { attributesOf, detailsOf, summaryOfAlarm, summaryOfEffect } from "./story.ts";
import { openBook, type Book } from "./book.ts";

const { records } = proxySinks<OrderSinks>();

const checking = (name: CommandName) =>
  proxyActivities<Pick<OrderActivities, "check">>({
    startToCloseTimeout: 30 * SECOND,
    retry: { initialInterval: SECOND, maximumInterval: MINUTE },
    summary: `check of ${name}`,
  });

function failure(refusal: object, code: string): ApplicationFailure {
  return ApplicationFailure.create({ type: REFUSED, message: code, nonRetryable: true, details: [refusal] });
}

/**
 * One sales order, from the call until nothing is owed any more; its workflow id is the order number. Commands come as
 * updates (answered) or signals (reports), both of the command's name. One timer watches whatever is due first.
 */
export async function order(start: StartOrder): Promise<void> {
  const book = openBook(start);
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
  if (start.restored) book.restore(start.restored.why, clock);

  for (const name of commandNames) {
    setHandler(defineUpdate<CommandAnswer, [CommandInput]>(name), (input) => answered(name, input), {
      validator: (input) => {
        if (!isInput(input))
          throw failure({ refused: "body-invalid", details: { fields: ["actor", "body"] }, permitted: [] }, "body-invalid");
        const refusal = input.checked
          ? book.refuse(name, { ...input, key: input.key ?? currentUpdateInfo()?.id }, now())
          : undefined;
        if (refusal) throw failure(refusal, refusal.refused);
      },
    });
    setHandler(defineSignal<[CommandInput]>(name), (input) => reported(name, input));
  }
  setHandler(defineSignal<[Calendar]>(SET_CALENDAR), (calendar) => {
    book.setCalendar(calendar, passTo(now()));
    shown = "";
  });
  setHandler(defineQuery<OrderView | undefined, [Actor, number?]>(QUERIES.order), (actor, at) => book.view(actor, at ?? now()));
  setHandler(defineQuery<readonly OrderEvent[]>(QUERIES.history), () => book.history());
  setHandler(defineQuery<CommandState, [string]>(QUERIES.command), (key) => book.commandState(key));
  setHandler(defineQuery<Publication | undefined, [number]>(QUERIES.publication), (after) => book.publication(after, clock));

  async function wrongFields(name: CommandName, input: CommandInput): Promise<readonly string[] | undefined> {
    if (input.checked) return undefined;
    const wrong = await checking(name).check(name, input.body);
    return wrong.length === 0 ? undefined : wrong.map(({ path, message }) => `${path}: ${message}`);
  }

  async function answered(name: CommandName, input: CommandInput): Promise<CommandAnswer> {
    const arrived = now();
    const wrong = await wrongFields(name, input);
    if (wrong) throw failure({ refused: "body-invalid", details: { fields: wrong }, permitted: [] }, "body-invalid");
    const answer = book.carryOut(name, input, input.key ?? currentUpdateInfo()?.id ?? uuid4(), passTo(arrived));
    if ("refused" in answer) throw failure(answer, answer.refused);
    commanded = true;
    return answer;
  }

  async function reported(name: CommandName, input: CommandInput | undefined): Promise<void> {
    const known = isInput(input) ? input : undefined;
    const said = known?.checked ? Date.parse(known.receivedAt ?? "") : Number.NaN;
    const arrived = Number.isNaN(said) ? now() : said;
    if (Number.isNaN(said)) shown = "";
    const wrong = known ? await wrongFields(name, known) : ["actor", "body"];
    passTo(arrived);
    book.takeOn(name, known, known?.key ?? uuid4(), arrived, wrong);
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
      book.settle(effect, { result, detail, reached, unreached }, passTo(at ?? now()));
    });
    answers += 1;
  }

  /** Messages that are told one by one from now on, each not before a time, ms, where that was asked for. */
  const again = new Map<string, Ms | undefined>();
  function askOutside(): Promise<void>[] {
    const waiting = book.pending().filter(({ effectId }) => !underWay.has(effectId));
    const messages = waiting.filter(({ system, effectId }) => system === "messages" && !again.has(effectId));
    const single = waiting.filter((effect) => !messages.includes(effect));
    const activities = activitiesFor(book);
    const together = messages.length === 0 ? [] : [carryOut(messages, () => activities.tell(messages, again))];
    return [
      ...together,
      ...single.map((effect) => carryOut([effect], async () => [await activities.ask(effect, again.get(effect.effectId))])),
    ];
  }

  let armed: { at: number; cancel: () => void } | undefined;
  let rang = false;
  /** One timer: set anew only when something becomes due earlier, or when it has rung. */
  function arm(): Promise<void> | undefined {
    const next = book.nextAlarm(clock);
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
    const record = book.order();
    if (!record) return;
    setCurrentDetails(detailsOf(record, clock));
    const attributes = attributesOf(record, clock);
    const text = JSON.stringify(attributes);
    if (text !== shown) upsertSearchAttributes(attributes);
    shown = text;
  }

  // A start whose first command was refused is no order.
  if (!(await condition(() => book.order() !== undefined || signalled, MINUTE)) || !book.order()) return;

  // An order that is opened again after its end has not heard of the calendars put meanwhile.
  book.setCalendar(start.calendar, clock);
  book.tick(clock);

  const { continueAfter } = start;
  const shouldContinue = () =>
    workflowInfo().continueAsNewSuggested || (continueAfter !== undefined && workflowInfo().historyLength >= continueAfter);

  const work = new CancellationScope();
  await work.run(async () => {
    while (!shouldContinue()) {
      if (rang) {
        rang = false;
        book.tick(passTo(now()));
        if (book.pending().every(({ effectId }) => underWay.has(effectId))) shown = "";
      }
      const asked = askOutside();
      asked.forEach(keep);
      if (toLeave && asked.length === 0) shown = "";
      toLeave = false;
      show();
      if (book.last() !== told) records.changed(commanded ? "at-once" : "soon");
      [told, commanded] = [book.last(), false];
      keep(arm());
      const over = () => book.isOver(clock) && allHandlersFinished();
      if (over()) return;
      const [seen, seenAnswers] = [book.last(), answers];
      const moved = () => book.last() !== seen || answers !== seenAnswers;
      await condition(() => rang || moved() || over() || failed.length > 0 || shouldContinue());
      if (failed.length > 0) throw failed[0];
    }
  });

  work.cancel();
  await condition(allHandlersFinished);
  if (!book.isOver(clock)) await continueAsNew<typeof order>({ ...book.carry() });
}

function isInput(input: CommandInput | undefined): input is CommandInput {
  const actor: unknown = input?.actor;
  const isActor = typeof actor === "object" && actor !== null && "id" in actor && "roles" in actor && Array.isArray(actor.roles);
  return isActor && typeof input?.body === "object";
}

function exhausted(error: unknown): Dated | undefined {
  // Cancelled with the run: the next one asks again, with the same key.
  if (isCancellation(error)) return undefined;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return { result: "exhausted", detail: cause instanceof Error ? cause.message : String(cause) };
}

/** The activities with the order's own policy of retries. */
function activitiesFor(book: Book) {
  const policy = book.order()?.policy.effects;
  const timeout = policy ? ms(policy.timeout) : 10 * SECOND;
  const retry = policy && {
    initialInterval: ms(policy.retryAfter),
    maximumInterval: ms(policy.retryAtMost),
    maximumAttempts: policy.attempts,
  };
  const orderNo = book.order()?.orderNo ?? "";
  const proxy = (effects: readonly Effect[]) =>
    proxyActivities<OrderActivities>({
      startToCloseTimeout: (timeout + SECOND) * Math.max(1, Math.ceil(effects.length / 4)),
      ...(retry ? { retry } : {}),
      summary: summaryOfEffect(effects),
    });
  return {
    /** Several messages at once; those that may pass later are tried again one by one. */
    async tell(effects: readonly Effect[], again: Map<string, Ms | undefined>): Promise<(Dated | undefined)[]> {
      const tells = effects.flatMap((effect) =>
        effect.system === "messages" ? [{ orderNo, effectId: effect.effectId, message: effect.data }] : [],
      );
      const outcomes = await proxy(effects).tell(tells);
      return effects.map(({ effectId }) => {
        const outcome = outcomes.find((each) => each.effectId === effectId);
        if (outcome && outcome.result !== "again") return outcome;
        again.set(effectId, outcome?.notBefore);
        return undefined;
      });
    },
    /** `notBefore`, ms: for the activity to wait, not for a timer here, so that an order that older code is with replays. */
    async ask(effect: Effect, notBefore: Ms | undefined): Promise<Dated> {
      const { effectId } = effect;
      const activities = proxy([effect]);
      if (effect.system === "messages") {
        const outcome = await activities.tellAgain({ orderNo, effectId, message: effect.data, notBefore });
        return outcome.result === "again" ? { result: "exhausted", detail: outcome.detail } : outcome;
      }
      const ask = { orderNo, effectId, system: effect.system, ask: effect.ask, data: effect.data };
      if (effect.system === "production") return activities.askProduction(ask);
      return effect.system === "warehouse" ? activities.askWarehouse(ask) : activities.askLogistics(ask);
    },
  };
}
