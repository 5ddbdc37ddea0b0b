import { administrationDutyNames } from "../../src/domain/routine/put-calendar.ts";
import { expect, it } from "vitest";
import { policyFrom } from "../../src/contracts/policy.ts";
import { dutyNames } from "../../src/domain/order/chapters.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";

it("is the default where nothing is said", () => {
  expect(policyFrom({})).toEqual(defaultPolicy);
  expect(policyFrom({ duties: {}, ladder: {}, effects: {}, freight: {} })).toEqual(defaultPolicy);
});

it("takes the default whole, as it would be written in a file", () => {
  expect(policyFrom(JSON.parse(JSON.stringify(defaultPolicy)))).toEqual(defaultPolicy);
});

it("changes what is said and nothing beside it", () => {
  const policy = policyFrom({
    largeAmountFen: 2_000_000,
    ladder: { warnAt: 0.5 },
    duties: { confirm: { within: "PT1H", ladder: { remindEvery: "PT2H" } } },
    freight: { special: "customer" },
    effects: { attempts: 3 },
  });
  expect(policy).toEqual({
    ...defaultPolicy,
    largeAmountFen: 2_000_000,
    ladder: { ...defaultPolicy.ladder, warnAt: 0.5 },
    duties: {
      ...defaultPolicy.duties,
      confirm: { ...defaultPolicy.duties.confirm, within: "PT1H", ladder: { remindEvery: "PT2H" } },
    },
    freight: { ...defaultPolicy.freight, special: "customer" },
    effects: { ...defaultPolicy.effects, attempts: 3 },
  });
  expect(Object.keys(policy.duties)).toEqual([...dutyNames, ...administrationDutyNames]);
});

it("names every wrong path at once", () => {
  const wrong = {
    largeAmountFen: 0.5,
    largeAmountYuan: 10_000,
    pauseLimit: "3 days",
    ladder: { warnAt: 2 },
    duties: { confirm: { within: "2h", speed: 1 }, "feed-the-cat": {}, sign: { within: "PT0S", calendar: "lunar" } },
    effects: { attempts: 0, timeout: "P11Y" },
    freight: { special: "nobody" },
  };
  const message = (() => {
    try {
      policyFrom(wrong);
      return "";
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
  })();
  const paths = message.split("; ").map((each) => each.split(": ")[0]);
  expect(new Set(paths)).toEqual(
    new Set([
      "duties.confirm.speed",
      "duties.confirm.within",
      "duties.feed-the-cat",
      "duties.sign.calendar",
      "duties.sign.within",
      "effects.attempts",
      "effects.timeout",
      "freight.special",
      "ladder.warnAt",
      "largeAmountFen",
      "largeAmountYuan",
      "pauseLimit",
    ]),
  );
});

it.each([
  ["P", /pauseLimit/u],
  ["PT", /pauseLimit/u],
  ["-PT1H", /pauseLimit/u],
  ["P9999W", /pauseLimit: must not be longer than ten years/u],
])("has no limit of %s", (pauseLimit, message) => {
  expect(() => policyFrom({ pauseLimit })).toThrow(message);
});

it("has no waits that shrink, which Temporal would refuse", () => {
  expect(() => policyFrom({ effects: { retryAfter: "PT11M" } })).toThrow(
    "effects.retryAtMost: must not be shorter than retryAfter",
  );
  expect(() => policyFrom({ effects: { retryAfter: "PT11M", retryAtMost: "PT11M" } })).not.toThrow();
});

it.each([[null], [[]], ["{}"], [undefined], [JSON.parse('{"__proto__": {"largeAmountFen": 1}}')]])("is not %j", (json) => {
  expect(() => policyFrom(json)).toThrow();
});
