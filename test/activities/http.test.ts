import { ApplicationFailure } from "@temporalio/common";
import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { askUrl } from "../../src/activities/http.ts";
import { logisticsActivities } from "../../src/activities/logistics.ts";
import { productionActivities } from "../../src/activities/production.ts";
import { warehouseActivities } from "../../src/activities/warehouse.ts";
import type { Ask, Dated } from "../../src/contracts/workflow.ts";
import type { EffectOutcome } from "../../src/domain/order/effects.ts";
import { activityWith } from "./environment.ts";
import { serverThat, type Received } from "./server.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function outside(answers: (received: Received, response: ServerResponse) => void) {
  const server = await serverThat(answers);
  closers.push(server.close);
  return server;
}

const shipping: Ask = {
  orderNo: "A-1",
  effectId: "A-1-30-logistics-ship",
  system: "logistics",
  ask: "ship",
  data: { recipient: "陈先生", phone: "+8613800000000" },
};

/** As Temporal runs it: in an activity's context. */
async function ship(url: string, time = 2_000, env = activityWith(time), ask = shipping): Promise<EffectOutcome> {
  const asked = Date.now();
  const { at = 0, ...outcome } = await env.run(async (): Promise<Dated> => logisticsActivities({ url }).askLogistics(ask));
  expect(at).toBeGreaterThanOrEqual(asked);
  return outcome;
}

async function failureOf(doing: Promise<unknown>): Promise<ApplicationFailure> {
  const error: unknown = await doing.then(
    (value) => new Error(`succeeded with ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof ApplicationFailure) return error;
  throw error;
}

function answering(status: number, body: string, headers: Record<string, string> = {}) {
  return (_received: Received, response: ServerResponse) => void response.writeHead(status, headers).end(body);
}

describe("asking an outside system", () => {
  it("posts the order's number and data under the ask, with the effect's id as Idempotency-Key", async () => {
    const { url, received } = await outside(answering(200, '{"reference":"L-7"}'));
    expect(await ship(`${url}/base`)).toEqual({ result: "done", detail: "L-7" });
    expect(received).toHaveLength(1);
    expect(received[0]?.url).toBe("/base/ship");
    expect(received[0]?.headers["idempotency-key"]).toBe("A-1-30-logistics-ship");
    expect(JSON.parse(received[0]?.body ?? "")).toEqual({ orderNo: "A-1", recipient: "陈先生", phone: "+8613800000000" });
  });

  it("posts the same bytes again when the order was restored from the records, which keep fields in another order", async () => {
    const { url, received } = await outside(answering(200, "{}"));
    const address = { province: "广东", city: "中山", street: "古镇路 1 号" };
    const asJsonb = { city: "中山", street: "古镇路 1 号", province: "广东" };
    await ship(url, 2_000, undefined, { ...shipping, data: { recipient: "陈先生", phone: "1", address } });
    await ship(url, 2_000, undefined, { ...shipping, data: { phone: "1", address: asJsonb, recipient: "陈先生" } });
    expect(received[1]?.body).toBe(received[0]?.body);
    expect(received[1]?.headers["idempotency-key"]).toBe(received[0]?.headers["idempotency-key"]);
  });

  it("is done without a reference, and with fields that are unknown", async () => {
    const { url } = await outside(answering(201, '{"more":1}'));
    expect(await ship(url)).toEqual({ result: "done" });
  });

  it.each([
    [500, ""],
    [503, "down"],
    [408, ""],
    [429, ""],
    [302, ""],
  ])("tries again after %i", async (status, body) => {
    const { url, received } = await outside(answering(status, body, { location: "/elsewhere" }));
    const failure = await failureOf(ship(url));
    expect(failure).toMatchObject({
      nonRetryable: false,
      type: "outside-unavailable",
      message: `logistics ship: answered ${status}`,
    });
    expect(failure.nextRetryDelay ?? undefined).toBeUndefined();
    expect(received).toHaveLength(1);
  });

  it.each([429, 503])("honours Retry-After of a %i", async (status) => {
    const { url } = await outside(answering(status, "", { "retry-after": "7" }));
    expect((await failureOf(ship(url))).nextRetryDelay).toBe(7_000);
  });

  it.each(["<html>hello", "", "[]", '"done"', '{"reference":{}}', "x".repeat(300_000)])(
    "tries again after a 200 that is unreadable: %.20s",
    async (body) => {
      const { url } = await outside(answering(200, body));
      expect((await failureOf(ship(url))).message).toBe("logistics ship: answered 200 with something unreadable");
    },
  );

  it("tries again when nobody answers in time, and says nothing of what was sent", async () => {
    const { url } = await outside(() => undefined);
    const failure = await failureOf(ship(url, 150));
    expect(failure).toMatchObject({ nonRetryable: false, message: "logistics ship: time-out" });
  });

  it("also when the answer begins in time and does not end", async () => {
    const { url } = await outside((_received, response) => void response.writeHead(200).write('{"refer'));
    expect((await failureOf(ship(url, 150))).message).toBe("logistics ship: time-out");
  });

  it("tries again when the connection ends without an answer, or there is none", async () => {
    const { url, close } = await serverThat((_received, response) => void response.socket?.destroy());
    expect((await failureOf(ship(url))).message).toMatch(/^logistics ship: network error/);
    await close();
    expect((await failureOf(ship(url))).message).toBe("logistics ship: network error ECONNREFUSED");
  });

  it("ends when the activity is cancelled", async () => {
    const { url } = await outside(() => undefined);
    const env = activityWith(60_000);
    const asked = failureOf(ship(url, 0, env));
    env.cancel();
    expect((await asked).message).toBe("logistics ship: cancelled");
  });

  it.each([400, 401, 404, 409, 422])("takes %i as refused for good, with the problem's detail", async (status) => {
    const { url } = await outside(
      answering(status, '{"title":"No","detail":"no such\\ncarrier"}', { "content-type": "application/problem+json" }),
    );
    expect(await ship(url)).toEqual({ result: "refused", detail: "no such carrier" });
  });

  it("names the status of a refusal that gives no reason", async () => {
    const { url } = await outside(answering(403, "<html>"));
    expect(await ship(url)).toEqual({ result: "refused", detail: "answered 403" });
  });

  it("asks each system under its own name", async () => {
    const { url, received } = await outside(answering(200, "{}"));
    const env = activityWith(2_000);
    await env.run(async () => productionActivities({ url }).askProduction({ ...shipping, system: "production", ask: "place" }));
    await env.run(async () => warehouseActivities({ url }).askWarehouse({ ...shipping, system: "warehouse", ask: "hand-out" }));
    expect(received.map((one) => one.url)).toEqual(["/place", "/hand-out"]);
  });
});

it("puts an ask below a base with or without a path", () => {
  expect(askUrl("http://a", "tell")).toBe("http://a/tell");
  expect(askUrl("http://a/b", "tell")).toBe("http://a/b/tell");
  expect(askUrl("http://a/b/", "call-off")).toBe("http://a/b/call-off");
});
