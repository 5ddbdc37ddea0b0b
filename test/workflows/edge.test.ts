import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkActivities } from "../../src/activities/check.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import { publish } from "../../src/records/write.ts";
import { eventsOf } from "../../src/records/read.ts";
import { SET_CALENDAR } from "../../src/contracts/workflow.ts";
import { by } from "../domain/given.ts";
import { customer } from "../domain/regular.ts";
import { openRecords, type Fixture } from "../records/fixture.ts";
import { bundle, devServer } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { nothingSeen, onStage, unheard, willing, withWorker, type OrderOnStage } from "./stage.ts";

/** What comes to an order from the outside world of the engine: messages of any shape, and the buttons of the Temporal UI. */

const R = by("sales_rep");
let env: TestWorkflowEnvironment;
let code: WorkflowBundle;
let records: Fixture;
let stop: () => Promise<void>;
let end: () => void;
const QUEUE = "edge";
const seen = nothingSeen();
beforeAll(async () => {
  [env, code, records] = await Promise.all([devServer(), bundle(), openRecords()]);
  const running = withWorker(
    env,
    QUEUE,
    willing(
      seen,
      checkActivities(async () => undefined),
    ),
    code,
    () => new Promise<void>((resolve) => (end = resolve)),
  );
  stop = async () => {
    end();
    await running;
  };
}, 120_000);
afterAll(async () => {
  await stop();
  await Promise.all([env.teardown(), records.end()]);
});

/** An order that lives: it takes commands, its records follow, its history replays. */
async function lives(order: OrderOnStage, orderNo: string): Promise<void> {
  await order.ask("record-communication", R, { with: "customer", channel: "phone", summary: "still here" });
  const publication = await order.publication();
  await publish(records.db, publication);
  expect(await eventsOf(records.db, orderNo)).toEqual(publication.events);
  await Worker.runReplayHistory({ workflowBundle: code, sinks: unheard }, await order.handle.fetchHistory(), orderNo);
}

const names = (order: OrderOnStage) => order.history().then((events) => events.map(({ event }) => event));

async function onEngine(orderNo: string, body: (order: OrderOnStage) => Promise<void>): Promise<void> {
  const order = onStage(env, QUEUE, orderNo);
  await order.receive(R, { customer, salesRep: "li.na" });
  await body(order);
  await order.handle.terminate();
}

