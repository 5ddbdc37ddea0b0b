import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { checkActivities } from "../../src/activities/check.ts";
import { logisticsActivities } from "../../src/activities/logistics.ts";
import { messagesActivities } from "../../src/activities/messages.ts";
import { productionActivities } from "../../src/activities/production.ts";
import { warehouseActivities } from "../../src/activities/warehouse.ts";
import { buildApp } from "../../src/api/app.ts";
import { openApplication } from "../../src/application/application.ts";
import { startArgumentsFrom } from "../../src/application/start-argument.ts";
import { openEngine } from "../../src/temporal/engine.ts";
import { orderSchema } from "../../src/contracts/answers.ts";
import { QUERIES } from "../../src/contracts/workflow.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import type { Bodies, CommandName } from "../../src/domain/order/bodies.ts";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import { replay } from "../../src/domain/order/evolve.ts";
import { roles } from "../../src/domain/people.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { defaultRoutinePolicy } from "../../src/domain/routine/policy.ts";
import { openDatabase } from "../../src/records/database.ts";
import { behaviour, troubles, type Trouble } from "../../src/stand-ins/behaviour.ts";
import { asked, report } from "../../src/stand-ins/journal.ts";
import { systems } from "../../src/stand-ins/openapi.ts";
import { startStandIns } from "../../src/stand-ins/start.ts";
import { address, customer, entry } from "../domain/regular.ts";
import { bundle, devServer } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { ignoredSinks } from "../workflows/order-under-test.ts";
import { commandsLost, effectsWrong } from "./reckoning.ts";

/**
 * Orders from the call to the receipt, on a real engine with the real API, the real activities and stand-ins that are asked and report
 * over HTTP, while these are in trouble: the end is the end of orders that met none.
 */

type System = (typeof systems)[number];
type Behaviours = Partial<Readonly<Record<System, Partial<z.input<typeof behaviour>>>>>;

/** Tried again soon and often; a time-out is short, since some answers come only after it. */
const policy = { ...defaultPolicy, effects: { timeout: "PT2S", retryAfter: "PT0.05S", retryAtMost: "PT0.2S", attempts: 1_000 } };
const lines = [{ model: "LED-A60", specification: "E27 9W 3000K", quantity: 500, unitPriceFen: 3_500 }];
/** ms; what is reported of one ask, one after the other. */
const delays = {
  "report-lead-time": 1,
  "report-progress": 1,
  "finish-production": 2,
  "check-goods": 1,
  "arrange-transport": 1,
  dispatch: 1,
  "report-tracking": 2,
  "report-delivery": 3,
};

let env: TestWorkflowEnvironment;
let code: WorkflowBundle;
const stops: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  [env, code] = await Promise.all([devServer(), bundle()]);
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  await env.teardown();
});

const stateShown = z.object({ asks: z.array(asked), reports: z.array(report), hurried: z.array(z.string()) });

