import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import type { temporal } from "@temporalio/proto";
import { WorkflowUpdateFailedError } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { replay } from "../../src/domain/order/evolve.ts";
import { iso } from "../../src/domain/time.ts";
import { by, machine } from "../domain/order-fixture.ts";
import { customer, entry, lines } from "../domain/regular.ts";
import { recordHistories } from "../support/histories.ts";
import { until } from "../support/until.ts";
import { bundle, devServer, testCodec } from "../support/engines.ts";
import { runRegularOrder } from "./regular-order.ts";
import { noRequests, getOrder, makeActivities, withWorker, type OrderUnderTest } from "./order-under-test.ts";

const R = by("sales_rep");
const S = by("supervisor");

let env: TestWorkflowEnvironment;
let code: WorkflowBundle;
beforeAll(async () => {
  [env, code] = await Promise.all([devServer(), bundle()]);
}, 120_000);
afterAll(async () => {
  if (process.env["RECORD_HISTORIES"] === "yes") await recordHistories(env.client, testCodec.payloadCodecs?.[0]);
  await env.teardown();
});

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
/** A summary, decrypted. */
async function summaryOf({ userMetadata }: HistoryEvent): Promise<string> {
  const decoded = await testCodec.payloadCodecs?.[0]?.decode([userMetadata?.summary ?? {}]);
  return Buffer.from(decoded?.[0]?.data ?? []).toString();
}
async function eventsOf(order: OrderUnderTest): Promise<readonly HistoryEvent[]> {
  return (await order.handle.fetchHistory()).events ?? [];
}
function count(events: readonly HistoryEvent[], attributes: keyof HistoryEvent): number {
  return events.filter((event) => event[attributes] !== undefined && event[attributes] !== null).length;
}

/** Billable actions, as `docs/temporal.md` counts them: what the history shows. */
function actionsIn(events: readonly HistoryEvent[]): number {
  const started = count(events, "workflowExecutionStartedEventAttributes");
  const updates = count(events, "workflowExecutionUpdateAcceptedEventAttributes");
  const signals = count(events, "workflowExecutionSignaledEventAttributes");
  const timers = count(events, "timerStartedEventAttributes");
  const activities = count(events, "activityTaskScheduledEventAttributes");
  const upserts = count(events, "upsertWorkflowSearchAttributesEventAttributes");
  const markers = count(events, "markerRecordedEventAttributes");
  return started + updates + signals + timers + activities + upserts + markers;
}

/** Each patch upserts a search attribute once. */
const PATCHES = 1;

const enteredAndSigned = async (order: OrderUnderTest) => {
  await order.receive(R, { customer, salesRep: "li.na", lines });
  await order.ask("confirm", R, { lines, deliveryDate: "2099-12-20", channel: "phone" });
  await order.ask("enter", R, { ...entry, requestedDate: "2099-12-20" });
};

