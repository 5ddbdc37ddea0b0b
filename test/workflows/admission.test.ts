import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEngine, type Engine } from "../../src/temporal/engine.ts";
import { scopedKey } from "../../src/contracts/keys.ts";
import type { Actor } from "../../src/domain/people.ts";
import { by } from "../domain/order-fixture.ts";
import { bundle, devServer } from "../support/engines.ts";
import { commandInput, noRequests, getOrder, ignoredSinks, makeActivities } from "./order-under-test.ts";

/** The engine takes ten updates of one workflow at a time. Callers beyond that are told to come again, and no command is lost or done twice. */

const QUEUE = "admission";
let env: TestWorkflowEnvironment;
let code: WorkflowBundle;
let worker: Worker;
let running: Promise<void>;
beforeAll(async () => {
  [env, code] = await Promise.all([devServer(), bundle()]);
  worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle: code,
    activities: { ...makeActivities(noRequests()) },
    sinks: ignoredSinks,
  });
  running = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await running;
  await env.teardown();
});

const received = { customer: { name: "客户A", contact: { phone: "+8613800000000" } }, channel: "phone" } as const;
const body = { with: "customer", channel: "phone", summary: "问进度" } as const;

test("200 commands at once on one order, by several people and processes: each is done once, or told to come again", async () => {
  const order = getOrder(env, QUEUE, "BUSY");
  await order.receive(by("sales_rep"), received);
  const processes = [1, 2].map(() => openEngine(env.client, { taskQueue: QUEUE }));
  const people: readonly Actor[] = ["sun.li", "he.qing", "qian.yu"].map((id) => ({ ...by("customer_service"), id }));
  let turnedAway = 0;
  /** Sends the command with the same key until it is answered. */
  async function ask(engine: Engine, actor: Actor, number: number): Promise<void> {
    const sent = commandInput(actor, body, { key: scopedKey(actor.id, `busy-${number}`) });
    for (;;) {
      const outcome = await engine.update("BUSY", "record-communication", sent);
      if (outcome.outcome === "answered") {
        expect(outcome.answer.events.map(({ event }) => event)).toEqual(["communication-recorded"]);
        return;
      }
      expect(["busy", "no-answer", "engine-away", "crowded"]).toContain(outcome.outcome);
      turnedAway += 1;
      await wait(50);
    }
  }
  await Promise.all(
    Array.from({ length: 200 }, async (_, number) => {
      const [engine, actor] = [processes[number % processes.length], people[number % people.length]];
      if (engine && actor) await ask(engine, actor, number);
    }),
  );
  const keys = (await order.history()).flatMap(({ event, key }) => (event === "communication-recorded" ? (key ?? "") : []));
  expect([keys.length, new Set(keys).size]).toEqual([200, 200]);
  expect(turnedAway).toBeGreaterThan(0);
});