/** A house of its own: API, worker and stand-ins that behave like this. */
async function house(name: string, behaviours: Behaviours) {
  // Nobody keeps records here: the orders are enough.
  const db = openDatabase("postgres://127.0.0.1:1/none");
  const app = await buildApp({
    application: openApplication({
      engine: openEngine(env.client, { taskQueue: name }),
      db,
      makeStartArgument: startArgumentsFrom({ policy: async () => policy, calendar: async () => defaultCalendar }),
      restore: async () => "over",
      now: () => Date.now(),
    }),
    db,
    // The token of everybody here is their role and name.
    verify: async (token) => {
      const [role, id = ""] = token.split("/");
      return { id, roles: roles.filter((one) => one === role), kind: id.endsWith("stand-in") ? "machine" : "person" };
    },
    policy: async () => policy,
    routine: defaultRoutinePolicy,
    staff: async () => undefined,
    stopping: () => false,
    clocks: () => ({
      engine: "running",
      worker: "running",
      schedules: "running",
      duties: "running",
      records: "running",
      orders: "running",
    }),
    now: () => Date.now(),
    webhookNetworks: [],
    rateLimit: 1_000_000,
  });
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  const { urls, close } = await startStandIns({
    mode: "auto",
    gendanUrl: url,
    token: async (role, id) => `${role}/${id}`,
    delays,
  });
  for (const system of systems)
    await fetch(`${urls[system]}/control/behaviour`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(behaviours[system] ?? {}),
    });
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: name,
    workflowBundle: code,
    activities: {
      ...productionActivities({ url: urls.production }),
      ...warehouseActivities({ url: urls.warehouse }),
      ...logisticsActivities({ url: urls.logistics }),
      ...messagesActivities({ url: urls.messages }),
      ...checkActivities(async () => undefined),
    },
    sinks: ignoredSinks,
    shutdownGraceTime: 100,
  });
  const running = worker.run();
  stops.push(async () => {
    worker.shutdown();
    await Promise.all([running, close(), app.close(), db.destroy()]);
  });

  const ask = (who: string, path: string, body?: object): Promise<Response> =>
    fetch(`${url}${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${who}`, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  /** Somebody does their part as soon as the order is so far. */
  async function does<K extends CommandName>(who: string, orderNo: string, command: K, body: Bodies[K]): Promise<void> {
    const answer = async () => {
      const said = await ask(who, `/orders/${orderNo}/${command}`, body);
      return { status: said.status, text: await said.text() };
    };
    const { status, text } = await until(answer, (said) => said.status !== 409 && said.status !== 503, 120_000);
    if (status !== 200) throw new Error(`${command} was answered ${status}: ${text}`);
  }
  /** Whether nothing is being asked outside any more; who is told to come again (503) does not know yet. */
  async function quiet(orderNo: string): Promise<boolean> {
    const said = await ask("supervisor/wang", `/orders/${orderNo}`);
    const text = await said.text();
    if (said.status === 503) return false;
    if (said.status !== 200) throw new Error(`${orderNo} was answered ${said.status}: ${text}`);
    return orderSchema.parse(JSON.parse(text)).effects.every(({ state }) => state !== "pending");
  }

  async function carriedOut(orderNo: string): Promise<readonly OrderEvent[]> {
    const [rep, boss, admin] = ["sales_rep/li.na", "supervisor/wang", "order_admin/zhao"];
    const received = { orderNo, customer, lines, requestedDate: "2099-12-20", channel: "phone" };
    expect((await ask(rep, "/orders", received)).status).toBe(201);
    await does(rep, orderNo, "confirm", { lines, deliveryDate: "2099-12-20", channel: "phone" });
    await does(rep, orderNo, "enter", { ...entry, lines, requestedDate: "2099-12-20" });
    // A large order: how long it takes is known before it is made.
    await does(boss, orderNo, "acknowledge-special", {});
    await does(rep, orderNo, "inform-delivery-date", { date: "2099-12-20", channel: "phone" });
    await does(boss, orderNo, "sign", {});
    await does(admin, orderNo, "release", {});
    const window = { from: "2026-11-25T09:00:00+08:00", to: "2099-12-31T18:00:00+08:00", channel: "phone" } as const;
    await does(rep, orderNo, "confirm-receiving-time", window);
    await does(rep, orderNo, "confirm-shipping-data", { recipient: "陈先生", phone: "+8613800000000", address });
    await does(rep, orderNo, "confirm-receipt", { satisfaction: 5 });
    // What came of all that was asked has to be known before nothing more can come.
    await until(
      () => quiet(orderNo),
      (is) => is,
      120_000,
    );
    return env.client.workflow.getHandle(orderNo).query<readonly OrderEvent[]>(QUERIES.history);
  }

  return {
    /** Orders of these numbers, all at once, each to its end. */
    async orders(...orderNos: readonly string[]): Promise<ReadonlyMap<string, readonly OrderEvent[]>> {
      return new Map(await Promise.all(orderNos.map(async (orderNo) => [orderNo, await carriedOut(orderNo)] as const)));
    },
    async state(system: System) {
      return stateShown.parse(await (await fetch(`${urls[system]}/state`)).json());
    },
    async outside() {
      const states = await Promise.all(systems.map(async (system) => ({ system, ...(await this.state(system)) })));
      return {
        asks: states.flatMap(({ system, asks }) => asks.map((one) => ({ ...one, system }))),
        reports: states.flatMap(({ reports }) => reports),
        hurried: states.flatMap(({ hurried }) => hurried),
      };
    },
  };
}