describe("hostile messages", () => {
  const actor = { id: "wang.fang", roles: ["supervisor"], kind: "person" };
  const said = { with: "customer", channel: "phone", summary: "x" };
  test.each<[string, unknown]>([
    ["nothing", null],
    ["a list", []],
    ["a text", "nonsense"],
    ["a number", 1e308],
    ["no body", { actor, body: null }],
    ["a list for a body", { actor, body: [said] }],
    ["an actor who is nobody", { actor: { ...actor, id: null }, body: said }],
    ["an actor's id with NUL", { actor: { ...actor, id: "a\u0000b" }, body: said }],
    ["an actor's id that is half a character", { actor: { ...actor, id: "\ud800" }, body: said }],
    ["deputies that are a number", { actor: { ...actor, deputyFor: 5 }, body: said }],
    ["roles that are a text", { actor: { ...actor, roles: "supervisor" }, body: said }],
    ["NUL in a text", { actor, body: { ...said, summary: "a\u0000b" } }],
    ["half a character in a field's name", { actor, body: { ...said, "\udfff": 1 } }],
    ["a prototype", JSON.parse(`{"actor":${JSON.stringify(actor)},"body":{"__proto__":{"with":1},"constructor":{}}}`)],
    ["a key that is an object", { actor, body: said, key: {} }],
    ["a key with NUL", { actor, body: said, key: "a\u0000" }],
    ["a time that is none", { actor, body: said, at: "yesterday" }],
    ["a time before Christ", { actor: { ...actor, kind: "machine" }, body: said, at: "-200000-01-01T00:00:00Z" }],
    ["a very deep body", { actor, body: JSON.parse(`${'{"a":'.repeat(300)}1${"}".repeat(300)}`) }],
  ])("%s is on record as refused, and the order goes on", async (what, sent) => {
    const orderNo = `hostile ${what}`;
    await onEngine(orderNo, async (order) => {
      await order.handle.signal("record-communication", sent);
      await until(
        () => names(order),
        (all) => all.includes("command-refused") || all.includes("discrepancy-opened"),
      );
      await lives(order, orderNo);
    });
  });

  test("a signal of another name changes nothing; an update and a query of one are told so", async () => {
    await onEngine("other names", async (order) => {
      for (const name of ["constructor", "no-such-command", "__temporal_x"]) {
        await order.handle.signal(name, { actor, body: {} }).catch(() => undefined);
        await expect(order.handle.executeUpdate(name, { args: [{}] })).rejects.toThrow();
        await expect(order.handle.query(name)).rejects.toThrow();
      }
      await expect(order.handle.query("order", null)).rejects.toThrow(/body-invalid/u);
      await lives(order, "other names");
    });
  });

  test.each<[string, unknown]>([
    ["nothing", null],
    ["of no version", { ...defaultCalendar, version: "1" }],
    ["that no other could follow", { ...defaultCalendar, version: 1e300 }],
    ["in which nobody works", { ...defaultCalendar, version: 1, week: [[], [], [], [], [], [], []] }],
    ["whose days end first", { ...defaultCalendar, version: 1, week: Array.from({ length: 7 }, () => [["18:00", "08:00"]]) }],
    ["without holidays", { ...defaultCalendar, version: 1, holidays: null }],
  ])("a calendar %s is refused, and the order goes on", async (what, calendar) => {
    const orderNo = `calendar ${what}`;
    await onEngine(orderNo, async (order) => {
      await order.handle.signal(SET_CALENDAR, calendar);
      await until(
        () => names(order),
        (all) => all.includes("message-refused"),
      );
      await lives(order, orderNo);
    });
  });

  test("a check that fails for good, or answers nonsense, is a refusal", async () => {
    for (const [orderNo, check] of [
      ["check fails", async () => Promise.reject(new TypeError("broken"))],
      ["check answers nonsense", async () => Object("nonsense")],
    ] as const) {
      const order = onStage(env, orderNo, orderNo);
      await withWorker(env, orderNo, willing(nothingSeen(), { check }), code, async () => {
        await order.receive(R, { customer, salesRep: "li.na" });
        await order.handle.signal("record-communication", { actor: R, body: said });
        if (check.length === 0 && orderNo === "check fails") {
          await until(
            async () => (await order.handle.describe()).raw.pendingActivities ?? [],
            (pending) => pending.some(({ attempt }) => (attempt ?? 0) > 1),
          );
          await lives(order, orderNo);
        } else {
          await until(
            () => names(order),
            (all) => all.includes("command-refused"),
          );
          await lives(order, orderNo);
        }
        await order.handle.terminate();
      });
    }
  });

  test("answers of activities that are none become duties", async () => {
    const order = onStage(env, "answers", "answers");
    const nonsense = async () => Object([null, { result: 5 }, "\u0000"]);
    await withWorker(env, "answers", willing(nothingSeen(), { tell: nonsense, tellAgain: nonsense }), code, async () => {
      await order.receive(R, { customer, salesRep: "li.na" });
      await order.ask("reassign", by("supervisor"), { salesRep: "zhang.wei" });
      await order.handle.cancel();
      await until(
        () => names(order),
        (all) => all.includes("effect-failed"),
      );
      await order.handle.terminate();
    });
  });
});

describe("a request to cancel the run", () => {
  test("is refused and on record, told to the supervisor, and the order goes on", async () => {
    await onEngine("cancelled", async (order) => {
      await order.handle.cancel();
      await until(
        () => names(order),
        (all) => all.includes("run-cancellation-refused"),
      );
      const kept = (await order.history()).find(({ event }) => event === "run-cancellation-refused");
      expect(kept?.reason).toMatch(/refused: the order goes on/u);
      await until(
        async () => seen.tells.map(({ message }) => message.message),
        (told) => told.includes("run-kept"),
      );
      await order.handle.cancel().catch(() => undefined);
      await order.handle.signal("record-communication", { actor: R, body: { with: "customer", channel: "phone", summary: "x" } });
      await until(
        () => names(order),
        (all) => all.includes("communication-recorded"),
      );
      await lives(order, "cancelled");
      expect((await order.handle.describe()).status.name).toBe("RUNNING");
    });
  });

  test("is refused while no worker runs, by each run of an order that continues as new", async () => {
    const orderNo = "cancelled, continued";
    const order = onStage(env, orderNo, orderNo, { continueAfter: 25 });
    const said = { with: "customer", channel: "phone", summary: "x" } as const;
    const activities = willing(nothingSeen());
    await withWorker(env, orderNo, activities, code, async () => {
      await order.receive(R, { customer, salesRep: "li.na" });
    });
    await order.handle.cancel();
    const first = (await order.handle.describe()).runId;
    await withWorker(env, orderNo, activities, code, async () => {
      await until(
        async () => {
          await order.ask("record-communication", R, said).catch(() => undefined);
          return (await order.handle.describe()).runId;
        },
        (runId) => runId !== first,
      );
      await order.handle.cancel();
      await until(
        () => names(order),
        (all) => all.filter((event) => event === "run-cancellation-refused").length === 2,
      );
      await lives(order, orderNo);
      await order.handle.terminate();
    });
  });
});
