import type { Client } from "@temporalio/client";
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Random } from "./random.ts";

/** What somebody can do to an order's run with Temporal's own tools. */
export type Act = "cancel" | "terminate" | "reset" | "delete";

/** Puts an order's run back to after one of its workflow tasks: to the one at this part of its history, 0 to 1. */
async function reset(client: Client, orderNo: string, part: number): Promise<void> {
  const handle = client.workflow.getHandle(orderNo);
  const { runId } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const ends = (events ?? []).filter(({ workflowTaskCompletedEventAttributes: task }) => task).map(({ eventId }) => eventId);
  const workflowTaskFinishEventId = ends[Math.min(ends.length - 1, Math.floor(part * ends.length))];
  if (!workflowTaskFinishEventId) return;
  await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId: orderNo, runId },
    reason: "a test",
    requestId: randomUUID(),
    workflowTaskFinishEventId,
  });
}

/** Does it to an order; one that has ended meanwhile, or is not there, is left alone. */
export async function silence(client: Client, act: Act, orderNo: string, part = 0.5): Promise<void> {
  const handle = client.workflow.getHandle(orderNo);
  try {
    if (act === "cancel") await handle.cancel();
    else if (act === "terminate") await handle.terminate("a test");
    else if (act === "reset") await reset(client, orderNo, part);
    else
      await client.workflowService.deleteWorkflowExecution({
        namespace: client.options.namespace,
        workflowExecution: { workflowId: orderNo },
      });
  } catch (error) {
    if (!(error instanceof Error && /not found|already completed/iu.test(`${error.message} ${String(error.cause)}`))) throw error;
  }
}

interface SilencingOptions {
  readonly orderNos: readonly string[];
  readonly times: number;
  /** Between two acts, ms. */
  readonly pause: readonly [number, number];
  readonly going: () => boolean;
  /** Resolves when the order is carried on again. */
  readonly isBack: (orderNo: string) => Promise<void>;
  readonly tell: (line: string) => void;
}

/**
 * Does one of these after another to orders at random, and waits for each until it is carried on again. What is deleted takes with it
 * what is not recorded yet, so that is done to quiet orders only.
 * @returns how often each was done
 */
export async function silenceAtRandom(
  client: Client,
  random: Random,
  { orderNos, times, pause, going, isBack, tell }: SilencingOptions,
): Promise<Record<Exclude<Act, "delete">, number>> {
  const did = { cancel: 0, terminate: 0, reset: 0 };
  const began = Date.now();
  const coming: Promise<void>[] = [];
  for (let done = 0; done < times && going(); done += 1) {
    await wait(random.between(...pause));
    const [orderNo, act] = [random.pick(orderNos), random.pick(["cancel", "terminate", "reset"] as const)];
    await silence(client, act, orderNo, random.between(0, 100) / 100);
    did[act] += 1;
    tell(`${act} ${orderNo} at ${((Date.now() - began) / 1_000).toFixed(1)} s`);
    const back = isBack(orderNo);
    back.catch(() => undefined);
    coming.push(back);
  }
  await Promise.all(coming);
  return did;
}
