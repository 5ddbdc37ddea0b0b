import type { ActivateInput } from "@temporalio/workflow";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import type { WorkflowBundle } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_HANDLED } from "../../src/contracts/workflow.ts";
import { interceptors } from "../../src/workflows/no-look-ahead.ts";
import { by } from "../domain/given.ts";
import { customer } from "../domain/regular.ts";
import { bundle, devServer } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { nothingSeen, onStage, willing, withWorker, type OrderOnStage } from "./stage.ts";

const R = by("sales_rep");

describe("on an engine", () => {
  let env: TestWorkflowEnvironment;
  let code: WorkflowBundle;
  beforeAll(async () => {
    [env, code] = await Promise.all([devServer(), bundle()]);
  }, 120_000);
  afterAll(() => env.teardown());

  const working = <T>(body: () => Promise<T>) => withWorker(env, "ahead", willing(nothingSeen()), code, body);
  /** From the Temporal CLI: its time is that of its workflow task. */
  const said = (order: OrderOnStage, summary: string) =>
    order.handle.signal("record-communication", { actor: R, body: { with: "customer", channel: "phone", summary } });

  async function received(orderNos: readonly string[]): Promise<OrderOnStage[]> {
    const orders = orderNos.map((orderNo) => onStage(env, "ahead", orderNo));
    await working(async () => {
      for (const order of orders) await order.receive(R, { customer, salesRep: "li.na" });
      // Nothing is under way any more.
      for (const order of orders)
        await until(
          () => order.read(),
          ({ effects }) => effects.every(({ state }) => state === "done"),
        );
    });
    return orders;
  }

  test("a query that waits for a worker, with an event after it, does not change what the order knows", async () => {
    // Whether the worker takes up the query first, or the workflow task, is chance.
    const orders = await received(Array.from({ length: 8 }, (_, index) => `SO-ahead-${index}`));
    // One that the engine gives up, as no worker comes for long on a busy machine, does no harm either.
    const asked = orders.map((order) => order.history().catch(() => undefined));
    for (const order of orders) await said(order, "later");
    const live = await working(async () => {
      await Promise.all(asked);
      return Promise.all(
        orders.map((order) =>
          until(
            () => order.history(),
            (events) => events.some(({ event }) => event === "communication-recorded"),
          ),
        ),
      );
    });
    const replayed = await working(() => Promise.all(orders.map((order) => order.history())));
    expect(replayed).toEqual(live);
    for (const order of orders) await order.handle.terminate();
  });

  test("an order that was terminated with events unhandled answers what was handled", async () => {
    const [order] = await received(["SO-ahead-terminated"]);
    if (!order) throw new Error("no order");
    const before = await working(() => order.history());
    await order.send("record-communication", R, { with: "customer", channel: "phone", summary: "never handled" });
    await order.handle.terminate();
    expect(await working(() => order.history())).toEqual(before);
  });
});

describe("what is handed over", () => {
  type Activation = ActivateInput["activation"];
  const first: Activation["timestamp"] = { nanos: 1 };
  const second: Activation["timestamp"] = { nanos: 2 };
  const answer = [{ resolveActivity: { seq: 1 } }];
  const update = [{ doUpdate: { id: "1" } }];
  const query = [{ queryWorkflow: { queryId: "1" } }];

  /** Which of the activations, one after the other, reach the workflow; those that fail are named. */
  function handed(...activations: readonly Partial<Activation>[]): string[] {
    const activate = interceptors().internals?.[0]?.activate;
    if (!activate) throw new Error("nothing is intercepted");
    return activations.map((activation) => {
      let reached = "kept back";
      try {
        activate({ activation, batchIndex: 0 }, () => (reached = "handed"));
      } catch (error) {
        return error instanceof Error ? error.message.replace(/^.*: /u, "") : "";
      }
      return reached;
    });
  }

  test.each([
    [
      "a workflow task each",
      [
        { timestamp: first, historyLength: 3, jobs: answer },
        { timestamp: second, historyLength: 9, jobs: update },
      ],
      ["handed", "handed"],
    ],
    [
      "two of one time in a replay",
      [
        { timestamp: first, historyLength: 3, jobs: answer, isReplaying: true },
        { timestamp: first, historyLength: 9, jobs: answer, isReplaying: true },
      ],
      ["handed", "handed"],
    ],
    [
      "an activity cancelled within the workflow task",
      [
        { timestamp: first, historyLength: 3, jobs: update },
        { timestamp: first, historyLength: 3, jobs: answer },
      ],
      ["handed", "handed"],
    ],
    [
      "a query of what was handled",
      [
        { timestamp: first, historyLength: 3, jobs: answer, isReplaying: true },
        { timestamp: first, historyLength: 3, jobs: query, isReplaying: true },
      ],
      ["handed", "handed"],
    ],
    [
      "an event for a query, the query, and a workflow task all the same",
      [
        { timestamp: first, historyLength: 3, jobs: answer, isReplaying: true },
        { timestamp: first, historyLength: 6, jobs: answer },
        { timestamp: first, historyLength: 6, jobs: query, isReplaying: true },
        { timestamp: second, historyLength: 8, jobs: answer },
      ],
      ["handed", "kept back", "to be asked again", "to be replayed"],
    ],
    [
      "an event for a query of a closed workflow",
      [
        { timestamp: first, historyLength: 3, jobs: answer, isReplaying: true },
        { timestamp: first, historyLength: 6, jobs: answer },
        { timestamp: first, historyLength: 6, jobs: [{ queryWorkflow: { headers: { [AS_HANDLED]: {} } } }], isReplaying: true },
      ],
      ["handed", "kept back", "handed"],
    ],
    [
      "a workflow task for a query, and its update afterwards",
      [
        { timestamp: first, historyLength: 3, jobs: answer, isReplaying: true },
        { timestamp: second, historyLength: 6, jobs: answer },
        { timestamp: second, historyLength: 6, jobs: query, isReplaying: true },
        { timestamp: second, historyLength: 6, jobs: update },
      ],
      ["handed", "handed", "handed", "to be replayed"],
    ],
  ])("%s", (_, activations, expected) => {
    expect(handed(...activations)).toEqual(expected);
  });
});