describe("a regular order", () => {
  test("costs at most 200 history events and 75 actions, one upsert a command at most, and replays", async () => {
    const seen = noRequests();
    const order = getOrder(env, "regular", "SO-regular");
    // The projector asks by queries, which are actions too: at once, or up to a second later, together with what follows.
    const changes: string[] = [];
    const changed = (_: unknown, when: "at-once" | "soon") => void changes.push(when);
    const runAndPublish = async () => {
      await runRegularOrder(order);
      return (await order.publication()).events;
    };
    const published = await withWorker(env, "regular", makeActivities(seen), code, runAndPublish, {
      records: { changed: { fn: changed } },
    });
    const events = await eventsOf(order);
    const queries = changes.filter((when, index) => when === "at-once" || index === changes.length - 1).length;
    expect(events.length).toBeLessThanOrEqual(200);
    expect(actionsIn(events) + queries).toBeLessThanOrEqual(75);
    // One a command, and one where an answer from outside is all there is.
    const answers = count(events, "activityTaskCompletedEventAttributes");
    expect(count(events, "upsertWorkflowSearchAttributesEventAttributes") - PATCHES - answers).toBeLessThanOrEqual(16);
    expect(count(events, "timerStartedEventAttributes")).toBe(1);
    expect(seen.tells.map(({ message }) => `${message.message}: ${message.to.map(({ role }) => role).join(" ")}`)).toEqual([
      "released: production sales_rep",
      "lead-time: sales_rep",
      "made: sales_rep",
      "dispatched: sales_rep",
      "dispatched: customer",
    ]);
    const asked = ["book", "expect-goods", "hand-out", "place", "quote-lead-time", "ship"];
    expect(seen.asks.map(({ ask }) => ask).toSorted()).toEqual(asked);
    await Worker.runReplayHistory({ workflowBundle: code, dataConverter: testCodec }, { events: [...events] }, "SO-regular");
    expect(published.map(({ number }) => number)).toEqual(published.map((_, index) => index + 1));
    expect(replay(published).stage).toBe("completed");
    process.stdout.write(`regular order: ${events.length} history events, ${actionsIn(events)} actions and ${queries} queries\n`);
  });

  test("every activity and timer says what it is, for which duty, by which rule", async () => {
    const order = getOrder(env, "summaries", "SO-summaries");
    await withWorker(env, "summaries", makeActivities(noRequests()), code, () => runRegularOrder(order));
    const events = await eventsOf(order);
    const summaries = await Promise.all(
      events.filter((event) => event.activityTaskScheduledEventAttributes ?? event.timerStartedEventAttributes).map(summaryOf),
    );
    expect(summaries.filter((summary) => !/ · (?:R\d\.\d|H)\b/u.test(summary))).toEqual([]);
    expect(summaries).toEqual(
      expect.arrayContaining([
        expect.stringContaining("production: place · report-lead-time · R2.3"),
        expect.stringContaining("warehouse: hand-out · dispatch · R4.3"),
        expect.stringContaining("logistics: book · arrange-transport · R4.2"),
        expect.stringContaining("tell sales_rep: made · confirm-receiving-time · R3.4"),
      ]),
    );
  });

  test("is shown in the Temporal UI: search attributes, summaries", async () => {
    const order = getOrder(env, "story", "SO-story");
    await withWorker(env, "story", makeActivities(noRequests()), code, async () => {
      await enteredAndSigned(order);
      const described = await until(
        () => order.handle.describe(),
        ({ searchAttributes }) => String(searchAttributes["NextDuty"]) === "sign",
      );
      expect(described.searchAttributes).toMatchObject({
        OrderStatus: ["pending_confirmation"],
        SalesRep: ["li.na"],
        OrderClass: ["ordinary"],
        NextDutyRole: ["supervisor"],
        AmountFen: [350_000],
      });
      const overdue = `ExecutionStatus="Running" AND WorkflowId="SO-story" AND NextDueAt < "2099-01-01T00:00:00Z"`;
      expect(
        (
          await until(
            () => env.client.workflow.count(overdue),
            ({ count: found }) => found === 1,
          )
        ).count,
      ).toBe(1);
    });
    const timer = (await eventsOf(order)).find(({ timerStartedEventAttributes }) => timerStartedEventAttributes);
    expect(timer && (await summaryOf(timer))).toContain("confirm · R2.1 · warn");
    await order.handle.terminate();
  });
});

