import { Client, Connection } from "@temporalio/client";
import { defaultPayloadConverter } from "@temporalio/common";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkActivities } from "../../src/activities/check.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import { commandNames } from "../../src/domain/order/chapters.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { publish } from "../../src/records/write.ts";
import { eventsOf } from "../../src/records/read.ts";
import { fromAuthor } from "../../src/temporal/codec/codec.ts";
import { SET_CALENDAR } from "../../src/contracts/workflow.ts";
import { by } from "../domain/order-fixture.ts";
import { customer, entry, lines } from "../domain/regular.ts";
import { openRecords, type Fixture } from "../records/fixture.ts";
import { bundle, devServer, testCodec } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { noRequests, getOrder, ignoredSinks, makeActivities, withWorker, type OrderUnderTest } from "./order-under-test.ts";

/** What can come to an order from outside: messages of any shape, and the buttons of the Temporal UI. */

const R = by("sales_rep");
let env: TestWorkflowEnvironment;
let code: WorkflowBundle;
let records: Fixture;
let stop: () => Promise<void>;
let end: () => void;
const QUEUE = "edge";
const seen = noRequests();
beforeAll(async () => {
  [env, code, records] = await Promise.all([devServer(), bundle(), openRecords()]);
  const running = withWorker(
    env,
    QUEUE,
    makeActivities(
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

/** Checks that an order goes on: it takes commands, its records are written, its history replays. */
async function expectAlive(order: OrderUnderTest, orderNo: string): Promise<void> {
  await order.ask("record-communication", R, { with: "customer", channel: "phone", summary: "still here" });
  const publication = await order.publication();
  await publish(records.db, publication);
  expect(await eventsOf(records.db, orderNo)).toEqual(publication.events);
  await Worker.runReplayHistory(
    { workflowBundle: code, sinks: ignoredSinks, dataConverter: testCodec },
    await order.handle.fetchHistory(),
    orderNo,
  );
}

const names = (order: OrderUnderTest) => order.history().then((events) => events.map(({ event }) => event));

async function onEngine(orderNo: string, body: (order: OrderUnderTest) => Promise<void>): Promise<void> {
  const order = getOrder(env, QUEUE, orderNo);
  await order.receive(R, { customer, salesRep: "li.na" });
  await body(order);
  await order.handle.terminate();
}

describe("hostile messages", () => {
  const actor = { id: "wang.fang", roles: ["supervisor"], kind: "person" };
  const body = { with: "customer", channel: "phone", summary: "x" };
  test.each<[string, unknown]>([
    ["nothing", null],
    ["a list", []],
    ["a text", "nonsense"],
    ["a number", 1e308],
    ["no body", { actor, body: null }],
    ["a list for a body", { actor, body: [body] }],
    ["an actor who is nobody", { actor: { ...actor, id: null }, body }],
    ["an actor's id with NUL", { actor: { ...actor, id: "a\u0000b" }, body }],
    ["an actor's id that is half a character", { actor: { ...actor, id: "\ud800" }, body }],
    ["deputies that are a number", { actor: { ...actor, deputyFor: 5 }, body }],
    ["roles that are a text", { actor: { ...actor, roles: "supervisor" }, body }],
    ["NUL in a text", { actor, body: { ...body, summary: "a\u0000b" } }],
    ["half a character in a field's name", { actor, body: { ...body, "\udfff": 1 } }],
    ["a prototype", JSON.parse(`{"actor":${JSON.stringify(actor)},"body":{"__proto__":{"with":1},"constructor":{}}}`)],
    ["a key that is an object", { actor, body, key: {} }],
    ["a key with NUL", { actor, body, key: "a\u0000" }],
    ["a time that is none", { actor, body, at: "yesterday" }],
    ["a time before Christ", { actor: { ...actor, kind: "machine" }, body, at: "-200000-01-01T00:00:00Z" }],
    ["a very deep body", { actor, body: JSON.parse(`${'{"a":'.repeat(300)}1${"}".repeat(300)}`) }],
  ])("%s is kept as refused, and the order goes on", async (what, sent) => {
    const orderNo = `hostile ${what}`;
    await onEngine(orderNo, async (order) => {
      await order.handle.signal("record-communication", sent);
      await until(
        () => names(order),
        (all) => all.includes("command-refused") || all.includes("discrepancy-opened"),
      );
      await expectAlive(order, orderNo);
    });
  });

  test("a signal of another name changes nothing; an update and a query of one are told so", async () => {
    await onEngine("other names", async (order) => {
      for (const name of ["constructor", "no-such-command", "__temporal_x"]) {
        await order.handle.signal(name, { actor, body: {} }).catch(() => undefined);
        await expect(order.handle.executeUpdate(name, { args: [{}] })).rejects.toThrow();
        await expect(order.handle.query(name)).rejects.toThrow();
      }
      // The reason is encrypted.
      await expect(order.handle.query("order", null)).rejects.toThrow(/Encoded failure/u);
      await expectAlive(order, "other names");
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
      await expectAlive(order, orderNo);
    });
  });

  test("a check that fails for good, or answers nonsense, is a refusal", async () => {
    for (const [orderNo, check] of [
      ["check fails", async () => Promise.reject(new TypeError("broken"))],
      ["check answers nonsense", async () => Object("nonsense")],
    ] as const) {
      const order = getOrder(env, orderNo, orderNo);
      await withWorker(env, orderNo, makeActivities(noRequests(), { check }), code, async () => {
        await order.receive(R, { customer, salesRep: "li.na" });
        await order.handle.signal("record-communication", { actor: R, body });
        if (check.length === 0 && orderNo === "check fails") {
          await until(
            async () => (await order.handle.describe()).raw.pendingActivities ?? [],
            (pending) => pending.some(({ attempt }) => (attempt ?? 0) > 1),
          );
          await expectAlive(order, orderNo);
        } else {
          await until(
            () => names(order),
            (all) => all.includes("command-refused"),
          );
          await expectAlive(order, orderNo);
        }
        await order.handle.terminate();
      });
    }
  });

  test("answers of activities that cannot be read become duties", async () => {
    const order = getOrder(env, "answers", "answers");
    const nonsense = async () => Object([null, { result: 5 }, "\u0000"]);
    await withWorker(env, "answers", makeActivities(noRequests(), { tell: nonsense, tellAgain: nonsense }), code, async () => {
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

describe("the sender", () => {
  const boss = { id: "wang.fang", roles: ["supervisor"], kind: "person" };
  /** A client without a key. */
  let plain: Connection;
  beforeAll(async () => {
    plain = await Connection.connect({ address: env.address });
  });
  afterAll(() => plain.close());
  const clear = () => new Client({ connection: plain });
  const opened = (order: OrderUnderTest) =>
    until(
      async () => (await order.history()).filter(({ event }) => event === "discrepancy-opened"),
      (found) => found.length > 0,
    );

  test("a signal in clear becomes an unverified discrepancy and is never carried out; applied, it counts as the applier's own or is refused", async () => {
    await onEngine("clear", async (order) => {
      await order.ask("confirm", R, { lines, deliveryDate: "2099-12-20", channel: "phone" });
      await order.ask("enter", R, { ...entry, requestedDate: "2099-12-20" });
      await clear().workflow.getHandle("clear").signal("sign", { actor: boss, body: {}, checked: true, key: "k" });
      const [found] = await opened(order);
      expect(found).toMatchObject({
        actor: { id: "wang.fang", role: "unverified" },
        data: { refusal: "unverified", command: "sign" },
      });
      expect(await names(order)).not.toContain("signed");
      const [open] = (await order.read()).discrepancies;
      const apply = { discrepancyId: String(open?.["discrepancyId"]), decision: "apply", reason: "她说的" } as const;
      await expect(order.ask("resolve-discrepancy", by("order_admin"), apply)).rejects.toMatchObject({
        cause: { message: "wrong-role" },
      });
      await order.ask("resolve-discrepancy", by("supervisor"), apply);
      const signed = (await order.history()).find(({ event }) => event === "signed");
      expect(signed?.actor).toEqual({ id: "wang.fang", role: "supervisor" });
      await expectAlive(order, "clear");
    });
  });

  test("what was sent to one order proves nothing to another; an update and a calendar in clear are refused", async () => {
    await onEngine("one", async (first) => {
      await onEngine("other", async (second) => {
        await first.send("record-communication", by("supervisor"), { with: "customer", channel: "phone", summary: "x" });
        const sent = (await first.handle.fetchHistory()).events?.find((event) => event.workflowExecutionSignaledEventAttributes);
        await env.client.workflowService.signalWorkflowExecution({
          namespace: "default",
          workflowExecution: { workflowId: "other" },
          signalName: "record-communication",
          ...sent?.workflowExecutionSignaledEventAttributes,
        });
        expect((await opened(second))[0]?.data).toMatchObject({ refusal: "unverified" });
        const handle = clear().workflow.getHandle("other");
        await expect(handle.executeUpdate("reassign", { args: [{ actor: boss, body: { salesRep: "x" } }] })).rejects.toThrow();
        await handle.signal(SET_CALENDAR, { ...defaultCalendar, version: 7 });
        await until(
          () => names(second),
          (all) => all.includes("message-refused"),
        );
        expect(await names(second)).not.toContain("calendar-set");
        await expectAlive(second, "other");
      });
    });
  });

  test("a payload that is encrypted with no key of ours, or is no payload, is kept as an event, and the order goes on", async () => {
    await onEngine("undecodable", async (order) => {
      const garbage = [
        {
          metadata: { encoding: Buffer.from("binary/encrypted"), "encryption-key-id": Buffer.from("x") },
          data: Buffer.from("x"),
        },
        { metadata: { encoding: Buffer.from("json/plain"), "gendan-from": Buffer.from("service") }, data: Buffer.from("{") },
        { metadata: { encoding: Buffer.from("no/such") } },
      ];
      for (const payload of garbage)
        await env.client.workflowService.signalWorkflowExecution({
          namespace: "default",
          workflowExecution: { workflowId: "undecodable" },
          signalName: "sign",
          input: { payloads: [payload] },
        });
      await until(
        () => names(order),
        (all) => all.filter((event) => event === "command-refused").length === 3,
      );
      await expectAlive(order, "undecodable");
    });
  });

  test("the author is the person for whom the codec server encoded, whatever the input says; sent a second time it is the same command", async () => {
    await onEngine("bearer", async (order) => {
      const input = {
        actor: boss,
        body: { with: "customer", channel: "phone", summary: "x" },
        receivedAt: "2000-01-01T00:00:00Z",
      };
      const encoded = await testCodec.payloadCodecs?.[0]?.encode([
        fromAuthor(defaultPayloadConverter.toPayload(input), { id: "li.na", roles: ["sales_rep"], kind: "person" }),
      ]);
      for (let time = 0; time < 2; time++)
        await env.client.workflowService.signalWorkflowExecution({
          namespace: "default",
          workflowExecution: { workflowId: "bearer" },
          signalName: "record-communication",
          input: { payloads: encoded ?? [] },
        });
      await order.ask("record-complaint", R, { about: "x" });
      const recorded = (await order.history()).filter(({ event }) => event === "communication-recorded");
      expect(recorded.map(({ actor }) => actor)).toEqual([{ id: "li.na", role: "sales_rep" }]);
      await expectAlive(order, "bearer");
    });
  });

  test("a run that a stranger starts is no order", async () => {
    const start = { orderNo: "stranger", policy: {}, calendar: {}, events: [] };
    const run = await clear().workflow.start("order", { workflowId: "stranger", taskQueue: QUEUE, args: [start] });
    await expect(run.result()).rejects.toThrow();
  });
});

describe("a request to cancel the run", () => {
  test("is refused, kept as an event and told to the supervisor, and the order goes on", async () => {
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
      await expectAlive(order, "cancelled");
      expect((await order.handle.describe()).status.name).toBe("RUNNING");
    });
  });

  test("is refused while no worker runs, by each run of an order that continues as new", async () => {
    const orderNo = "cancelled, continued";
    const order = getOrder(env, orderNo, orderNo, { continueAfter: 25 });
    const body = { with: "customer", channel: "phone", summary: "x" } as const;
    const activities = makeActivities(noRequests());
    await withWorker(env, orderNo, activities, code, async () => {
      await order.receive(R, { customer, salesRep: "li.na" });
    });
    await order.handle.cancel();
    const first = (await order.handle.describe()).runId;
    await withWorker(env, orderNo, activities, code, async () => {
      await until(
        async () => {
          await order.ask("record-communication", R, body).catch(() => undefined);
          return (await order.handle.describe()).runId;
        },
        (runId) => runId !== first,
      );
      await order.handle.cancel();
      await until(
        () => names(order),
        (all) => all.filter((event) => event === "run-cancellation-refused").length === 2,
      );
      await expectAlive(order, orderNo);
      await order.handle.terminate();
    });
  });
});

describe("anything", () => {
  /** Any JSON, with NUL, halves of characters and names of prototypes; but not `checked`, which only the API sets. */
  const anything = fc.jsonValue({ stringUnit: "binary", maxDepth: 3 });
  const message = fc.oneof(
    anything,
    fc.record(
      {
        actor: fc.oneof(anything, fc.constantFrom<object>(R, by("supervisor"), { ...by("logistics"), kind: "machine" })),
        body: fc.oneof(
          anything,
          fc.constantFrom<object>({}, { reason: "x" }, { with: "a", channel: "phone", summary: "\u0000" }),
        ),
        key: fc.oneof(anything, fc.constantFrom("1", "2")),
        at: fc.oneof(anything, fc.constant("2026-11-23T09:00:00+08:00")),
        receivedAt: anything,
      },
      { requiredKeys: [] },
    ),
  );
  const sent = fc.record({
    // Not `receive`, which would make no second order, nor `confirm`, which would end the duty that the test waits for.
    name: fc.constantFrom(...commandNames.filter((name) => name !== "confirm"), SET_CALENDAR, "no-such-name", "constructor"),
    message,
    sentAs: fc.constantFrom("signal", "clear signal", "update", "clear update"),
  });

  test.each([1, 2, 3, 4])(
    "any JSON as a signal or update of any name, between real commands: the order answers, is told of in time, recorded, and replays (%i)",
    async (seed) => {
      const orderNo = `anything ${seed}`;
      const plain = await Connection.connect({ address: env.address });
      const duties = { ...defaultPolicy.duties, confirm: { ...defaultPolicy.duties.confirm, within: "PT2S" } };
      const order = getOrder(env, QUEUE, orderNo, {}, { ...defaultPolicy, duties });
      await order.receive(R, { customer, salesRep: "li.na" });
      const clear = new Client({ connection: plain }).workflow.getHandle(orderNo);
      for (const [index, each] of fc.sample(sent, { seed, numRuns: 40 }).entries()) {
        const handle = each.sentAs.startsWith("clear") ? clear : order.handle;
        // What the engine or the order refuses does not count.
        if (each.sentAs.endsWith("signal")) await handle.signal(each.name, each.message).catch(() => undefined);
        else await handle.executeUpdate(each.name, { args: [each.message] }).catch(() => undefined);
        if (index % 20 === 19) await expectAlive(order, orderNo);
      }
      await until(
        () => names(order),
        (all) => all.includes("rung-told"),
      );
      await expectAlive(order, orderNo);
      await order.handle.terminate();
      await plain.close();
    },
    120_000,
  );
});
