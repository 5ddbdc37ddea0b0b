import { scopedKey, sentUnder } from "../contracts/keys.ts";
import type { CommandAnswer, CommandInput, CommandState } from "../contracts/workflow.ts";
import { checkedCommand, type Bodies, type CommandName } from "../domain/order/bodies.ts";
import { decide } from "../domain/order/decide.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import { replay } from "../domain/order/evolve.ts";
import { authorise, permitted } from "../domain/order/permission.ts";
import { isRefusal, refuse, type Refusal } from "../domain/order/refusals.ts";
import type { Order } from "../domain/order/state.ts";
import type { Actor } from "../domain/people.ts";
import { iso, type Instant, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { eventsOf } from "../records/read.ts";
import type { Engine } from "../temporal/engine.ts";
import { notDoneBy } from "../temporal/errors.ts";
import type { NoRun } from "../temporal/outcomes.ts";
import type { CommandStateOutcome, NotCarriedOut, NotDone, ReportOutcome, SendOutcome } from "./outcomes.ts";
import { completeAnswer, recordedEvents, waitUntilRecorded } from "./reading.ts";
import type { RestoreOrder } from "./restore.ts";
import type { MakeStartArgument } from "./start-argument.ts";
import { mayReadOrderOf } from "./visible-orders.ts";

/** A command whose body is checked (`contracts/bodies.ts`), and whose sender is known. */
export interface OutgoingCommand<K extends CommandName = CommandName> {
  readonly command: K;
  readonly body: Bodies[K];
  readonly actor: Actor;
  /** The actor's own idempotency key. */
  readonly key: string;
  /** Of all that the request says (`request-hash.ts`). */
  readonly hash: string;
  /** When it happened, where a machine says so. */
  readonly at?: Instant | undefined;
}

/**
 * Sends commands to orders. A command with the same actor, key and hash is carried out once. An order whose run is lost is restored first,
 * and one that is over is opened again where the command may still be given.
 */
export interface Commands {
  /** Sends a command and waits for the order's answer, and a little for the records. */
  send<K extends CommandName>(orderNo: string, command: OutgoingCommand<K>): Promise<SendOutcome>;
  /** As {@link send}, without waiting for the records and reading the order after it. */
  sendOnly<K extends CommandName>(orderNo: string, command: OutgoingCommand<K>): Promise<SentOutcome>;
  /** Sends a report: refused where the key was used for another request, or the order cannot take it. */
  report<K extends CommandName>(orderNo: string, command: OutgoingCommand<K>): Promise<ReportOutcome>;
  /** As {@link report}, for a caller to whom the order is not visible as a whole: they have to be allowed the command first. */
  reportIfAllowed<K extends CommandName>(orderNo: string, command: OutgoingCommand<K>): Promise<ReportOutcome>;
  /** As {@link report}, without asking first whether the key was used: for keys that this service makes. */
  reportUnchecked<K extends CommandName>(orderNo: string, command: OutgoingCommand<K>): Promise<ReportOutcome>;
  /** Begins an order by `receive`, and waits for its answer. */
  receive(orderNo: string, command: OutgoingCommand<"receive">): Promise<SendOutcome>;
  /** Begins an order by `receive`, sent as a report. */
  reportReceive(orderNo: string, command: OutgoingCommand<"receive">): Promise<ReportOutcome>;
  /** What became of a command that this caller sent under this key. */
  stateOf(orderNo: string, callerId: string, key: string): Promise<CommandStateOutcome>;
}

interface CommandsOptions {
  readonly engine: Pick<Engine, "update" | "signal" | "commandState" | "lastRunHistory">;
  readonly db: Database;
  readonly makeStartArgument: MakeStartArgument;
  /** Restores an order whose run is lost. */
  readonly restore: RestoreOrder;
  /** The present time, ms. */
  readonly now: () => Ms;
}

/** A command as it is sent; with a key always. */
type Input = CommandInput & { readonly key: string; readonly hash: string };

function inputOf({ actor, body, key, hash, at }: OutgoingCommand, receivedAt?: Ms): Input {
  return {
    actor,
    body,
    key: scopedKey(actor.id, key),
    hash,
    ...(at === undefined ? {} : { at }),
    ...(receivedAt === undefined ? {} : { receivedAt: iso(receivedAt) }),
    checked: true,
  };
}

/** The answer that was given under the same key, as far as these events hold it. */
function repeatedAnswer(
  events: readonly OrderEvent[],
  { key, hash }: Input,
): { outcome: "answered"; answer: CommandAnswer } | { outcome: "key-used" } | undefined {
  const before = sentUnder(events, key);
  const [first] = before;
  if (!first) return undefined;
  return first.hash === hash ? { outcome: "answered", answer: { events: before, hash } } : { outcome: "key-used" };
}

/** What became of an answered command: the events that it made. */
type SentOutcome = { readonly outcome: "answered"; readonly events: readonly OrderEvent[] } | NotCarriedOut;

const orderExists: NotCarriedOut = { outcome: "refused", refusal: { ...refuse("order-exists"), permitted: [] } };
const orderFull: NotCarriedOut = { outcome: "refused", refusal: { ...refuse("order-full"), permitted: [] } };

/** So often a command is sent to an order whose run is gone again and again. */
const TRIES = 4;

export function openCommands({ engine, db, makeStartArgument, restore, now }: CommandsOptions): Commands {
  function refused(refusal: Refusal, order: Order, actor: Actor): NotCarriedOut {
    return { outcome: "refused", refusal: { ...refusal, permitted: permitted(order, actor, now()) } };
  }

  async function tryToRestore(orderNo: string): Promise<Awaited<ReturnType<RestoreOrder>> | NotDone> {
    try {
      return await restore(orderNo);
    } catch (error) {
      const notDone = notDoneBy(error);
      if (notDone) return notDone;
      throw error;
    }
  }

  /**
   * Sends to the open run. Where there is none, the order is restored if it is not over, and `send` is tried again. Other processes may be
   * replacing the same run, so the next one can be gone as well: an order that is not over is never said to have no run.
   */
  async function sendToOpenRun<O extends { readonly outcome: string }>(
    orderNo: string,
    send: () => Promise<O | NoRun>,
  ): Promise<O | NoRun | NotDone | { outcome: "stuck" }> {
    for (let tries = 1; ; tries += 1) {
      const sent = await send();
      if (sent.outcome !== "no-run") return sent;
      if (tries === TRIES) return { outcome: "no-answer" };
      const restored = await tryToRestore(orderNo);
      if (typeof restored === "object") return restored;
      if (restored === "stuck") return { outcome: "stuck" };
      if (restored === "over") return sent;
    }
  }

  /** An order that is over: refused to those who may not give the command; the answer of before where the key was used. */
  async function openEnded(
    orderNo: string,
    { command, actor }: OutgoingCommand,
    input: Input,
  ): Promise<
    | { outcome: "ended"; order: Order; events: readonly OrderEvent[] }
    | { outcome: "answered"; answer: CommandAnswer }
    | NotCarriedOut
  > {
    const run = await engine.lastRunHistory(orderNo);
    if (run.outcome !== "answered" && run.outcome !== "no-run") return run;
    // Temporal forgets an ended order some days after its end. Before that it may know events that the records do not have yet.
    const events = run.outcome === "answered" ? run.answer : await eventsOf(db, orderNo);
    if (events.length === 0) return { outcome: "no-such-order" };
    const order = replay(events);
    const role = authorise(order, command, actor);
    if (isRefusal(role)) return refused(role, order, actor);
    return repeatedAnswer(events, input) ?? { outcome: "ended", order, events };
  }

  /** Gives a command to an order that is over. Tried first, so that no run is opened for one that is refused. */
  async function sendToEnded<K extends CommandName>(orderNo: string, sent: OutgoingCommand<K>, input: Input) {
    const ended = await openEnded(orderNo, sent, input);
    if (ended.outcome !== "ended") return ended;
    const { order, events } = ended;
    const { actor, hash } = sent;
    const at = now();
    const trial = decide(
      order,
      checkedCommand(sent.command, sent.body, { actor, key: input.key, hash, at, receivedAt: at }),
      order,
    );
    if (isRefusal(trial)) return refused(trial, order, actor);
    const start = { argument: await makeStartArgument(orderNo, events), isNew: false };
    const outcome = await engine.update(orderNo, sent.command, input, start);
    // A run that has just been opened is not there: it ended at once, or its start was turned away.
    return outcome.outcome === "no-run" || outcome.outcome === "already-exists" ? ({ outcome: "no-answer" } as const) : outcome;
  }

  /** An answer to another request under the same key is none. */
  function checkAnswer({ hash }: Input, { events, hash: answered }: CommandAnswer): SentOutcome {
    return answered === hash ? { outcome: "answered", events } : { outcome: "key-used" };
  }

  async function sendOnly<K extends CommandName>(orderNo: string, sent: OutgoingCommand<K>): Promise<SentOutcome> {
    const input = inputOf(sent);
    const first = await sendToOpenRun(orderNo, () => engine.update(orderNo, sent.command, input));
    if (first.outcome === "already-exists") throw new Error("an update without a start starts nothing");
    const outcome = first.outcome === "no-run" ? await sendToEnded(orderNo, sent, input) : first;
    return outcome.outcome === "answered" ? checkAnswer(input, outcome.answer) : outcome;
  }

  async function complete(orderNo: string, outcome: SentOutcome): Promise<SendOutcome> {
    return outcome.outcome === "answered" ? completeAnswer({ engine, db }, orderNo, outcome.events) : outcome;
  }

  /** What Temporal knows of a command by its key. A number of which it knows no run may be an order that it has forgotten. */
  async function commandState(orderNo: string, key: string): Promise<{ outcome: "known"; state: CommandState } | NotDone> {
    const asked = await engine.commandState(orderNo, key);
    if (asked.outcome === "no-run") return { outcome: "known", state: { state: "unknown" } };
    return asked.outcome === "answered" ? { outcome: "known", state: asked.answer } : asked;
  }

  /** Why a report is not sent: its key was used for another request, or the order has no room. */
  async function whyNotReport(orderNo: string, { key, hash }: Input, noOrder: NotCarriedOut): Promise<NotCarriedOut | undefined> {
    const asked = await commandState(orderNo, key);
    if (asked.outcome !== "known") return asked;
    const { state: known } = asked;
    if (known.state === "no-order") return noOrder;
    if (known.state === "unknown") return known.full ? orderFull : undefined;
    return known.hash !== undefined && known.hash !== hash ? { outcome: "key-used" } : undefined;
  }

  async function sendReport(orderNo: string, sent: OutgoingCommand, input: Input): Promise<ReportOutcome> {
    const outcome = await sendToOpenRun(orderNo, () => engine.signal(orderNo, sent.command, input));
    if (outcome.outcome === "already-exists") throw new Error("a signal without a start starts nothing");
    if (outcome.outcome !== "no-run") return outcome;
    const ended = await openEnded(orderNo, sent, input);
    if (ended.outcome === "answered") return { outcome: "taken-in" };
    if (ended.outcome !== "ended") return ended;
    const start = { argument: await makeStartArgument(orderNo, ended.events), isNew: false };
    const taken = await engine.signal(orderNo, sent.command, input, start);
    return taken.outcome === "no-run" || taken.outcome === "already-exists" ? { outcome: "no-answer" } : taken;
  }

  async function report(orderNo: string, sent: OutgoingCommand): Promise<ReportOutcome> {
    const input = inputOf(sent, now());
    return (await whyNotReport(orderNo, input, { outcome: "no-such-order" })) ?? sendReport(orderNo, sent, input);
  }

  /**
   * What has to hold before a new order is begun: this caller may have such an order, and none of that number is recorded, unless this very
   * request began it. A caller who may not read the recorded order is not told whose key it was received under.
   */
  async function prepareToReceive(orderNo: string, { body, actor }: OutgoingCommand<"receive">, input: Input) {
    if (isRefusal(authorise(undefined, "receive", actor))) return { outcome: "not-allowed" } as const;
    const argument = await makeStartArgument(orderNo);
    const at = now();
    const { key } = input;
    const trial = decide(undefined, { command: "receive", body, actor, key, hash: "", at, receivedAt: at }, argument);
    if (isRefusal(trial)) {
      if (trial.refused !== "order-full") return { outcome: "not-allowed" } as const;
      return { outcome: "refused", refusal: { ...trial, permitted: [] } } as const;
    }
    const events = await recordedEvents(db, orderNo);
    if (events.length === 0) return { outcome: "new", start: { argument, isNew: true } } as const;
    const visible = mayReadOrderOf(actor, replay(events).salesRep);
    return (visible ? repeatedAnswer(events, input) : undefined) ?? orderExists;
  }

  return {
    send: async (orderNo, sent) => complete(orderNo, await sendOnly(orderNo, sent)),
    sendOnly,
    report,
    async reportIfAllowed(orderNo, sent) {
      const role = authorise(replay(await eventsOf(db, orderNo)), sent.command, sent.actor);
      if (isRefusal(role)) return { outcome: "refused", refusal: { ...role, permitted: [] } };
      return report(orderNo, sent);
    },
    reportUnchecked: (orderNo, sent) => sendReport(orderNo, sent, inputOf(sent, now())),
    async receive(orderNo, sent) {
      const input = inputOf(sent);
      const prepared = await prepareToReceive(orderNo, sent, input);
      const outcome = prepared.outcome === "new" ? await engine.update(orderNo, "receive", input, prepared.start) : prepared;
      if (outcome.outcome === "no-run" || outcome.outcome === "already-exists") return orderExists;
      return outcome.outcome === "answered" ? complete(orderNo, checkAnswer(input, outcome.answer)) : outcome;
    },
    async reportReceive(orderNo, sent) {
      const input = inputOf(sent, now());
      const prepared = await prepareToReceive(orderNo, sent, input);
      if (prepared.outcome === "answered") return { outcome: "taken-in" };
      if (prepared.outcome !== "new") return prepared;
      const problem = await whyNotReport(orderNo, input, orderExists);
      if (problem) return problem;
      const outcome = await engine.signal(orderNo, "receive", input, prepared.start);
      return outcome.outcome === "no-run" || outcome.outcome === "already-exists" ? orderExists : outcome;
    },
    async stateOf(orderNo, callerId, key) {
      const scoped = scopedKey(callerId, key);
      const asked = await commandState(orderNo, scoped);
      if (asked.outcome !== "known") return asked;
      const { state: known } = asked;
      if (known.state === "no-order") return { outcome: "unknown" };
      if (known.state === "waiting") return { outcome: "waiting" };
      const events = known.state === "unknown" ? sentUnder(await eventsOf(db, orderNo), scoped) : known.events;
      // A command that is durable must not be said to be unknown because no worker could be asked.
      if (events.length === 0) return { outcome: known.state === "unknown" && known.unsure ? "uncertain" : "unknown" };
      await waitUntilRecorded(db, orderNo, events);
      return { outcome: "decided", events };
    },
  };
}
