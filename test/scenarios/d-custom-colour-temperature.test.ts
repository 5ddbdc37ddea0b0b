import { beforeAll, expect, test } from "vitest";
import type { Bodies } from "../../src/domain/order/bodies.ts";
import { sharedGendan } from "../support/shared.ts";
import {
  askedOf,
  castOf,
  done,
  entered,
  eventsOf,
  HOUR,
  inDays,
  order,
  owed,
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

const custom = { brief: "colour temperature 3500K, CRI 95" };
const lines: Bodies["confirm"]["lines"] = [
  { model: "LED-T8", specification: "18W 3500K CRI95", quantity: 60, unitPriceFen: 5_000 },
];
const dearer = lines.map((line) => ({ ...line, unitPriceFen: 5_800 }));

/** Example D: a custom colour temperature; the design department settles it, then the customer confirms price and date (R2.3). */
test("a custom colour temperature: design settled, lead time known, final price and date confirmed, then signed", async () => {
  const { rep, boss, admin, designer, workshop } = cast;
  const now = await entered(cast, "D-1", { lines, custom });
  expect(now).toMatchObject({ class: { large: false, custom: true }, custom, amountFen: 300_000 });
  expect(now.duties.map(({ duty, owner }) => `${duty} ${owner.role}`).toSorted()).toEqual([
    "acknowledge-special supervisor",
    "settle-design design",
  ]);
  expect(timeFor(await owed(rep, "D-1", "settle-design"))).toBe(24 * HOUR);
  // How long it takes is asked when it is known what is to be made.
  await settled(rep, "D-1");
  expect(await askedOf(gendan, "production", "D-1")).toEqual([]);
  await done(boss, "D-1", "acknowledge-special", {});
  expect(await refused(rep, "D-1", "confirm-final-terms", { accepted: true, channel: "visit" })).toBe("design-not-settled");

  const settledDesign = await done(designer, "D-1", "settle-design", { reference: "DWG-2026-118 rev A" });
  expect(settledDesign.duties.map(({ duty }) => duty)).toEqual(["report-lead-time"]);
  expect(await refused(rep, "D-1", "confirm-final-terms", { accepted: true, channel: "visit" })).toBe("lead-time-unknown");
  await taken(workshop, "D-1", "report-lead-time", { days: 18 });
  expect(timeFor(await owed(rep, "D-1", "confirm-final-terms"))).toBe(24 * HOUR);
  expect(await refused(rep, "D-1", "inform-delivery-date", { date: inDays(25), channel: "phone" })).toBe("not-large");
  expect(await refused(boss, "D-1", "sign", {})).toBe("special-open");

  const final = { accepted: true, lines: dearer, date: inDays(24), channel: "visit" } as const;
  const agreed = await done(rep, "D-1", "confirm-final-terms", final);
  expect(agreed).toMatchObject({ amountFen: 348_000, promisedDate: inDays(24), revision: 2 });
  expect(agreed.terms).toMatchObject([{ terms: { lines, promisedDate: inDays(20) } }, { terms: { lines: dearer, custom } }]);
  await done(boss, "D-1", "sign", {});
  expect(await done(admin, "D-1", "release", {})).toMatchObject({ stage: "making", plannedFinish: inDays(18), delays: [] });
  await settled(rep, "D-1");
  const placed = (await askedOf(gendan, "production", "D-1")).filter(({ ask }) => ask === "place");
  expect(placed.map(({ body }) => [body["custom"], body["lines"]])).toEqual([[custom, dearer]]);
});

test("final terms that the customer does not accept send the design back, and all of it is owed again", async () => {
  const { rep, boss, designer, workshop } = cast;
  await entered(cast, "D-2", { lines, custom });
  await done(boss, "D-2", "acknowledge-special", {});
  await done(designer, "D-2", "settle-design", { reference: "DWG-2026-119 rev A" });
  await taken(workshop, "D-2", "report-lead-time", { days: 18 });
  const { status, body: problem } = await rep.send("D-2", "confirm-final-terms", { accepted: false, channel: "phone" });
  expect([status, problem]).toMatchObject([422, { errors: [{ path: "why" }] }]);
  const back = await done(rep, "D-2", "confirm-final-terms", { accepted: false, channel: "phone", why: "too bluish" });
  expect(back.duties.map(({ duty }) => duty)).toEqual(["settle-design"]);
  expect(await refused(boss, "D-2", "sign", {})).toBe("special-open");
  await done(designer, "D-2", "settle-design", { reference: "DWG-2026-119 rev B" });
  await taken(workshop, "D-2", "report-lead-time", { days: 20 });
  await done(rep, "D-2", "confirm-final-terms", { accepted: true, date: inDays(26), channel: "phone" });
  expect((await done(boss, "D-2", "sign", {})).stage).toBe("signed");
  expect((await order(rep, "D-2")).promisedDate).toBe(inDays(26));
  expect((await eventsOf(rep, "D-2")).filter((event) => /^(design|final|lead)/u.test(event))).toEqual([
    "design-settled",
    "lead-time-reported",
    "final-terms-declined",
    "design-settled",
    "lead-time-reported",
    "final-terms-accepted",
  ]);
});

test("large and custom at once: one acknowledgement, and the final terms are the telling of the date", async () => {
  const { rep, boss, designer, workshop } = cast;
  const many = lines.map((line) => ({ ...line, quantity: 600 }));
  expect(await entered(cast, "D-3", { lines: many, custom })).toMatchObject({ class: { large: true, custom: true } });
  await done(boss, "D-3", "acknowledge-special", {});
  await done(designer, "D-3", "settle-design", { reference: "DWG-2026-120" });
  expect(timeFor(await owed(rep, "D-3", "report-lead-time"))).toBe(12 * HOUR);
  await taken(workshop, "D-3", "report-lead-time", { days: 30 });
  expect(await refused(rep, "D-3", "inform-delivery-date", { date: inDays(35), channel: "phone" })).toBe(
    "custom-needs-final-terms",
  );
  const agreed = await done(rep, "D-3", "confirm-final-terms", { accepted: true, date: inDays(35), channel: "visit" });
  expect(agreed.duties.map(({ duty }) => duty)).toEqual(["sign"]);
  expect(timeFor(agreed.duties[0])).toBe(2 * HOUR);
});
