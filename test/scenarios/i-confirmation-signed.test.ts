import { beforeAll, expect, test } from "vitest";
import type { Bodies } from "../../src/domain/order/bodies.ts";
import { sharedGendan } from "../support/shared.ts";
import { sender } from "../support/people.ts";
import { address, castOf, customer, done, entered, eventsOf, inDays, order, refused, trailOf, type Cast } from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  cast = await castOf(gendan);
});

const lamp = { model: "CRYSTAL-1", specification: "K9 600mm", quantity: 200 } as const;
/** 9,000 CNY: no large order. */
const lines: Bodies["confirm"]["lines"] = [{ ...lamp, unitPriceFen: 4_500 }];

/** Example I: 200 crystal lamps; the representative fills in the order confirmation, the supervisor signs it (R5.2, R5.3). */
test("the confirmation sheet of 200 crystal lamps is signed by the supervisor and goes to the order administrator", async () => {
  const { rep, boss, admin } = cast;
  await entered(cast, "I-1", { lines });
  expect(await refused(boss, "I-1", "acknowledge-special", {})).toBe("not-special");
  expect(await refused(admin, "I-1", "release", {})).toBe("not-in-stage");
  expect((await rep.send("I-1", "sign", {})).status).toBe(403);
  expect((await admin.send("I-1", "sign", {})).status).toBe(403);
  const signed = await done(boss, "I-1", "sign", {});
  expect(signed).toMatchObject({ status: "pending_confirmation", stage: "signed", amountFen: 900_000 });
  expect(signed.terms).toMatchObject([{ revision: 1, terms: { lines, promisedDate: inDays(20) } }]);
  expect(signed.duties.map(({ duty, owner }) => [duty, owner.role])).toEqual([["release", "order_admin"]]);
  expect(await refused(boss, "I-1", "sign", {})).toBe("not-in-stage");
});

test("a refused signature returns it with the reason, and the wait starts anew", async () => {
  const { rep, boss, admin } = cast;
  const first = (await entered(cast, "I-2", { lines })).duties.find(({ duty }) => duty === "sign");
  expect((await boss.post("/orders/I-2/refuse-signature", {})).status).toBe(422);
  const returned = await done(boss, "I-2", "refuse-signature", { reason: "price differs from the offer" });
  expect(returned).toMatchObject({ status: "pending_confirmation", stage: "returned" });
  expect(returned.duties.map(({ duty, owner }) => [duty, owner])).toEqual([
    ["correct-entry", { role: "sales_rep", id: "li.na" }],
  ]);
  const trail = await trailOf(rep, "I-2");
  expect(trail.at(-1)).toMatchObject({ actor: { id: "wang.fang" }, reason: "price differs from the offer" });
  expect(await refused(boss, "I-2", "sign", {})).toBe("not-in-stage");

  const mended: Bodies["enter"] = {
    customer,
    lines: [{ ...lamp, unitPriceFen: 4_800 }],
    custom: null,
    deliveryAddress: address,
    requestedDate: inDays(21),
    selfChecked: true,
  };
  const again = await done(rep, "I-2", "correct-entry", mended);
  expect(again).toMatchObject({ stage: "entered", revision: 2, promisedDate: inDays(21), amountFen: 960_000 });
  const second = again.duties.find(({ duty }) => duty === "sign");
  expect(second?.dutyId).not.toBe(first?.dutyId);
  expect(Date.parse(second?.dueAt ?? "")).toBeGreaterThan(Date.parse(first?.dueAt ?? ""));

  // The order administrator's check returns it just so, and the signature is void.
  await done(boss, "I-2", "sign", {});
  const back = await done(admin, "I-2", "refuse-release", { reason: "specification lacks the colour temperature" });
  expect(back.stage).toBe("returned");
  expect(back.duties.map(({ duty }) => duty)).toEqual(["correct-entry"]);
  await done(rep, "I-2", "correct-entry", mended);
  expect(await refused(admin, "I-2", "release", {})).toBe("not-in-stage");
  await done(boss, "I-2", "sign", {});
  expect(await done(admin, "I-2", "release", {})).toMatchObject({ status: "in_production", stage: "making" });
});

test("nobody signs or releases what they entered themselves, whatever roles they hold", async () => {
  await entered(cast, "I-3", { lines });
  const promoted = await sender(gendan, "li.na", "supervisor");
  expect(await refused(promoted, "I-3", "sign", {})).toBe("own-entry");
  expect(await refused(promoted, "I-3", "refuse-signature", { reason: "mine" })).toBe("own-entry");
  expect(await refused(await sender(gendan, "li.na", "management"), "I-3", "sign", {})).toBe("own-entry");
  expect(await order(cast.rep, "I-3")).toMatchObject({ stage: "entered" });
  expect(await eventsOf(cast.boss, "I-3")).toEqual(["received", "confirmed", "entered"]);
  await done(cast.boss, "I-3", "sign", {});
  expect(await refused(await sender(gendan, "li.na", "order_admin"), "I-3", "release", {})).toBe("own-entry");
});
