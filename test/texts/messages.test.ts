import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rungs } from "../../src/domain/clock/watch.ts";
import { messageNames } from "../../src/domain/order/effects.ts";
import { refusalCodes } from "../../src/domain/order/refusals.ts";
import { dutyNames } from "../../src/domain/order/chapters.ts";
import { messageText } from "../../src/texts/messages.ts";

const params = {
  orderNo: "SO-7",
  question: "灯头要 E27 还是 E14?",
  customer: "客户A",
  amountFen: 123_456_789,
  large: true,
  custom: true,
  promisedDate: "2026-12-20",
  finishDate: "2026-12-15",
  cause: "灯珠短缺。",
  forecastArrival: "2026-12-25",
  findings: "#0: 90",
  carrier: "顺丰",
  trackingNumber: "SF1234567890",
  expectedArrival: "2026-12-19",
  changeId: "c9",
  outcome: "refused",
  reason: "已开模",
  findingId: "n12",
  rule: "R3.2",
  action: "补录生产进度",
  command: "confirm-receipt",
  refusal: "not-in-stage",
  duty: "update-progress",
  dutyId: "update-progress-5",
  rung: "due",
  dueAt: "2026-11-23T16:30:00.000Z",
  owner: "li.na",
  status: "in_production",
  climbed: 1,
  clock: "worker",
  why: "terminated",
  week: "2026-W47",
  inspectionId: "full-2026-11",
  orders: 37,
  undelivered: 19,
  month: "2026-11",
  year: 2026,
  count: 3,
  kind: "entry-error",
  state: "approved",
  days: 1,
  objectUntil: "2026-12-15T01:00:00.000Z",
};

/** What a message is about: an order, or something of the department's routine. */
function subjectOf(message: (typeof messageNames)[number]): string {
  if (message === "weekly-summary") return params.week;
  if (message.startsWith("reward")) return params.month;
  if (message.startsWith("calendar")) return String(params.year);
  // About the whole house.
  if (message === "clock-stopped") return "";
  return message.startsWith("inspection") || message === "sample" ? params.inspectionId : params.orderNo;
}

/** What each message must say, as `src/domain/order` fills it. */
const says: { readonly [M in (typeof messageNames)[number]]: readonly string[] } = {
  question: [params.question],
  special: ["客户A", "1,234,567.89"],
  released: ["2026-12-20"],
  "lead-time": ["2026-12-15", "2026-12-20"],
  delay: ["灯珠短缺", "2026-12-25", "2026-12-20"],
  "goods-refused": ["#0: 90"],
  made: [],
  dispatched: ["顺丰", "SF1234567890", "2026-12-19"],
  "change-outcome": ["已开模"],
  cancelled: ["已开模"],
  finding: ["R3.2", "补录生产进度", "n12"],
  refused: [],
  rung: ["R3.2", "li.na", "2026-11-24 00:30"],
  "run-kept": [],
  "clock-stopped": [],
  "order-restored": [],
  "weekly-summary": ["2026-W47", "/reports/weekly/2026-W47", "19"],
  inspection: ["/inspections/full-2026-11", "37", "19"],
  "inspection-to-answer": ["/inspections/full-2026-11", "37", "2026-11-24 00:30", "19"],
  "inspection-warning": ["full-2026-11", "2026-11-24 00:30"],
  "inspection-overdue": ["full-2026-11", "2026-11-24 00:30"],
  "calendar-warning": ["2026", "2026-11-24 00:30"],
  "calendar-overdue": ["2026", "2026-11-24 00:30"],
  sample: ["/inspections/full-2026-11", "37", "19"],
  "rewards-waiting": ["3", "2026-11-24 00:30"],
  "rewards-overdue": ["3", "2026-11-24 00:30"],
  "reward-decided": ["1,234,567.89", "已开模", "2026-12-15 09:00"],
};

