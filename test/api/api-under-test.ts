import type { FastifyInstance } from "fastify";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { renewMonth, tellingsOf, type RewardsOptions } from "../../src/activities/rewards.ts";
import { buildApp } from "../../src/api/app.ts";
import type { Engine } from "../../src/temporal/engine.ts";
import { ProblemError, problemOfRefusal } from "../../src/api/responses/problem.ts";
import type { RewardsTelling } from "../../src/contracts/workflow-rewards.ts";
import type { Role } from "../../src/domain/people.ts";
import type { InspectionStart } from "../../src/contracts/workflow-routine.ts";
import { defaultRoutinePolicy } from "../../src/domain/routine/policy.ts";
import { defaultPolicy } from "../../src/domain/policy.ts";
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
  const reach = (): void => {
    if (weather.away) throw new ProblemError("unavailable", { detail: "engine-away", retryAfter: 2 });
  };
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
  const engine: Engine = {
    async ask(orderNo, command, input, start) {
      reach();
      if (weather.silent) throw new ProblemError("unavailable", { detail: "no-answer", retryAfter: 2 });
      const running =
        open(orderNo) ?? (start && !(start.fresh && runningOrders.has(orderNo)) ? openRunningOrder(start.argument) : undefined);
      if (!running) return undefined;
      const refusal = running.refuse(command, input, now());
      if (refusal) throw problemOfRefusal(refusal);
      const answer = running.carryOut(command, input, input.key ?? "", now());
      if ("refused" in answer) throw problemOfRefusal(answer);
      runningOrders.set(orderNo, running);
      await record(running);
      return answer;
    },
    async report(orderNo, command, input, start) {
      reach();
      const running =
        open(orderNo) ?? (start && !(start.fresh && runningOrders.has(orderNo)) ? openRunningOrder(start.argument) : undefined);
      if (!running) return false;
      running.takeOn(command, input, input.key ?? "", now());
      runningOrders.set(orderNo, running);
      await record(running);
      return true;
    },
    async repOf(orderNo) {
      if (weather.away) return "no-answer";
      const order = runningOrders.get(orderNo)?.order();
      return order ? { salesRep: order.salesRep } : "no-run";
    },
    lastRun: async (orderNo) => runningOrders.get(orderNo)?.history(),
    history: async (orderNo) => (weather.away || weather.silent ? "no-answer" : (open(orderNo)?.history() ?? "no-run")),
    async state(orderNo, key) {
      reach();
      return runningOrders.get(orderNo)?.commandState(key) ?? { state: "unknown" };
    },
    isReachable: async () => !weather.away,
    async inspect(start) {
      reach();
      inspections.push(start);
    },
    async spreadCalendar(calendar) {
      reach();
      for (const running of runningOrders.values()) running.setCalendar(calendar, now());
    },
    async renewRewards(month) {
      reach();
      await renewMonth(rewards, month);
    },
    async tellRewards(month) {
      reach();
      tellings.push(...(await tellingsOf(rewards, month)));
    },
  };
  const app = await buildApp({
    engine,
    db,
    verify: createVerifier(issuer.trust),
    policy: policyReader(db, defaultPolicy),
    routine: defaultRoutinePolicy,
    calendar: calendarReader(db),
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
