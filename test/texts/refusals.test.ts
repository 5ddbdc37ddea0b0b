import { describe, expect, it } from "vitest";
import { refusalCodes } from "../../src/domain/order/refusals.ts";
import { locales } from "../../src/texts/locale.ts";
import { refusalText } from "../../src/texts/refusals.ts";

/** Every detail that any refusal has (`src/domain/order/refusals.ts`). */
const details = {
  stage: "making",
  allowed: ["received", "confirmed"],
  roles: ["supervisor", "sales_rep"],
  open: ["settle-design"],
  salesRep: "li.na",
  id: "c9",
  duty: "confirm",
  expected: "2",
  given: "3",
  line: 0,
  ordered: 100,
  kind: "cancellation",
  state: "awaiting_signature",
  revision: 4,
  fields: ["lines.0.quantity: is needed"],
  date: "2026-11-01",
};

describe.each(refusalCodes)("%s", (code) => {
  it.each(locales)("is a whole sentence in %s, with its details and without", (locale) => {
    for (const text of [refusalText(code, details, locale), refusalText(code, {}, locale)]) {
      expect(text).toMatch(locale === "zh" ? /^\S.*。$/u : /^[A-Z“].*\.$/u);
      expect(text).not.toMatch(/undefined|null|NaN|\[object|[{}*]|“”|: \.|\uFF1A。|^、|\p{Script=Han}[,:;!?()]/u);
      if (locale === "en") expect(text).not.toMatch(/[\uFF00-\uFFEF。、]/u);
      expect(/\p{Script=Han}/u.test(text)).toBe(locale === "zh");
    }
  });
});

it("fills the details in, by the words that people use", () => {
  expect(refusalText("not-in-stage", details, "en")).toBe(
    "The order is in stage “making”; this is possible only in: received, confirmed.",
  );
  expect(refusalText("not-in-stage", details, "zh")).toBe(
    "订单现处于“生产中”阶段，该操作只能在以下阶段进行：已接单、已与客户确认。",
  );
  expect(refusalText("not-in-stage", { stage: "completed", allowed: ["open"] }, "en")).toContain("any stage before the end");
  expect(refusalText("wrong-role", details, "zh")).toBe("该操作仅限以下角色：主管、销售代表。");
  expect(refusalText("special-open", details, "en")).toContain("settle the design");
  expect(refusalText("duty-overdue", details, "zh")).toBe("“与客户确认订单”已逾期，不能再暂停计时。");
  expect(refusalText("not-in-state", details, "zh")).toContain("待主管签字");
  expect(refusalText("more-than-ordered", details, "en")).toContain("line 0 (from 0) orders 100, but 3");
  expect(refusalText("no-such-change", details, "en")).toBe("There is no open change with the id c9.");
  expect(refusalText("no-such-change", { id: "" }, "en")).toBe("There is no change to act on now.");
});

it("says what somebody wrote as it is, without filling that in turn", () => {
  expect(refusalText("no-such-change", { id: "{stage}$&__proto__" }, "en")).toContain("{stage}$&__proto__");
  expect(refusalText("not-in-stage", { stage: "__proto__", allowed: ["constructor"] }, "en")).toContain("“__proto__”");
});