const sound = /undefined|null|NaN|Invalid|\[object|[{}]|。。|\.\.|“”|\(\)|\uFF08\uFF09/u;

describe.each(messageNames)("%s", (message) => {
  it("has a subject and a text in both languages, with what it is about", () => {
    const { zh, en } = messageText(message, params);
    for (const { subject, body } of [zh, en]) {
      expect(subject).toContain(subjectOf(message));
      expect(body).toContain(subjectOf(message));
      expect(`${subject}${body}`).not.toMatch(sound);
      for (const each of says[message]) expect(body).toContain(each);
    }
    expect(zh.subject).toMatch(/\p{Script=Han}/u);
    expect(zh.body.replaceAll(/“.*?”/gu, "")).not.toMatch(/confirm-receipt|update-progress|in_production/u);
    expect(zh.subject + messageText(message, { orderNo: "SO-7" }).zh.body).not.toMatch(/\p{Script=Han}[,:;!?()]/u);
    expect(en.subject + en.body).not.toMatch(/[\uFF00-\uFFEF。、]/u);
    expect(en.subject).not.toMatch(/\p{Script=Han}/u);
  });
  it("stays sound where something is not known", () => {
    for (const { subject, body } of Object.values(messageText(message, { orderNo: "SO-7" }))) {
      expect(`${subject}${body}`).not.toMatch(/undefined|null|NaN|Invalid|\[object|[{}]/u);
    }
  });
  it("has a subject of one line and a length that mail takes, whatever people wrote", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 5_000 }), (text) => {
        const long = Object.fromEntries(
          Object.entries(params).map(([name, value]) => [name, typeof value === "string" ? text : value]),
        );
        for (const { subject, body } of Object.values(messageText(message, long))) {
          expect(subject).not.toMatch(/[\r\n]/u);
          expect(subject.length).toBeGreaterThan(0);
          expect(body.length).toBeLessThan(20_000);
        }
      }),
      { numRuns: 30 },
    );
  });
});

it("cuts what is too long for a message", () => {
  for (const { body } of Object.values(messageText("goods-refused", { orderNo: "SO-7", findings: `x${"💡".repeat(100_000)}` }))) {
    expect(body.length).toBeLessThan(20_000);
    expect(body).toContain("💡…");
    expect(body).not.toMatch(/\p{Cs}/u);
  }
});

it("asks something else on each rung, of every duty", () => {
  for (const duty of dutyNames) {
    const bodies = rungs.map((rung) => messageText("rung", { ...params, duty, rung }));
    expect(new Set(bodies.map(({ zh }) => zh.body)).size).toBe(rungs.length);
    expect(new Set(bodies.map(({ en }) => en.body)).size).toBe(rungs.length);
    for (const { zh } of bodies) expect(zh.body).not.toContain(duty);
  }
});

it("says that a telling climbed only when it did", () => {
  expect(messageText("rung", params).zh.body).toContain("未能联系到");
  expect(messageText("rung", { ...params, climbed: 0 }).zh.body).not.toContain("未能联系到");
});

it("tells a customer the one or the other of a change", () => {
  expect(messageText("change-outcome", { orderNo: "SO-7", changeId: "c9", outcome: "accepted" }).en.body).toContain(
    "takes effect",
  );
  expect(messageText("change-outcome", params).en.body).toContain("Reason: 已开模.");
  expect(messageText("change-outcome", { ...params, reason: "" }).zh.body).not.toContain("原因");
});

it("shows customers nothing of the house", () => {
  for (const message of ["question", "dispatched", "change-outcome", "cancelled"] as const) {
    for (const { subject, body } of Object.values(messageText(message, params)))
      expect(subject + body).not.toMatch(/c9|R\d\.\d|li\.na|主管|supervisor/u);
  }
});

it("says why, whatever a signal was refused for", () => {
  for (const refusal of refusalCodes) expect(messageText("refused", { ...params, refusal }).zh.body).toMatch(/未被接受。.+。$/u);
});