describe("commands", () => {
  test("a refused command leaves no trace in history and says what is permitted", async () => {
    const order = getOrder(env, "refused", "SO-refused");
    await withWorker(env, "refused", makeActivities(noRequests()), code, async () => {
      await order.receive(R, { customer, salesRep: "li.na" });
      const before = (await eventsOf(order)).length;
      const error = await order.ask("sign", S, {}).catch((each: unknown) => each);
      expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
      const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
      expect(cause).toBeInstanceOf(ApplicationFailure);
      expect(cause instanceof ApplicationFailure ? cause.details?.[0] : undefined).toMatchObject({
        refused: "not-in-stage",
        permitted: expect.arrayContaining(["reassign", "record-communication"]),
      });
      expect((await eventsOf(order)).length).toBe(before);
      await order.handle.terminate();
    });
  });

  test("the same key gives the same answer once; with another body it is refused", async () => {
    const order = getOrder(env, "keys", "SO-keys");
    await withWorker(env, "keys", makeActivities(noRequests()), code, async () => {
      await order.receive(R, { customer, salesRep: "li.na" });
      const body = { with: "customer", channel: "phone", summary: "hello" } as const;
      const first = await order.ask("record-communication", R, body, { key: "one", hash: "a" });
      const second = await order.ask("record-communication", R, body, { key: "one", hash: "a" });
      expect(second.events).toEqual(first.events);
      const other = await order.ask("record-communication", R, body, { key: "one", hash: "b" }).catch((each: unknown) => each);
      expect(other).toBeInstanceOf(WorkflowUpdateFailedError);
      expect((await order.history()).filter(({ event }) => event === "communication-recorded")).toHaveLength(1);
      await order.handle.terminate();
    });
  });

  test("a worker that takes an order over has the same events as the worker before it", async () => {
    const order = getOrder(env, "taken-over", "SO-taken-over");
    const working = <T>(body: () => Promise<T>) => withWorker(env, "taken-over", makeActivities(noRequests()), code, body);
    const first = await working(async () => {
      await enteredAndSigned(order);
      await order.ask("sign", S, {});
      await order.ask("release", by("order_admin"), {});
      // The last workflow task is one in which there were answers, and nothing else to do.
      await until(
        () => order.read(),
        ({ effects }) => effects.length > 0 && effects.every(({ state }) => state === "done"),
      );
      return order.history();
    });
    const asked = order.ask("record-communication", R, { with: "customer", channel: "phone", summary: "hello" });
    const second = await working(async () => {
      await asked;
      return order.history();
    });
    expect(second.slice(0, first.length)).toEqual(first);
    expect(await working(() => order.history())).toEqual(second);
    await order.handle.terminate();
  });

  test("a signature sent as a signal with every worker down counts when the worker is back, at its own time", async () => {
    const order = getOrder(env, "down", "SO-down");
    const activities = makeActivities(noRequests());
    await withWorker(env, "down", activities, code, () => enteredAndSigned(order));
    const receivedAt = new Date().toISOString();
    const key = await order.send("sign", S, {}, { receivedAt });
    await withWorker(env, "down", activities, code, async () => {
      await until(
        () => order.state(key),
        ({ state }) => state === "done",
      );
      const signed = (await order.history()).find(({ event }) => event === "signed");
      expect(signed && new Date(signed.at).toISOString()).toBe(receivedAt);
      await order.handle.terminate();
    });
  });

  test("a machine's refused report becomes a discrepancy, a person's refused signal is kept as an event and told", async () => {
    const seen = noRequests();
    const order = getOrder(env, "discrepancy", "SO-discrepancy");
    await withWorker(env, "discrepancy", makeActivities(seen), code, async () => {
      await order.receive(R, { customer, salesRep: "li.na" });
      const early = await order.send("finish-production", machine("production"), { quantity: [1] });
      const wrong = await order.send("release", by("order_admin"), {});
      expect(
        await until(
          () => order.state(wrong),
          ({ state }) => state !== "unknown",
        ),
      ).toMatchObject({ state: "refused" });
      expect(await order.state(early)).toMatchObject({ state: "refused", refusal: { refused: "not-in-stage" } });
      const view = await order.read();
      expect(view.discrepancies).toHaveLength(1);
      expect(view.duties.map(({ duty }) => duty)).toContain("resolve-discrepancy");
      await until(
        async () => seen.tells.map(({ message }) => message.message),
        (told) => told.includes("refused"),
      );
      await order.handle.terminate();
    });
  });

  test("from the Temporal CLI, actor and body are enough; a wrong body is refused and named", async () => {
    const order = getOrder(env, "cli", "SO-cli");
    const check = async (_command: string, body: object) => ("with" in body ? [] : [{ path: "with", message: "missing" }]);
    await withWorker(env, "cli", makeActivities(noRequests(), { check }), code, async () => {
      await order.receive(R, { customer, salesRep: "li.na" });
      await order.handle.signal("record-communication", { actor: R, body: { with: "customer", channel: "phone", summary: "x" } });
      await order.handle.signal("record-communication", { actor: R, body: {} });
      await order.handle.signal("record-communication", "nonsense");
      const commanded = async () => (await order.history()).filter(({ command }) => command !== "clock");
      const events = await until(commanded, (all) => all.length >= 4);
      expect(events.map(({ event }) => event).toSorted()).toEqual([
        "command-refused",
        "command-refused",
        "communication-recorded",
        "received",
      ]);
      await order.handle.terminate();
    });
  });
});

