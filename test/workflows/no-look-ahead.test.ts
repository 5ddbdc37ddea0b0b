import type { ActivateInput } from "@temporalio/workflow";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import type { WorkflowBundle } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_HANDLED } from "../../src/contracts/workflow.ts";
import { interceptors } from "../../src/workflows/no-look-ahead.ts";
import { by } from "../domain/order-fixture.ts";
import { customer } from "../domain/regular.ts";
import { bundle, devServer } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { noRequests, getOrder, makeActivities, withWorker, type OrderUnderTest } from "./order-under-test.ts";

const R = by("sales_rep");

describe("on an engine", () => {
  let env: TestWorkflowEnvironment;
  let code: WorkflowBundle;
  beforeAll(async () => {
    [env, code] = await Promise.all([devServer(), bundle()]);
  }, 120_000);
  afterAll(() => env.teardown());

  const working = <T>(body: () => Promise<T>) => withWorker(env, "ahead", makeActivities(noRequests()), code, body);
  /** Sends a signal as the Temporal CLI does: it has no time of its own, and takes that of its workflow task. */
  const sendSignal = (order: OrderUnderTest, summary: string) =>
    order.handle.signal("record-communication", { actor: R, body: { with: "customer", channel: "phone", summary } });

  async function received(orderNos: readonly string[]): Promise<OrderUnderTest[]> {
    const orders = orderNos.map((orderNo) => getOrder(env, "ahead", orderNo));
    await working(async () => {
      for (const order of orders) await order.receive(R, { customer, salesRep: "li.na" });
      // Wait until nothing is pending: the next event is then the signal.
      for (const order of orders)
        await until(
          () => order.read(),
          ({ effects }) => effects.every(({ state }) => state === "done"),
        );
    });
    return orders;
  }

  test("a query that waits for a worker, with an event after it, does not change the order's events", async () => {
    // Which the worker takes first, the query or the workflow task, is a race.
    const orders = await received(Array.from({ length: 8 }, (_, index) => `SO-ahead-${index}`));
    // On a busy machine the engine may give a query up. The test holds all the same.
    const asked = orders.map((order) => order.history().catch(() => undefined));
    for (const order of orders) await sendSignal(order, "later");
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

  test("an order that was terminated with an event unhandled answers from the events before it", async () => {
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
  const [first, second] = [{ nanos: 1 }, { nanos: 2 }] as const;
  const answer = [{ resolveActivity: { seq: 1 } }];
  const update = [{ doUpdate: { id: "1" } }];
  const query = [{ queryWorkflow: { queryId: "1" } }];
  const queryOfClosed = [{ queryWorkflow: { headers: { [AS_HANDLED]: {} } } }];
  type Jobs = NonNullable<Activation["jobs"]>;
  const live = (timestamp: { nanos: number }, historyLength: number, jobs: Jobs): Activation => ({
    timestamp,
    historyLength,
    jobs,
  });
  const replayed = (...what: Parameters<typeof live>): Activation => ({ ...live(...what), isReplaying: true });

  /** What becomes of each activation, one after the other: it reaches the workflow, is kept back, or fails with a message. */
  function handed(...activations: readonly Activation[]): string[] {
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
    ["a workflow task each", [live(first, 3, answer), live(second, 9, update)], ["handed", "handed"]],
    ["two of one time in a replay", [replayed(first, 3, answer), replayed(first, 9, answer)], ["handed", "handed"]],
    ["an activity cancelled within the workflow task", [live(first, 3, update), live(first, 3, answer)], ["handed", "handed"]],
    ["a query of what was handled", [replayed(first, 3, answer), replayed(first, 3, query)], ["handed", "handed"]],
    [
      "an event for a query, the query, and a workflow task all the same",
      [replayed(first, 3, answer), live(first, 6, answer), replayed(first, 6, query), live(second, 8, answer)],
      ["handed", "kept back", "to be asked again", "to be replayed"],
    ],
    [
      "an event for a query of a closed workflow",
      [replayed(first, 3, answer), live(first, 6, answer), replayed(first, 6, queryOfClosed)],
      ["handed", "kept back", "handed"],
    ],
    [
      "a workflow task for a query, and its update afterwards",
      [replayed(first, 3, answer), live(second, 6, answer), replayed(second, 6, query), live(second, 6, update)],
      ["handed", "handed", "handed", "to be replayed"],
    ],
  ])("%s", (_, activations, expected) => {
    expect(handed(...activations)).toEqual(expected);
  });
});
