import { beforeAll, expect, test } from "vitest";
import type { Bodies } from "../../src/domain/order/bodies.ts";
import { sharedGendan } from "../support/shared.ts";
import {
  askedOf,
  castOf,
  customer,
  done,
  entered,
  HOUR,
  inDays,
  messagesOf,
  order,
  owed,
  address,
  refused,
  settled,
  taken,
  timeFor,
  type Cast,
} from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  cast = await castOf(gendan);
});

const lines: Bodies["confirm"]["lines"] = [
  { model: "SMART-L1", specification: "E27 12W 2700-6500K Zigbee", quantity: 500, unitPriceFen: 12_000 },
];

/** Example C: 500 smart lamps; production's capacity is assessed, and the customer is told to expect them in 30 days (R2.3). */
test("500 smart lamps: the supervisor knows ahead, production says how long, the customer is told 30 days, and all is quicker", async () => {
  const { rep, boss, admin, workshop } = cast;
  const now = await entered(cast, "C-1", { lines });
  expect(now).toMatchObject({ class: { large: true, custom: false }, amountFen: 6_000_000, promisedDate: inDays(20) });
  expect(now.duties.map(({ duty }) => duty).toSorted()).toEqual(["acknowledge-special", "report-lead-time"]);
  await settled(rep, "C-1");

  // The supervisor is told ahead, in both languages, with what it is about.
  const special = (await messagesOf(gendan, "C-1")).filter(({ message }) => message === "special");
  expect(special.map(({ to }) => to)).toEqual([[{ role: "supervisor" }]]);
  expect(special[0]?.texts["zh"]?.body).toContain("60,000.00");
  expect(timeFor(await owed(boss, "C-1", "acknowledge-special"))).toBe(HOUR);

  // Production is asked how long it needs, within half the usual time.
  expect((await askedOf(gendan, "production", "C-1")).map(({ ask, body }) => [ask, body["lines"]])).toEqual([
    ["quote-lead-time", lines],
  ]);
  expect(timeFor(await owed(boss, "C-1", "report-lead-time"))).toBe(12 * HOUR);

  // Nothing is signed before all of it is done, and the refusal says what is missing.
  const { status, body: problem } = await boss.send("C-1", "sign", {});
  expect([status, problem]).toMatchObject([
    409,
    { reason: "special-open", detail: expect.stringContaining("report the lead time") },
  ]);
  await done(boss, "C-1", "acknowledge-special", { note: "line 2 is kept free for it" });
  expect(await refused(rep, "C-1", "inform-delivery-date", { date: inDays(30), channel: "phone" })).toBe("lead-time-unknown");
  await taken(workshop, "C-1", "report-lead-time", { days: 27 });
  await settled(rep, "C-1");
  const told = (await messagesOf(gendan, "C-1")).filter(({ message }) => message === "lead-time");
  expect(told.map(({ to, params }) => [to, params["finishDate"]])).toEqual([[[{ role: "sales_rep", id: "li.na" }], inDays(27)]]);
  expect(timeFor(await owed(rep, "C-1", "inform-delivery-date"))).toBe(2 * HOUR);
  expect(await refused(boss, "C-1", "sign", {})).toBe("special-open");

  // 27 days to make and three to travel: the customer is told 30 days, and that is the promise from now on.
  const informed = await done(rep, "C-1", "inform-delivery-date", { date: inDays(30), channel: "phone" });
  expect(informed).toMatchObject({ promisedDate: inDays(30), requestedDate: inDays(20), revision: 2 });

  // Signed and released in two hours each instead of four.
  expect(timeFor(await owed(boss, "C-1", "sign"))).toBe(2 * HOUR);
  await done(boss, "C-1", "sign", {});
  expect(timeFor(await owed(admin, "C-1", "release"))).toBe(2 * HOUR);
  const released = await done(admin, "C-1", "release", {});
  expect(released).toMatchObject({ status: "in_production", plannedFinish: inDays(27), promisedDate: inDays(30), delays: [] });
});

test("the class follows the terms: it is computed again when the entry is corrected, up and down", async () => {
  const { rep, boss, workshop } = cast;
  expect(await entered(cast, "C-2")).toMatchObject({ class: { large: false } });
  expect(timeFor(await owed(boss, "C-2", "sign"))).toBe(4 * HOUR);
  const entry: Bodies["correct-entry"] = {
    customer,
    lines,
    custom: null,
    deliveryAddress: address,
    requestedDate: inDays(40),
    selfChecked: true,
  };
  // The customer wants more: it is large now, what large orders need is owed, and nothing is signed before.
  const large = await done(rep, "C-2", "correct-entry", entry);
  expect(large.class).toEqual({ large: true, custom: false });
  expect(large.duties.map(({ duty }) => duty).toSorted()).toEqual(["acknowledge-special", "report-lead-time"]);
  expect(await refused(boss, "C-2", "sign", {})).toBe("special-open");
  await taken(workshop, "C-2", "report-lead-time", { days: 20 });
  await done(rep, "C-2", "inform-delivery-date", { date: inDays(35), channel: "phone" });

  // Other lines void the lead time and the date that were for the last ones.
  const more = await done(rep, "C-2", "correct-entry", { ...entry, lines: lines.map((line) => ({ ...line, quantity: 800 })) });
  expect(more.duties.map(({ duty }) => duty).toSorted()).toEqual(["acknowledge-special", "report-lead-time"]);

  // And fewer again: what is owed of a large order lapses, and it can be signed.
  const few = await done(rep, "C-2", "correct-entry", { ...entry, lines: lines.map((line) => ({ ...line, quantity: 10 })) });
  expect(few).toMatchObject({ class: { large: false }, amountFen: 120_000 });
  expect(few.duties.map(({ duty }) => duty)).toEqual(["sign"]);
  expect((await done(boss, "C-2", "sign", {})).stage).toBe("signed");
  expect((await order(rep, "C-2")).promisedDate).toBe(inDays(40));
});
