import { WithStartWorkflowOperation, type WorkflowHandle } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type InjectedSinks, type WorkflowBundle } from "@temporalio/worker";
import {
  ORDER_WORKFLOW,
  QUERIES,
  type CommandAnswer,
  type CommandInput,
  type CommandState,
  type OrderActivities,
  type OrderSinks,
  type Publication,
  type StartOrder,
  type Tell,
} from "../../src/contracts/workflow.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import type { Bodies, CommandName } from "../../src/domain/order/bodies.ts";
import { RULES, type OrderEvent } from "../../src/domain/order/events.ts";
import type { OrderView } from "../../src/domain/order/view.ts";
import type { Actor } from "../../src/domain/people.ts";
import { type Policy } from "../../src/domain/policy.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { by } from "../domain/order-fixture.ts";
import { until } from "../support/until.ts";

/** What the activities of an order were asked to do. */
export interface OutsideRequests {
  readonly tells: Tell[];
  readonly asks: { readonly system: string; readonly ask: string; readonly effectId: string }[];
}

/** Activities that succeed at once, and note what they were asked in `seen`. A test replaces the one that it is about. */
export function makeActivities(seen: OutsideRequests, other: Partial<OrderActivities> = {}): OrderActivities {
  const ask: OrderActivities["askProduction"] = async ({ system, ask: what, effectId }) => {
    seen.asks.push({ system, ask: what, effectId });
    return { result: "done", at: Date.now() };
  };
  const activities: OrderActivities = {
    check: async () => [],
    askProduction: ask,
    askWarehouse: ask,
    askLogistics: ask,
    tell: async (messages) => {
      seen.tells.push(...messages);
      return messages.map(({ effectId, message }) => ({ effectId, result: "done", reached: message.to, at: Date.now() }));
    },
    tellAgain: async (message) => {
      seen.tells.push(message);
      return { effectId: message.effectId, result: "done", reached: message.message.to, at: Date.now() };
    },
    ...other,
  };
  return activities;
}

export function noRequests(): OutsideRequests {
  return { tells: [], asks: [] };
}

/** Nobody listens: no records are written. */
export const ignoredSinks: InjectedSinks<OrderSinks> = { records: { changed: { fn: () => undefined } } };

/** Runs a worker while `body` runs. */
export async function withWorker<T>(
  env: TestWorkflowEnvironment,
  taskQueue: string,
  activities: OrderActivities,
  workflowBundle: WorkflowBundle,
  body: () => Promise<T>,
  sinks: InjectedSinks<OrderSinks> = ignoredSinks,
): Promise<T> {
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle,
    activities: { ...activities },
    sinks,
    maxCachedWorkflows: 50,
    shutdownGraceTime: 1_000,
  });
  return worker.runUntil(body);
}

let keys = 0;

export function commandInput(actor: Actor, body: object, more: Partial<CommandInput> = {}): CommandInput {
  keys += 1;
  return { actor, body, key: `key-${keys}`, hash: `hash-${keys}`, checked: true, ...more };
}

/** What an answered command changed, and the order after it. */
export interface Answered extends CommandAnswer {
  readonly order: OrderView;
}

/** An order on an engine, and what a test does with it. */
export interface OrderUnderTest {
  readonly handle: WorkflowHandle;
  receive(actor: Actor, body: Bodies["receive"]): Promise<Answered>;
  ask<K extends CommandName>(name: K, actor: Actor, body: Bodies[K], more?: Partial<CommandInput>): Promise<Answered>;
  send<K extends CommandName>(name: K, actor: Actor, body: Bodies[K], more?: Partial<CommandInput>): Promise<string>;
  read(): Promise<OrderView>;
  history(): Promise<readonly OrderEvent[]>;
  /** All pages of what records would be told that hold no event yet. */
  publication(): Promise<Publication>;
  state(key: string): Promise<CommandState>;
}

export function getOrder(
  env: TestWorkflowEnvironment,
  taskQueue: string,
  orderNo: string,
  start: Partial<StartOrder> = {},
  policy: Policy = defaultPolicy,
): OrderUnderTest {
  const handle = env.client.workflow.getHandle(orderNo);
  const read = () => handle.query<OrderView, [Actor]>(QUERIES.order, by("supervisor"));
  const answered = async (answer: CommandAnswer): Promise<Answered> => ({ ...answer, order: await read() });
  return {
    handle,
    receive: (actor, body) =>
      env.client.workflow
        .executeUpdateWithStart<(start: StartOrder) => Promise<void>, CommandAnswer, [CommandInput]>("receive", {
          args: [commandInput(actor, body)],
          startWorkflowOperation: new WithStartWorkflowOperation<(start: StartOrder) => Promise<void>>(ORDER_WORKFLOW, {
            workflowId: orderNo,
            taskQueue,
            args: [{ orderNo, policy, calendar: defaultCalendar, rules: RULES, ...start }],
            workflowIdConflictPolicy: "USE_EXISTING",
          }),
        })
        .then(answered),
    ask: (name, actor, body, more) =>
      handle.executeUpdate<CommandAnswer, [CommandInput]>(name, { args: [commandInput(actor, body, more)] }).then(answered),
    async send(name, actor, body, more) {
      const sent = commandInput(actor, body, { receivedAt: new Date(await env.currentTimeMs()).toISOString(), ...more });
      await handle.signal<[CommandInput]>(name, sent);
      return sent.key ?? "";
    },
    read,
    history: () => handle.query<readonly OrderEvent[]>(QUERIES.history),
    async publication() {
      const first = await handle.query<Publication, [number]>(QUERIES.publication, 0);
      const events = [...first.events];
      let last = first;
      while (last.more) {
        last = await handle.query<Publication, [number]>(QUERIES.publication, events.at(-1)?.number ?? 0);
        events.push(...last.events);
      }
      return { ...last, events };
    },
    state: (key) => handle.query<CommandState, [string]>(QUERIES.command, key),
  };
}

/** Waits until every request to an outside system is settled, so that what is counted afterwards is the same in every run. */
export function waitUntilSettled(order: OrderUnderTest): Promise<OrderView> {
  return until(
    () => order.read(),
    ({ effects }) => effects.every(({ state }) => state !== "pending"),
  );
}
