import type { FastifyInstance } from "fastify";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { renewMonth, tellingsOf, type RewardsOptions } from "../../src/activities/rewards.ts";
import { buildApp } from "../../src/api/app.ts";
import { openApplication, type Application } from "../../src/application/application.ts";
import { startArgumentsFrom } from "../../src/application/start-argument.ts";
import type { Engine } from "../../src/temporal/engine.ts";
import type { OrderStart } from "../../src/temporal/order-start.ts";
import type { StartOutcome } from "../../src/temporal/outcomes.ts";
import type { RewardsTelling } from "../../src/contracts/workflow-rewards.ts";
import type { Role } from "../../src/domain/people.ts";
import type { InspectionStart } from "../../src/contracts/workflow-routine.ts";
import { defaultRoutinePolicy } from "../../src/domain/routine/policy.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { defaultRewardsPolicy } from "../../src/domain/routine/rewards-policy.ts";
import type { Ms } from "../../src/domain/time.ts";
import { openLocalIssuer } from "../../src/identity/local-keys.ts";
import { createVerifier } from "../../src/identity/verify.ts";
import type { Database } from "../../src/records/database.ts";
import { calendarReader, policyReader, staffReader } from "../../src/records/versions.ts";
import { lastEventOf } from "../../src/records/read.ts";
import { publish } from "../../src/records/write.ts";
import { parseNetworks } from "../../src/webhooks/addresses.ts";
import { openRunningOrder, type RunningOrder } from "../../src/workflows/order/running-order.ts";
import { MONDAY } from "../domain/order-fixture.ts";
import { openRecords } from "../records/fixture.ts";

/** The API with an engine in memory: the running orders are those of the workflow, without Temporal. */
export interface Stage {
  readonly app: FastifyInstance;
  readonly runningOrders: Map<string, RunningOrder>;
  /** What was asked to be inspected. */
  readonly inspections: readonly InspectionStart[];
  readonly db: Database;
  readonly application: Application;
  readonly engine: Engine;
  /** The engine is away while this is true; no worker answers while that is. */
  readonly weather: { away: boolean; silent: boolean };
  /** What was to be told of rewards and penalties. */
  readonly tellings: RewardsTelling[];
  readonly rewards: RewardsOptions;
  clock: Ms;
  token(id: string, role: Role, machine?: boolean): Promise<string>;
  end(): Promise<void>;
}

/** `lines`: where what is logged goes. */
export async function openStage(lines?: string[]): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "gendan-api-"));
  const [issuer, records] = await Promise.all([openLocalIssuer(folder), openRecords()]);
  const { db } = records;
  const runningOrders = new Map<string, RunningOrder>();
  const inspections: InspectionStart[] = [];
  const weather = { away: false, silent: false };
  const stage = { clock: MONDAY };
  const now = (): Ms => stage.clock;
  async function record(running: RunningOrder): Promise<void> {
    for (let more = true; more;) {
      const publication = running.publication(await lastEventOf(db, running.order()?.orderNo ?? ""), now());
      if (publication) await publish(db, publication);
      more = publication?.more === true;
    }
  }
  /** The open run of an order; ended ones are gone, as in the engine. */
  const open = (orderNo: string): RunningOrder | undefined => {
    const running = runningOrders.get(orderNo);
    return running?.isOver(now()) ? undefined : running;
  };
  const staff = staffReader(db, undefined);
  const rewards: RewardsOptions = { db, policy: async () => defaultRewardsPolicy, staff, now };
  const tellings: RewardsTelling[] = [];
  /** The run that a command goes to, opened where it may be. */
  const runFor = (orderNo: string, start: OrderStart | undefined): RunningOrder | undefined =>
    open(orderNo) ?? (start && !(start.isNew && runningOrders.has(orderNo)) ? openRunningOrder(start.argument) : undefined);
  const away = { outcome: "engine-away" } as const;
  async function started(work: () => unknown): Promise<StartOutcome> {
    if (weather.away) return away;
    await work();
    return { outcome: "started" };
  }
  const engine: Engine = {
    async update(orderNo, command, input, start) {
      if (weather.away) return away;
      if (weather.silent) return { outcome: "no-answer" };
      const running = runFor(orderNo, start);
      if (!running) return { outcome: start ? "already-exists" : "no-run" };
      const refusal = running.refuse(command, input, now());
      if (refusal) return { outcome: "refused", refusal };
      const answer = running.carryOut(command, input, input.key ?? "", now());
      if ("refused" in answer) return { outcome: "refused", refusal: answer };
      runningOrders.set(orderNo, running);
      await record(running);
      return { outcome: "answered", answer };
    },
    async signal(orderNo, command, input, start) {
      if (weather.away) return away;
      const running = runFor(orderNo, start);
      if (!running) return { outcome: start ? "already-exists" : "no-run" };
      running.takeReport(command, input, input.key ?? "", now());
      runningOrders.set(orderNo, running);
      await record(running);
      return { outcome: "taken-in" };
    },
    async salesRep(orderNo) {
      if (weather.away) return away;
      const order = runningOrders.get(orderNo)?.order();
      return order ? { outcome: "answered", answer: order.salesRep } : { outcome: "no-run" };
    },
    async lastRunHistory(orderNo) {
      const running = runningOrders.get(orderNo);
      return running ? { outcome: "answered", answer: running.history() } : { outcome: "no-run" };
    },
    async history(orderNo) {
      if (weather.away || weather.silent) return { outcome: "no-answer" };
      const running = open(orderNo);
      return running ? { outcome: "answered", answer: running.history() } : { outcome: "no-run" };
    },
    async commandState(orderNo, key) {
      if (weather.away) return away;
      return { outcome: "answered", answer: runningOrders.get(orderNo)?.commandState(key) ?? { state: "unknown" } };
    },
    isReachable: async () => !weather.away,
    inspect: (start) => started(() => inspections.push(start)),
    spreadCalendar: (calendar) =>
      started(() => {
        for (const running of runningOrders.values()) running.setCalendar(calendar, now());
      }),
    renewRewards: (month) => started(() => renewMonth(rewards, month)),
    tellRewards: (month) => started(async () => tellings.push(...(await tellingsOf(rewards, month)))),
  };
  const policy = policyReader(db, defaultPolicy);
  const application = openApplication({
    engine,
    db,
    makeStartArgument: startArgumentsFrom({ policy, calendar: calendarReader(db) }),
    restore: async () => "over",
    now,
  });
  const app = await buildApp({
    application,
    db,
    verify: createVerifier(issuer.trust),
    policy,
    routine: defaultRoutinePolicy,
    staff,
    stopping: () => false,
    clocks: () => ({
      engine: "running",
      worker: "running",
      schedules: "running",
      duties: "running",
      records: "running",
      orders: "running",
    }),
    now,
    webhookNetworks: parseNetworks("127.0.0.0/8"),
    rateLimit: 100_000,
    ...(lines ? { logger: pino({ level: "trace" }, { write: (text: string) => void lines.push(text) }) } : {}),
  });
  await app.ready();
  return Object.assign(stage, {
    app,
    db,
    application,
    engine,
    runningOrders,
    inspections,
    weather,
    tellings,
    rewards,
    token: (id: string, role: Role, machine = false) => issuer.issueToken({ id, roles: [role], machine }),
    async end() {
      await app.close();
      await records.end();
      await rm(folder, { recursive: true });
    },
  });
}