describe("what fails", () => {
  test("a refused request opens take-over, one that never succeeds too, and the order goes on", async () => {
    const effects = { ...defaultPolicy.effects, attempts: 2, retryAfter: "PT0.01S" };
    const order = getOrder(env, "fails", "SO-fails", {}, { ...defaultPolicy, effects });
    const tries: string[] = [];
    const activities = makeActivities(noRequests(), {
      askProduction: async ({ ask, effectId }) => {
        tries.push(effectId);
        if (ask === "place") return { result: "refused", detail: "no capacity" };
        throw new Error("500");
      },
    });
    await withWorker(env, "fails", activities, code, async () => {
      await enteredAndSigned(order);
      await order.ask("sign", S, {});
      await order.ask("release", by("order_admin"), {});
      const view = await until(
        () => order.read(),
        ({ duties }) => duties.filter(({ duty }) => duty === "take-over").length === 2,
      );
      expect(
        view.effects
          .filter(({ state }) => state === "failed")
          .map(({ outcome }) => outcome?.result)
          .toSorted(),
      ).toEqual(["exhausted", "refused"]);
      expect(tries.filter((id) => id.endsWith("quote-lead-time"))).toHaveLength(2);
      const [first] = view.duties.filter(({ duty }) => duty === "take-over");
      const answer = await order.ask("take-over", by("order_admin"), { effectId: first?.about ?? "", outcome: "done" });
      expect(answer.order.duties.filter(({ duty }) => duty === "take-over")).toHaveLength(1);
      await order.handle.terminate();
    });
  });

  test("continues as new with all its events, and loses nothing that is under way", async () => {
    const seen = noRequests();
    const order = getOrder(env, "continued", "SO-continued", { continueAfter: 60 });
    const published = await withWorker(env, "continued", makeActivities(seen), code, async () => {
      await runRegularOrder(order);
      return order.publication();
    });
    const runs = new Set<string>();
    for await (const { runId } of env.client.workflow.list({ query: `WorkflowId="SO-continued"` })) runs.add(runId);
    expect(runs.size).toBeGreaterThan(1);
    expect(published.events.map(({ number }) => number)).toEqual(published.events.map((_, index) => index + 1));
    expect(new Set(seen.tells.map(({ effectId }) => effectId)).size).toBe(5);
    expect(published.order.status).toBe("completed");
  });

  test("a start whose first command is refused is no order", async () => {
    const order = getOrder(env, "nothing", "SO-nothing");
    await withWorker(env, "nothing", makeActivities(noRequests()), code, async () => {
      await env.client.workflow.signalWithStart("order", {
        workflowId: "SO-nothing",
        taskQueue: "nothing",
        args: [{ orderNo: "SO-nothing", policy: defaultPolicy, calendar: {} }],
        signal: "sign",
        signalArgs: [{ actor: S, body: {}, checked: true }],
      });
      await order.handle.result();
    });
  });
});

describe("after a downtime", () => {
  test("the clock catches up at once: one message a duty, and the event says when it was due", async () => {
    const seen = noRequests();
    const duties = { ...defaultPolicy.duties, confirm: { ...defaultPolicy.duties.confirm, within: "PT0.4S" } };
    const ladder = { ...defaultPolicy.ladder, escalateAtLeast: "PT0.2S" };
    const order = getOrder(env, "night", "SO-night", {}, { ...defaultPolicy, duties, ladder });
    const activities = makeActivities(seen);
    const received = await withWorker(
      env,
      "night",
      activities,
      code,
      async () => (await order.receive(R, { customer, salesRep: "li.na" })).order,
    );
    const dueAt = Date.parse(received.duties[0]?.dueAt ?? "");
    const escalatedAt = dueAt + 200;
    const told = seen.tells.length;
    await until(
      async () => Date.now(),
      (now) => now > escalatedAt,
    );
    await withWorker(env, "night", activities, code, async () => {
      await until(
        async () => seen.tells.slice(told).map(({ message }) => message.params["rung"]),
        (rungs) => rungs.includes("escalate"),
      );
      const caughtUp = (await order.history()).filter(({ event }) => event === "rung-told").at(-1);
      expect(caughtUp?.data).toMatchObject({ rung: "escalate", rungDueAt: iso(escalatedAt), dueAt: iso(dueAt) });
      expect(caughtUp?.at).toBeGreaterThan(escalatedAt);
      expect(seen.tells.slice(told)).toHaveLength(1);
      await order.handle.terminate();
    });
  });
});
