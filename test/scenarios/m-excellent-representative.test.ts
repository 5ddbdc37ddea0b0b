import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { proposalSchema, rewardsSchema } from "../../src/contracts/rewards.ts";
import { sharedGendan } from "../support/shared.ts";
import { sender } from "../support/people.ts";
import { until } from "../support/until.ts";
import { body, castOf, checked, delivered, done, inDays, making, prepared, shipped, trailOf, type Cast } from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  // A representative of this scenario's own, whose orders are no other's.
  cast = { ...(await castOf(gendan)), rep: await sender(gendan, "ma.li", "sales_rep") };
});

const told = z.object({
  asks: z.array(
    z.object({
      body: z.object({
        message: z.string(),
        to: z.array(z.object({ role: z.string(), id: z.string().optional() })),
        params: z.record(z.string(), z.unknown()),
      }),
    }),
  ),
});
const path = (id: string, what = "") => `/rewards/proposals/${encodeURIComponent(id)}${what}`;

/** Example M: the customers are content and nothing was late: excellent sales representative of the month, 500 CNY (R7.1). */
test("three orders told of in time and scored 5: excellent representative of the month, 500 CNY, decided by management", async () => {
  const { rep, manager, boss } = cast;
  const month = inDays(0).slice(0, 7);
  for (const orderNo of ["M-1", "M-2", "M-3"]) {
    await making(cast, orderNo);
    await checked(cast, orderNo);
    await prepared(cast, orderNo);
    await shipped(cast, orderNo, `SF-${orderNo}`);
    await delivered(cast, orderNo, `SF-${orderNo}`);
    await done(rep, orderNo, "confirm-receipt", { satisfaction: 5 });
  }
  const proposals = body(rewardsSchema, await manager.post(`/rewards/${month}`, {}), 200);
  const mine = proposals.items.filter(({ person }) => person === "ma.li");
  expect(mine).toMatchObject([
    {
      kind: "excellent-representative",
      rule: "R7.1",
      state: "waiting",
      proposed: [
        { measure: "bonus", amountFen: 50_000 },
        { measure: "leave", days: 1 },
      ],
    },
  ]);
  const id = mine[0]?.proposalId ?? "";
  // The evidence is events and duties of those orders, as anybody can read there.
  const { evidence, version, standing } = body(proposalSchema, await rep.get(path(id)), 200);
  expect(standing).toMatchObject({ late: 0, scores: 3, scoreSum: 15, score: 10_000 });
  expect(
    evidence
      .filter(({ score }) => score === 5)
      .map(({ orderNo }) => orderNo)
      .toSorted(),
  ).toEqual(["M-1", "M-2", "M-3"]);
  for (const orderNo of ["M-1", "M-2", "M-3"]) {
    const history = await trailOf(rep, orderNo);
    for (const cited of evidence.filter((each) => each.orderNo === orderNo)) {
      expect(history.find(({ number }) => number === cited.event)?.event).toBe(cited.name);
    }
  }
  // Others than management do not decide, and another representative does not see it.
  const decision = { version, decision: "approve", measure: "bonus", early: true, reason: "prompt, and the customers say so" };
  expect((await boss.post(path(id, "/decide"), decision)).status).toBe(403);
  expect((await (await sender(gendan, "li.na", "sales_rep")).get(path(id))).status).toBe(404);
  const key = { "idempotency-key": randomUUID() };
  const decided = body(proposalSchema, await manager.post(path(id, "/decide"), decision, key), 200);
  expect(decided).toMatchObject({
    state: "approved",
    decided: { measures: [{ measure: "bonus", amountFen: 50_000 }], by: { id: "chen.gang", role: "management" }, early: true },
  });
  expect(body(proposalSchema, await manager.post(path(id, "/decide"), decision, key), 200).version).toBe(version);
  const messages = async () =>
    told
      .parse(await (await fetch(`${gendan.urls["messages"] ?? ""}/state`)).json())
      .asks.filter(({ body: sent }) => sent.message === "reward-decided" && sent.params["proposalId"] === id);
  const [message, ...more] = await until(messages, ({ length }) => length > 0);
  expect(message?.body).toMatchObject({ to: [{ id: "ma.li" }], params: { state: "approved", amountFen: 50_000 } });
  expect(more).toEqual([]);
});
