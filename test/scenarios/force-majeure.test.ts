import { beforeAll, expect, test } from "vitest";
import type { Bodies } from "../../src/domain/order/bodies.ts";
import { sharedGendan } from "../support/shared.ts";
import { sender } from "../support/people.ts";
import { until } from "../support/until.ts";
import {
  castOf,
  DAY,
  done,
  HOUR,
  inDays,
  largeMaking,
  order,
  owed,
  refused,
  taken,
  timeFor,
  trailOf,
  type Cast,
} from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  cast = await castOf(gendan);
});

function declared(from: number, until: number | undefined): Bodies["declare-force-majeure"] {
  return {
    what: "typhoon, no power in Zhongshan",
    from: new Date(from).toISOString(),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    evidence: "notice 2026-11 of the city",
  };
}

/** What a declaration exempts, as the order says now. */
async function exempts(orderNo: string, index = 0): Promise<unknown> {
  const declaration = (await order(cast.boss, orderNo)).forceMajeure[index];
  return declaration && "exempts" in declaration ? declaration.exempts : undefined;
}

/** R7.4: verified, it exempts; but the customer must still be told ahead and offered a solution. */
test("what is missed while it lasts carries no blame once it is verified, except telling the customer; and the last word holds", async () => {
  const { rep, boss, workshop } = cast;
  await largeMaking(cast, "Y-1");
  await taken(workshop, "Y-1", "report-delay", { cause: "typhoon", newFinish: inDays(22) });
  // Its week and its day are three seconds here; both pass.
  const late = async (duty: "update-progress" | "tell-customer-of-delay") =>
    (
      await until(
        () => owed(boss, "Y-1", duty),
        (each) => each?.state === "overdue",
      )
    )?.dutyId;
  const [progress, telling] = [await late("update-progress"), await late("tell-customer-of-delay")];

  const now = await done(rep, "Y-1", "declare-force-majeure", declared(Date.now() - HOUR, Date.now() + HOUR));
  const forceMajeureId = "forceMajeureId" in (now.forceMajeure[0] ?? {}) ? Object(now.forceMajeure[0]).forceMajeureId : "";
  const duty = await owed(boss, "Y-1", "verify-force-majeure");
  expect([duty?.owner, duty?.rule, timeFor(duty)]).toEqual([{ role: "supervisor", except: "li.na" }, "R7.4", 2 * DAY]);
  // Declared is not verified.
  expect(await exempts("Y-1")).toEqual([]);
  const promoted = await sender(gendan, "li.na", "supervisor");
  expect(await refused(promoted, "Y-1", "verify-force-majeure", { forceMajeureId, verified: true })).toBe("own-request");

  await done(boss, "Y-1", "verify-force-majeure", { forceMajeureId, verified: true });
  expect(await exempts("Y-1")).toEqual([progress]);
  expect(await owed(boss, "Y-1", "verify-force-majeure")).toBeUndefined();
  // The customer is still to be told, and that this is late is still late.
  expect(await owed(rep, "Y-1", "tell-customer-of-delay")).toMatchObject({ dutyId: telling, state: "overdue" });

  // Derived again whenever it is verified or not, from the record and not by editing it.
  const trail = () => trailOf(boss, "Y-1");
  const before = await trail();
  await done(cast.manager, "Y-1", "verify-force-majeure", { forceMajeureId, verified: false, note: "the power was on" });
  expect(await exempts("Y-1")).toEqual([]);
  await done(boss, "Y-1", "verify-force-majeure", { forceMajeureId, verified: true });
  expect(await exempts("Y-1")).toEqual([progress]);
  expect((await trail()).slice(0, before.length)).toEqual(before);

  // A breach stays one when it is made good, and stays exempted.
  await done(rep, "Y-1", "update-progress", { summary: "power is back", source: "workshop" });
  expect(await exempts("Y-1")).toEqual([progress]);
});

test("what was missed before or after it is not exempted, and wrong times are refused", async () => {
  const { rep, boss, admin } = cast;
  await largeMaking(cast, "Y-2");
  await until(
    () => owed(boss, "Y-2", "update-progress"),
    (each) => each?.state === "overdue",
  );
  const { status, body: problem } = await rep.send("Y-2", "declare-force-majeure", declared(Date.now(), Date.now() - HOUR));
  expect([status, problem]).toMatchObject([422, { errors: [{ path: "until" }] }]);
  await done(admin, "Y-2", "declare-force-majeure", declared(Date.now() - 2 * DAY, Date.now() - DAY));
  const second = await done(rep, "Y-2", "declare-force-majeure", declared(Date.now() + HOUR, undefined));
  for (const each of second.forceMajeure) {
    const forceMajeureId = each.forceMajeureId;
    await done(boss, "Y-2", "verify-force-majeure", { forceMajeureId, verified: true });
  }
  expect([await exempts("Y-2", 0), await exempts("Y-2", 1)]).toEqual([[], []]);
});
