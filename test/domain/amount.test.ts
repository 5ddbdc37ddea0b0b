import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Bodies, CommandName } from "../../src/domain/order/bodies.ts";
import { amountOf } from "../../src/domain/order/terms.ts";
import { isRefusal } from "../../src/domain/order/refusals.ts";
import type { Actor } from "../../src/domain/people.ts";
import { addDays, dayOf } from "../../src/domain/time.ts";
import { attempt, by, type Story } from "./order-fixture.ts";
import { entry, lines, upTo } from "./regular.ts";
import { given } from "./scenario.ts";

const R = by("sales_rep");
const A = by("order_admin");
const S = by("supervisor");
const P = by("production");
const phone = "phone" as const;
const late = { cause: "material short", newFinish: "2026-12-22" };
const telling = (valueFen: number) => ({
  reason: "material short",
  remedy: { kind: "discount" as const, valueFen },
  newDate: "2026-12-25",
  channel: phone,
});
const worth = (unitPriceFen: number) => lines.map((each) => ({ ...each, unitPriceFen }));

describe("nobody is given more than the order comes to", () => {
  test("a remedy above the amount is refused, and says which field; the whole amount is not", () => {
    const delayed = given(upTo("leadTime")).when("report-delay", P, late);
    for (const kind of ["discount", "freight", "other"] as const) {
      const remedy = { kind, valueFen: 900_000 };
      expect(attempt(delayed.story, "tell-customer-of-delay", R, { ...telling(0), remedy })).toEqual({
        refused: "remedy-above-amount",
        details: { field: "remedy.valueFen", valueFen: 900_000, amountFen: 350_000 },
      });
    }
    const told = delayed.when("tell-customer-of-delay", R, telling(350_000));
    told.refuses("agree-remedy", R, { accepted: true, remedy: { kind: "discount", valueFen: 350_001 } }, "remedy-above-amount");
    told.when("agree-remedy", R, { accepted: true }).has({ amountFen: 0, discountFen: 350_000 });
  });

  test("lines that come to less than what was allowed are refused, wherever lines are said", () => {
    const allowed = given(upTo("sign"))
      .when("report-delay", A, late)
      .when("tell-customer-of-delay", R, telling(300_000))
      .when("agree-remedy", R, { accepted: true });
    allowed.refuses("correct-entry", R, { ...entry, lines: worth(2_999), requestedDate: "2026-12-28" }, "amount-below-discount");
    const released = allowed.when("release", A);
    const change = { kind: "price" as const, revision: released.order.revision, why: "asked" };
    released
      .refuses("request-change", R, { ...change, patch: { lines: worth(2_999) } }, "amount-below-discount")
      .when("request-change", R, { ...change, patch: { lines: worth(3_000) } });
  });

  test("a remedy is agreed with the change in view that is open", () => {
    const changing = given(upTo("leadTime"))
      .when("report-delay", P, late)
      .when("tell-customer-of-delay", R, telling(200_000))
      .when("request-change", R, { kind: "price", patch: { lines: worth(1_000) }, revision: 1, why: "asked" });
    expect(attempt(changing.story, "agree-remedy", R, { accepted: true })).toMatchObject({
      refused: "remedy-above-amount",
      details: { field: "remedy", amountFen: 100_000 },
    });
  });

  const fen = fc.nat({ max: 700_000 });
  const price = fc.nat({ max: 7_000 });
  type Doing = readonly [name: CommandName, actor: Actor, body: (story: Story) => Bodies[CommandName]];
  const openChange = ({ order }: Story) => order?.changes.at(-1)?.changeId ?? "";
  const days = ({ now }: Story, count: number) => addDays(dayOf(now), count);
  const doing: fc.Arbitrary<Doing> = fc.oneof(
    fc
      .nat({ max: 300 })
      .map((count): Doing => ["report-delay", P, (story) => ({ cause: `cause ${count}`, newFinish: days(story, 40 + count) })]),
    fen.map((valueFen): Doing => ["tell-customer-of-delay", R, (story) => ({ ...telling(valueFen), newDate: days(story, 900) })]),
    fen.map((valueFen): Doing => ["agree-remedy", R, () => ({ accepted: true, remedy: { kind: "discount", valueFen } })]),
    fc.constant<Doing>(["agree-remedy", R, () => ({ accepted: true })]),
    price.map((each): Doing => [
      "request-change",
      R,
      ({ order }) => ({ kind: "price", patch: { lines: worth(each) }, revision: order?.revision ?? 0, why: "asked" }),
    ]),
    fen.map((extraCostFen): Doing => [
      "assess-change",
      A,
      (story) => ({ changeId: openChange(story), feasible: true, extraCostFen }),
    ]),
    fc.constant<Doing>(["accept-change", R, (story) => ({ changeId: openChange(story), channel: phone })]),
    fc.constant<Doing>(["sign", S, (story) => ({ changeId: openChange(story) })]),
    fc.constant<Doing>(["answer-amendment", P, (story) => ({ changeId: openChange(story), accepted: true })]),
  );

  test("whatever is agreed, changed and charged, in whatever order, an amount is what it adds up to and never below nothing", () => {
    let discounted = 0;
    fc.assert(
      fc.property(fc.array(doing, { minLength: 20, maxLength: 60 }), (all) => {
        let story = upTo("leadTime");
        for (const [name, actor, body] of all) {
          const after = attempt(story, name, actor, body(story));
          if (!isRefusal(after)) story = after;
          const { order } = story;
          if (!order) throw new Error("no order");
          expect(order.amountFen).toBe(amountOf(order.lines) + order.extraFen - order.discountFen);
          expect(order.amountFen).toBeGreaterThanOrEqual(0);
        }
        if ((story.order?.discountFen ?? 0) > 0) discounted += 1;
      }),
      { numRuns: 300 },
    );
    expect(discounted).toBeGreaterThan(20);
  });
});
