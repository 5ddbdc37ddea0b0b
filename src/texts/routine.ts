import type { Fault, Found } from "../domain/routine/inspection.ts";
import type { FoundDelay, Risk, Section } from "../domain/routine/weekly.ts";
import type { Locale, Text } from "./locale.ts";
import { dutyWords, stageWords, wordOf } from "./words.ts";

/** What the department's routine writes: the words of its reports, and what an inspection asks for. */

export const sectionWords: { readonly [S in Section]: Text } = {
  in_production: { zh: "生产中", en: "In production" },
  not_updated: { zh: "进度未更新", en: "Progress not updated" },
  finished: { zh: "本周完工", en: "Finished" },
  delayed: { zh: "延期", en: "Delayed" },
  at_risk: { zh: "有延期风险", en: "At risk" },
};

export const riskWords: { readonly [R in Risk]: Text } = {
  "finish-near": { zh: "临近计划完工日", en: "planned finish is near" },
  "not-updated": { zh: "进度未更新", en: "progress not updated" },
  rework: { zh: "返工中", en: "in rework" },
  "change-open": { zh: "变更未处理完", en: "a change is open" },
};

/** The words of the weekly summary's columns. */
export const columnWords = {
  title: { zh: "订单每周汇总", en: "Weekly summary of orders" },
  asOf: { zh: "截至", en: "As of" },
  orderNo: { zh: "订单号", en: "Order" },
  customer: { zh: "客户", en: "Customer" },
  salesRep: { zh: "销售代表", en: "Sales representative" },
  stage: { zh: "阶段", en: "Stage" },
  promisedDate: { zh: "承诺交期", en: "Promised" },
  plannedFinish: { zh: "计划完工", en: "Planned finish" },
  updatedAt: { zh: "最近更新", en: "Last update" },
  finishedAt: { zh: "完工时间", en: "Finished" },
  reason: { zh: "延期原因", en: "Reason" },
  forecast: { zh: "预计到货", en: "Expected arrival" },
  remedy: { zh: "补救方案", en: "Remedy" },
  risks: { zh: "风险", en: "Risks" },
  notChecked: { zh: "未能核对", en: "Could not be read" },
  notDelivered: { zh: "未能登记到订单，请人工登记", en: "Not recorded on the order: do so by hand" },
  none: { zh: "无", en: "None" },
} as const satisfies Readonly<Record<string, Text>>;

export const remedyWords: Readonly<Record<string, Text>> = {
  earlier_delivery: { zh: "提前交货", en: "earlier delivery" },
  discount: { zh: "折扣", en: "discount" },
  freight: { zh: "承担运费", en: "freight" },
  other: { zh: "其他", en: "other" },
  cancellation: { zh: "取消订单", en: "cancellation" },
};

const carrierWords: Readonly<Record<string, Text>> = {
  in_transit: { zh: "运输中", en: "in transit" },
  delivered: { zh: "已签收", en: "delivered" },
  returned: { zh: "已退回", en: "returned" },
  lost: { zh: "丢失", en: "lost" },
};

const asksFor: { readonly [F in Fault]: { readonly [L in Locale]: (details: Found["details"]) => string } } = {
  "entry-overdue": {
    zh: ({ duty = "" }) => `“${wordOf(dutyWords, duty, "zh")}”已逾期，请立即办理`,
    en: ({ duty = "" }) => `“${wordOf(dutyWords, duty, "en")}” is overdue: do it now`,
  },
  "entry-incomplete": {
    zh: ({ fields = "" }) => `录入不完整，请补录：${fields}`,
    en: ({ fields = "" }) => `the entry lacks ${fields}: complete it`,
  },
  "progress-overdue": {
    zh: () => "超过一周未更新生产进度，请向生产部门了解后补录，并告知客户",
    en: () => "progress has not been updated for a week: ask production, enter it now and tell the customer",
  },
  "customer-untold": {
    zh: ({ duty = "" }) => `未按时“${wordOf(dutyWords, duty, "zh")}”，请立即联系客户并登记`,
    en: ({ duty = "" }) => `“${wordOf(dutyWords, duty, "en")}” was not done in time: contact the customer now and record it`,
  },
  "message-failed": {
    zh: () => "发给客户的通知未送达，请以其他方式告知客户并登记",
    en: () => "a message to the customer reached nobody: tell them another way and record it",
  },
  "carrier-differs": {
    zh: ({ trackingNumber = "", stage = "", carrier = "" }) =>
      `运单 ${trackingNumber}：本系统为“${wordOf(stageWords, stage, "zh")}”，承运人为“${wordOf(carrierWords, carrier, "zh")}”，请核实并登记`,
    en: ({ trackingNumber = "", stage = "", carrier = "" }) =>
      `shipment ${trackingNumber} is “${wordOf(stageWords, stage, "en")}” here and “${wordOf(carrierWords, carrier, "en")}” with the carrier: find out and report it`,
  },
  "carrier-unknown": {
    zh: ({ trackingNumber = "" }) => `承运人没有运单 ${trackingNumber}，请核实运单号`,
    en: ({ trackingNumber = "" }) => `the carrier knows no shipment ${trackingNumber}: verify the number`,
  },
};

/** What a finding asks for, in both languages: it is kept on the order's record as one text. */
export function actionText({ fault, details }: Pick<Found, "fault" | "details">): string {
  return `${asksFor[fault].zh(details)} · ${asksFor[fault].en(details)}`;
}

/** The cause of a delay that the weekly summary found, in both languages. */
export function foundDelayText({ why }: FoundDelay): string {
  const text: Text =
    why === "finish-passed"
      ? {
          zh: "每周汇总发现：计划完工日已过，未完工，承诺交期无法保证",
          en: "weekly summary: the planned finish has passed and the promise cannot be held",
        }
      : { zh: "每周汇总发现：承诺交期已无法保证", en: "weekly summary: the promise cannot be held any more" };
  return `${text.zh} · ${text.en}`;
}

/** Why an order is to be inspected by a person. */
export const askReason = "每月抽查 · monthly sample";
