import type { TestWorkflowEnvironment } from "@temporalio/testing";
import type { WorkflowBundle } from "@temporalio/worker";
import { WorkflowUpdateFailedError } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR, iso } from "../../src/domain/time.ts";
import { isOver } from "../../src/domain/order/clock.ts";
import { duties } from "../../src/domain/order/duties.ts";
import type { Order } from "../../src/domain/order/state.ts";
import { by } from "../domain/order-fixture.ts";
import { playing, randomFrom, type Move, type Play } from "../domain/model/play.ts";
import { bundle, timeSkipping } from "../support/engines.ts";
import { until } from "../support/until.ts";
import {
  commandInput,
  noRequests,
  getOrder,
  makeActivities,
  waitUntilSettled,
  withWorker,
  type OrderUnderTest,
} from "./order-under-test.ts";

const ORDERS = 3;
const MOVES = 60;
const SEED = Number(process.env["MODEL_SEED"] ?? 20_261_123);

let env: TestWorkflowEnvironment;
let code: WorkflowBundle;
beforeAll(async () => {
  [env, code] = await Promise.all([timeSkipping(), bundle()]);
}, 120_000);
afterAll(async () => {
  await env.teardown();
});

/** Sends a played command on the engine, as an update or a signal. Answers the refusal code, if it was refused. */
async function sent(order: OrderUnderTest, { command, reported }: Move): Promise<string | undefined> {
  const { command: name, actor, body, at } = command;
  const sending = commandInput(actor, body, { at: iso(at) });
  if (reported) {
    await order.handle.signal(name, sending);
    const state = await until(
      () => order.state(sending.key ?? ""),
      (answer) => answer.state !== "unknown" && answer.state !== "waiting",
    );
    return state.state === "refused" ? state.refusal.refused : undefined;
  }
  try {
    await order.handle.executeUpdate(name, { args: [sending] });
    return undefined;
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)) throw error;
    return error.cause.message;
  }
}

test(
  `on the engine too: ${ORDERS} orders of ${MOVES} random commands each agree with the model, step by step`,
  { timeout: 240_000 },
  async () => {
    const began = performance.now();
    for (let number = 0; number < ORDERS; number++) {
      const start = await env.currentTimeMs();
      const play = playing(randomFrom(SEED + number), new Map(), { now: start, by: by("sales_rep") });
      const seen = noRequests();
      const order = getOrder(env, `model-${number}`, `SO-model-${number}`);
      await withWorker(env, `model-${number}`, makeActivities(seen), code, async () => {
        const { opening } = play;
        if (opening.command !== "receive") throw new Error("an order begins with receive");
        await order.receive(opening.actor, opening.body);
        for (let move = 0; move < MOVES; move++) {
          if (move % 9 === 8) await env.sleep(7 * HOUR);
          if (isOver(await compared(order, play), play.now())) break;
          const made = play.move();
          expect(await sent(order, made), made.command.command).toBe(made.refused);
        }
        // When nothing is owed any more the workflow has ended. Otherwise it is terminated: an activity under way would stop the engine's time.
        if (isOver(await compared(order, play), play.now())) await order.handle.result();
        else await order.handle.terminate();
      });
    }
    console.log(`${ORDERS} orders of ${MOVES} commands on the engine in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  },
);

/** Compares the engine's order with the played one, once its requests are settled. Answers the played one. */
async function compared(order: OrderUnderTest, play: Play): Promise<Order> {
  await waitUntilSettled(order);
  play.passTo(await env.currentTimeMs());
  const [view, played] = [await order.read(), play.order()];
  const last = play.events().at(-1)?.command;
  expect([view.stage, view.cancelling, view.promisedDate, view.revision], last).toEqual([
    played.stage,
    played.cancelling !== undefined && played.stage !== "cancelled",
    played.promisedDate,
    played.revision,
  ]);
  const open = duties(played, play.now()).map(({ dutyId }) => dutyId);
  expect(view.duties.map(({ dutyId }) => dutyId).toSorted(), last).toEqual(open.toSorted());
  expect((await order.history()).length, last).toBe(play.events().length);
  return played;
}
