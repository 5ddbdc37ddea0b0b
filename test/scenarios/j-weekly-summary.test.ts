import { Client, Connection } from "@temporalio/client";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import readXlsx from "read-excel-file/node";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { encryptionCodec } from "../../src/temporal/codec/codec.ts";
import { openLocalKeys } from "../../src/temporal/codec/keys.ts";
import { weeklySchema } from "../../src/contracts/reports.ts";
import { weekBefore } from "../../src/domain/routine/period.ts";
import { sharedGendan } from "../support/shared.ts";
import { until } from "../support/until.ts";
import {
  body,
  castOf,
  DAY,
  done,
  eventsOf,
  inDays,
  making,
  messagesOf,
  order,
  owed,
  settled,
  timeFor,
  type Cast,
} from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  cast = await castOf(gendan);
});

/** What an operator does in the Temporal UI: runs the schedule now. What the run said, for the nth time that it was. */
async function trigger(scheduleId: string, nth: number): Promise<string> {
  const run = z.object({ temporalAddress: z.string() }).parse(JSON.parse(await readFile(join(gendan.home, "run.json"), "utf8")));
  const connection = await Connection.connect({ address: run.temporalAddress });
  const codec = encryptionCodec(await openLocalKeys(gendan.home));
  const client = new Client({ connection, dataConverter: { payloadCodecs: [codec] } });
  const schedule = client.schedule.getHandle(scheduleId);
  await schedule.trigger();
  const acted = await until(
    async () => (await schedule.describe()).info.recentActions,
    ({ length }) => length >= nth,
    60_000,
  );
  const workflowId = acted.at(-1)?.action.workflow.workflowId ?? "";
  await client.workflow.getHandle(workflowId).result();
  const { status } = await client.workflow.getHandle(workflowId).describe();
  await connection.close();
  return status.name;
}

const told = z.object({
  asks: z.array(
    z.object({
      body: z.object({
        message: z.string(),
        to: z.array(z.object({ role: z.string() })),
        params: z.record(z.string(), z.unknown()),
        texts: z.record(z.string(), z.object({ body: z.string() })),
      }),
    }),
  ),
});

/** Example J: nobody reported that the promise cannot be held; the weekly summary finds it, and the delay is open (R5.3, R3.3). */
test("the weekly summary finds a delay that nobody reported and opens it: the customer is told, and the summary says so", async () => {
  const { rep, boss, admin } = cast;
  // Promised for the day after tomorrow, not made, and three days on the way.
  await making(cast, "J-1", { date: inDays(2) });
  await making(cast, "J-2");
  expect((await order(rep, "J-1")).delays).toEqual([]);
  const { name: week } = weekBefore(Date.now());
  const path = `/reports/weekly/${week}`;
  expect((await boss.get(path)).status).toBe(404);

  // It says how things stood when it was due, to the second.
  const released = Date.now();
  await until(
    async () => Date.now(),
    (now) => now > released + 1_000,
  );
  expect(await trigger("weekly-summary", 1)).toBe("COMPLETED");
  const summary = body(weeklySchema, await admin.get(path), 200);
  const line = (orderNo: string) => summary.lines.find((each) => each.orderNo === orderNo);
  expect(line("J-1")).toMatchObject({
    customer: "客户A",
    salesRep: "li.na",
    stage: "making",
    promisedDate: inDays(2),
    sections: ["in_production", "at_risk"],
    delayFound: { why: "promise-out-of-reach", promisedDate: inDays(2), newFinish: inDays(0) },
  });
  expect(line("J-1")).not.toHaveProperty("notDelivered");
  expect(line("J-2")).toMatchObject({ sections: ["in_production"], delays: [] });
  expect(line("J-2")).not.toHaveProperty("delayFound");

  // The delay is open on the order, reported by the service in the order administrator's place.
  const found = await until(
    () => order(boss, "J-1"),
    ({ delays }) => delays.length > 0,
  );
  expect(found.delays).toMatchObject([{ state: "untold", promisedDate: inDays(2), forecastArrival: inDays(3) }]);
  expect((await order(boss, "J-2")).delays).toEqual([]);
  const duty = await owed(rep, "J-1", "tell-customer-of-delay");
  expect(duty).toMatchObject({ owner: { role: "sales_rep", id: "li.na" }, rule: "R3.3" });
  expect(timeFor(duty)).toBe(DAY);
  const trail = await eventsOf(boss, "J-1");
  expect(trail.slice(trail.indexOf("delay-reported"))).toEqual(expect.arrayContaining(["delay-reported", "delay-opened"]));
  await settled(rep, "J-1");
  expect((await messagesOf(gendan, "J-1")).filter(({ message }) => message === "delay").map(({ to }) => to)).toEqual([
    [{ role: "sales_rep", id: "li.na" }],
  ]);

  // The order administrator and the supervisor were told of the summary, which prints and is a workbook too.
  const messages = async () =>
    told
      .parse(await (await fetch(`${gendan.urls["messages"] ?? ""}/state?limit=200`)).json())
      .asks.filter(({ body: sent }) => sent.message === "weekly-summary");
  const [message, ...more] = await until(messages, ({ length }) => length > 0);
  expect(message?.body.to.map(({ role }) => role).toSorted()).toEqual(["order_admin", "supervisor"]);
  expect(Number(message?.body.params["found"])).toBeGreaterThanOrEqual(1);
  expect(message?.body.texts["en"]?.body).toContain(path);
  expect(more).toEqual([]);
  const authorization = `Bearer ${await gendan.token("chen.gang", "management")}`;
  const read = async (format: string) =>
    fetch(`${gendan.url}${path}.${format}`, { headers: { authorization, "accept-language": "en" } });
  expect(await (await read("html")).text()).toMatch(/Delayed \(\d+\)[\s\S]*J-1/u);
  expect(JSON.stringify(await readXlsx(Buffer.from(await (await read("xlsx")).arrayBuffer())))).toContain("J-1");
  expect((await rep.get(path)).status).toBe(403);

  // Told and agreed, as any delay.
  await done(rep, "J-1", "tell-customer-of-delay", {
    reason: "the housings came late",
    remedy: { kind: "freight" },
    newDate: inDays(6),
    channel: "phone",
  });
  expect((await done(rep, "J-1", "agree-remedy", { accepted: true })).promisedDate).toBe(inDays(6));

  // Triggered again, it is the same summary: how things stood then.
  expect(await trigger("weekly-summary", 2)).toBe("COMPLETED");
  expect(body(weeklySchema, await admin.get(path), 200)).toEqual(summary);
  expect(await messages()).toHaveLength(1);
});