/** What an order amounts to at its end, without numbers and times. */
function amounts(events: readonly OrderEvent[]) {
  const order = replay(events);
  const told = (message: object) => JSON.stringify("message" in message ? message.message : "");
  return {
    stage: order.stage,
    class: order.class,
    lines: order.lines,
    revision: order.revision,
    amountFen: order.amountFen,
    promisedDate: order.promisedDate,
    shipments: order.shipments.map(({ carrier, state, expectedArrival }) => ({ carrier, state, expectedArrival })),
    satisfaction: order.satisfaction,
    effects: order.effects.map(({ system, ask, state, data }) => `${system} ${ask} ${told(data)} ${state}`).toSorted(),
    // Whether the customer is told that it was dispatched before it arrives is chance.
    closed: order.closedDuties.map(({ duty, late }) => `${duty} ${late}`).toSorted(),
    open: order.discrepancies.filter(({ state }) => state === "open"),
    /** Who did what, by the command's own event. */
    done: events.map(({ command, event }) => `${command}: ${event}`).toSorted(),
  };
}

/** Each effect came once by its key, each report was taken on once, and nobody who asked for patience was asked again before. */
async function expectOnce(
  one: Awaited<ReturnType<typeof house>>,
  ended: ReadonlyMap<string, readonly OrderEvent[]>,
): Promise<void> {
  const { asks, reports, hurried } = await until(
    () => one.outside(),
    ({ reports: all }) => all.every(({ state }) => state !== "waiting"),
    120_000,
  );
  const orders = new Map([...ended].map(([orderNo, events]) => [orderNo, replay(events)]));
  expect(effectsWrong(orders, { events: ended, asks, reports })).toEqual([]);
  expect(commandsLost({ accepted: [], refused: [], requests: 0, unanswered: 0 }, { events: ended, asks, reports })).toEqual([]);
  expect(reports.map(({ state }) => state)).toEqual(reports.map(() => "accepted"));
  expect(hurried).toEqual([]);
}

let usual: ReturnType<typeof amounts>;
beforeAll(async () => {
  const calm = await house("calm", {});
  const ended = await calm.orders("CALM-1");
  usual = amounts(ended.get("CALM-1") ?? []);
  expect(usual).toMatchObject({ stage: "completed", open: [], satisfaction: 5 });
  await expectOnce(calm, ended);
});

test("outside systems in every trouble, request by request: same end, everything done once", { timeout: 300_000 }, async () => {
  const trouble: Readonly<Record<System, readonly Trouble[]>> = {
    production: ["fail", "busy", "garbage"],
    warehouse: ["late", "busy", "cut"],
    logistics: ["hang-up", "busy", "fail", "late"],
    messages: ["busy", "garbage", "late", "busy", "cut"],
  };
  expect(new Set(Object.values(trouble).flat())).toEqual(new Set(Object.keys(troubles)));
  const behaving = (system: System) => ({ troubles: [...trouble[system]], slowMs: 50, retryAfter: 1 });
  const troubled = await house("troubled", Object.fromEntries(systems.map((system) => [system, behaving(system)])));
  const ended = await troubled.orders("TROUBLED-1", "TROUBLED-2", "TROUBLED-3");
  for (const events of ended.values()) expect(amounts(events)).toEqual(usual);
  await expectOnce(troubled, ended);
  // Each had its trouble: what was done before its answer was lost was asked for again.
  for (const system of systems) {
    const lost = trouble[system].filter((each) => each !== "fail" && each !== "busy").length;
    const { asks } = await troubled.state(system);
    expect(asks.length).toBeGreaterThan(0);
    for (const { times } of asks) expect(times).toBeGreaterThanOrEqual(lost + 1);
  }
});

test(
  "every callback five times at once, an order's last first: same end, nothing is left for people",
  { timeout: 300_000 },
  async () => {
    const confused = await house(
      "confused",
      Object.fromEntries(systems.map((system) => [system, { copies: 5, backwards: true }])),
    );
    const ended = await confused.orders("CONFUSED-1", "CONFUSED-2", "CONFUSED-3");
    await expectOnce(confused, ended);
    for (const events of ended.values()) {
      // What came too early waited as a discrepancy, and was taken on when its time had come.
      const opened = events.filter(({ event }) => event === "discrepancy-opened");
      expect(opened.map(({ command }) => command)).toEqual(expect.arrayContaining(["report-delivery", "report-tracking"]));
      const end = amounts(events);
      // Whatever was overtaken by what it led to is on record, and changes nothing.
      const commands = (done: readonly string[]) => new Set(done.map((each) => each.split(":")[0]));
      expect({
        ...end,
        done: commands(end.done),
        closed: end.closed.filter((each) => !each.startsWith("resolve-discrepancy")),
      }).toEqual({
        ...usual,
        done: commands(usual.done),
      });
    }
  },
);
