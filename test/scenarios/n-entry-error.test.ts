import { beforeAll, expect, test } from "vitest";
import { problemSchema } from "../../src/contracts/problem.ts";
import { proposalSchema, rewardsSchema } from "../../src/contracts/rewards.ts";
import { sharedGendan } from "../support/shared.ts";
import { sender } from "../support/people.ts";
import {
  body,
  castOf,
  checked,
  DAY,
  delivered,
  done,
  eventsOf,
  inDays,
  making,
  order,
  owed,
  prepared,
  refused,
  shipped,
  timeFor,
  type Cast,
} from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  cast = await castOf(gendan);
});

/** Example N: an entry error, and the customer complains (R7.3). What it costs is proposed from what is recorded here. */
test("4000K was entered instead of 3000K: the customer complains after the receipt, it is made good, and the error is on record", async () => {
  const { rep, service, boss } = cast;
  const wrong = [{ model: "LED-A60", specification: "E27 9W 4000K", quantity: 100, unitPriceFen: 3_500 }];
  await making(cast, "N-1", { lines: wrong });
  await checked(cast, "N-1");
  await prepared(cast, "N-1");
  await shipped(cast, "N-1", "SF-N1");
  await delivered(cast, "N-1", "SF-N1");
  expect(await done(rep, "N-1", "confirm-receipt", { satisfaction: 2 })).toMatchObject({ status: "completed", duties: [] });

  const complained = await done(service, "N-1", "record-complaint", { about: "4000K came, 3000K was ordered by telephone" });
  expect(complained.status).toBe("completed");
  const duty = await owed(service, "N-1", "handle-complaint");
  expect([duty?.owner.role, duty?.rule, timeFor(duty)]).toEqual(["customer_service", "R7.3", 2 * DAY]);
  const complaintId = duty?.about ?? "";

  // The remedy is customer service's; whose error it was is the supervisor's to say.
  const remedy = "100 lamps of 3000K sent, the others fetched";
  const { status, body: problem } = await service.send("N-1", "resolve-complaint", {
    complaintId,
    remedy,
    entryError: true,
    fault: "li.na",
  });
  expect([status, problem]).toMatchObject([409, { reason: "supervisor-decides" }]);
  const remedied = await done(service, "N-1", "resolve-complaint", { complaintId, remedy });
  expect(remedied.duties).toEqual([]);
  const judged = { complaintId, remedy, entryError: true, fault: "li.na" } as const;
  // Nobody judges their own fault, whatever roles they hold.
  expect(await refused(await sender(gendan, "li.na", "supervisor"), "N-1", "resolve-complaint", judged)).toBe("own-request");
  const end = await done(boss, "N-1", "resolve-complaint", judged);
  expect(end.complaints).toMatchObject([
    {
      complaintId,
      resolved: { remedy, by: { id: "sun.li" } },
      judged: { entryError: true, fault: "li.na", by: { id: "wang.fang", role: "supervisor" } },
    },
  ]);
  expect(await order(rep, "N-1")).toMatchObject({ status: "completed", duties: [] });
  const events = await eventsOf(boss, "N-1");
  expect(events.filter((event) => event.startsWith("complaint-"))).toEqual([
    "complaint-recorded",
    "complaint-resolved",
    "complaint-resolved",
  ]);
  expect(events.slice(0, 3)).toEqual(["received", "confirmed", "entered"]);

  // 100 CNY, proposed with the evidence, decided by management; the representative sees it and objects, others see nothing.
  const { manager } = cast;
  const month = body(rewardsSchema, await manager.post(`/rewards/${inDays(0).slice(0, 7)}`, {}), 200);
  const fine = month.items.find(({ proposalId }) => proposalId.endsWith(`:entry-error:N-1:${complaintId}`));
  expect(fine).toMatchObject({ person: "li.na", rule: "R7.3", proposed: [{ measure: "fine", amountFen: 10_000 }] });
  const path = `/rewards/proposals/${encodeURIComponent(fine?.proposalId ?? "")}`;
  expect((await (await sender(gendan, "ma.li", "sales_rep")).get(path)).status).toBe(404);
  const { version, evidence } = body(proposalSchema, await rep.get(path), 200);
  expect(evidence.map(({ orderNo, name }) => `${orderNo} ${name}`)).toEqual([
    "N-1 entered",
    "N-1 complaint-recorded",
    "N-1 complaint-resolved",
  ]);
  const decision = { version, decision: "approve", early: true, reason: "3000K was said on the telephone" };
  const own = await (await sender(gendan, "li.na", "management")).post(`${path}/decide`, decision);
  expect([own.status, own.body]).toMatchObject([409, { reason: "own-proposal" }]);
  expect(body(proposalSchema, await manager.post(`${path}/decide`, decision), 200)).toMatchObject({
    state: "approved",
    decided: { measures: [{ measure: "fine", amountFen: 10_000 }] },
  });
  const objection = await rep.post(`${path}/object`, { reason: "the customer's own mail says 4000K" });
  expect(body(proposalSchema, objection, 200).state).toBe("objected");
});

test("a complaint of an order that runs is no less one, and what is wrong in its body is said", async () => {
  const { rep, service } = cast;
  await making(cast, "N-2");
  const empty = body(problemSchema, await rep.send("N-2", "record-complaint", { about: "" }), 422);
  expect((empty.errors ?? []).map(({ path }) => path)).toEqual(["about"]);
  await done(rep, "N-2", "record-complaint", { about: "nobody called back" });
  expect(await owed(service, "N-2", "handle-complaint")).toMatchObject({ owner: { role: "customer_service" } });
  expect((await order(rep, "N-2")).stage).toBe("making");
});
