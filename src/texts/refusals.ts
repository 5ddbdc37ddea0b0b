import type { Details } from "../domain/order/events.ts";
import type { RefusalCode } from "../domain/order/refusals.ts";
import type { Locale, Text } from "./locale.ts";
import { changeStateWords, dutyWords, roleWords, stageWords, wordOf } from "./words.ts";

/**
 * A refusal's sentence. `{field}` is filled with a detail of it, by the word that people use; where the refusal comes
 * without that detail (a message carries only its code), `bare` is said instead.
 */
interface Sentence extends Text {
  readonly bare?: Text | undefined;
}

function unknown(zh: string, en: string): Sentence {
  return {
    zh: `没有这样的${zh}，或已处理完毕：{id}。`,
    en: `There is no open ${en} with the id {id}.`,
    bare: { zh: `现在没有可处理的${zh}。`, en: `There is no ${en} to act on now.` },
  };
}

function ofDuty(zh: string, en: string): Sentence {
  return {
    zh: `“{duty}”${zh}。`,
    en: `${en.replace("*", "“{duty}”")}.`,
    bare: { zh: `该职责${zh}。`, en: `${en.replace("*", "the duty")}.` },
  };
}

const sentences: { readonly [C in RefusalCode]: Sentence } = {
  "not-in-stage": {
    zh: "订单现处于“{stage}”阶段，该操作只能在以下阶段进行：{allowed}。",
    en: "The order is in stage “{stage}”; this is possible only in: {allowed}.",
    bare: { zh: "订单现处的阶段不允许该操作。", en: "This is not possible in the order's present stage." },
  },
  "wrong-role": {
    zh: "该操作仅限以下角色：{roles}。",
    en: "This may be done only by: {roles}.",
    bare: { zh: "您的角色不能执行该操作。", en: "None of your roles may do this." },
  },
  "not-your-order": { zh: "这不是您负责的订单。", en: "This is not one of your own orders." },
  "machine-not-allowed": { zh: "系统账号不能执行该操作，须由人员执行。", en: "A machine may not do this; a person has to." },
  "order-exists": { zh: "该订单号已存在。", en: "There is an order with this number already." },
  "no-such-order": { zh: "没有这样的订单。", en: "There is no such order." },
  cancelling: { zh: "订单正在取消中，不能再向前推进。", en: "The order is being cancelled and cannot be carried on." },
  "own-entry": {
    zh: "不能审批自己录入的订单或自己与客户商定的条款，请由他人办理。",
    en: "Nobody signs or releases what they entered, or terms that they agreed, themselves; somebody else has to.",
  },
  "own-request": {
    zh: "不能裁定自己提出或经办的事项，请由他人办理。",
    en: "Nobody decides what they asked for or handled themselves; somebody else has to.",
  },
  "special-open": {
    zh: "特殊订单尚有未完成事项：{open}。",
    en: "The special order still lacks: {open}.",
    bare: { zh: "特殊订单尚有未完成事项。", en: "Something that a special order needs is still open." },
  },
  "not-special": { zh: "该订单不是大额或定制订单。", en: "The order is neither large nor custom." },
  "not-custom": { zh: "该订单不是定制订单。", en: "The order is not a custom one." },
  "not-large": { zh: "该订单不是大额订单。", en: "The order is not a large one." },
  "custom-needs-final-terms": {
    zh: "定制订单须与客户确认最终价格和交期，不能只告知交期。",
    en: "A custom order needs its final price and date confirmed, not a delivery date alone.",
  },
  "lead-time-unknown": { zh: "生产部门尚未反馈生产周期。", en: "Production has not said its lead time yet." },
  "lead-time-not-asked": { zh: "尚未向生产部门询问生产周期。", en: "Production has not been asked for a lead time." },
  "design-not-settled": { zh: "设计方案尚未确定。", en: "The design is not settled yet." },
  "rep-unassigned": { zh: "订单尚未指派销售代表。", en: "The order has no sales representative yet." },
  "same-rep": { zh: "订单已由该销售代表负责。", en: "The order is this representative's already." },
  "rep-differs": {
    zh: "订单由 {salesRep} 负责，更换须由主管改派。",
    en: "The order is {salesRep}'s; only a supervisor reassigns it.",
    bare: {
      zh: "订单由其他销售代表负责，更换须由主管改派。",
      en: "The order is another representative's; only a supervisor reassigns it.",
    },
  },
  "no-such-duty": unknown("职责", "duty"),
  "no-such-question": unknown("问题", "question"),
  "no-such-change": unknown("变更", "change"),
  "no-such-effect": unknown("失败的请求", "failed request"),
  "no-such-discrepancy": unknown("不符的报告", "discrepancy"),
  "no-such-complaint": unknown("投诉", "complaint"),
  "no-such-finding": unknown("检查问题", "finding"),
  "no-such-inspection": unknown("检查", "inspection"),
  "no-such-force-majeure": unknown("不可抗力申报", "declaration of force majeure"),
  "duty-not-pausable": ofDuty("不能暂停计时", "The clock of * cannot be paused"),
  "duty-overdue": ofDuty("已逾期，不能再暂停计时", "The clock of * can no longer be paused, because it is overdue"),
  "duty-not-overdue": ofDuty("尚未逾期，无需确认", "There is nothing to acknowledge: * is not overdue"),
  "duty-paused": ofDuty("的计时已经暂停", "The clock of * is paused already"),
  "duty-not-paused": ofDuty("的计时没有暂停", "The clock of * is not paused"),
  "question-holds-duty": ofDuty("仍有问题待客户答复，答复后继续计时", "A question to the customer still holds the clock of *"),
  "pause-used-up": ofDuty("可暂停的总时间已用完", "The time for which the clock of * may be paused is used up"),
  "not-duty-owner": ofDuty("只能由责任人或主管操作", "Only the owner of * or a supervisor may do this"),
  "not-told": ofDuty("的逾期只能由被告知者确认", "Only somebody who was told that * is overdue may acknowledge it"),
  "wrong-line-count": {
    zh: "订单有 {expected} 行产品，但提交了 {given} 行。",
    en: "The number of lines differs: the order has {expected}, {given} were given.",
    bare: { zh: "提交的行数与订单不符。", en: "The number of lines is not the order's." },
  },
  "more-than-ordered": {
    zh: "第 {line} 行（从 0 起）订购 {ordered} 件，但提交了 {given} 件。",
    en: "More than ordered: line {line} (from 0) orders {ordered}, but {given} were given.",
    bare: { zh: "提交的数量超过订购数量。", en: "More was given than is ordered." },
  },
  "receiving-time-missing": { zh: "尚未与客户确认收货时间。", en: "The customer's receiving time is not confirmed yet." },
  "transport-missing": { zh: "尚未安排运输。", en: "Transport is not arranged yet." },
  "transport-exists": { zh: "运输已经安排。", en: "Transport is arranged already." },
  "shipping-data-missing": { zh: "尚未确认收货信息。", en: "The shipping data are not confirmed yet." },
  "shipping-data-exists": { zh: "收货信息已经确认。", en: "The shipping data are confirmed already." },
  "dedicated-vehicle-only-special": {
    zh: "专车仅用于大额或定制订单。",
    en: "A dedicated vehicle is for large or custom orders only.",
  },
  "change-open": { zh: "有一项变更尚未处理完毕。", en: "A change request is still open." },
  "cancellation-open": { zh: "有一项取消申请尚未裁定。", en: "A request for cancellation is still open." },
  "no-cancellation-open": { zh: "没有待裁定的取消申请。", en: "No request for cancellation is open." },
  "wrong-tracking-number": {
    zh: "运单号 {given} 不是本次发货的运单号，本次为 {expected}。",
    en: "Tracking number {given} is not this shipment's, which is {expected}.",
    bare: { zh: "运单号不是本次发货的运单号。", en: "The tracking number is not this shipment's." },
  },
  "already-told": { zh: "客户已经知悉。", en: "The customer has been told already." },
  "no-open-delay": { zh: "没有待处理的延期。", en: "There is no delay to act on now." },
  "delay-not-told": { zh: "尚未告知客户延期。", en: "The customer has not been told of the delay yet." },
  "remedy-not-refused": { zh: "客户没有拒绝补救方案。", en: "The customer has refused no remedy." },
  "remedy-not-possible-now": {
    zh: "货物已发出，不能以取消订单作为补救。",
    en: "The goods are on their way: cancellation is no remedy now.",
  },
  "not-in-state": {
    zh: "该事项现为“{state}”，不能进行该操作。",
    en: "This is not possible: it is {state} now.",
    bare: { zh: "该事项现在不能进行该操作。", en: "This is not possible in its present state." },
  },
  "revision-outdated": {
    zh: "订单确认单现为第 {revision} 版，请在该版基础上提出变更。",
    en: "The order confirmation is at revision {revision} now; lay the change on that one.",
    bare: {
      zh: "订单确认单已有新版，请在新版基础上提出变更。",
      en: "The order confirmation has a newer revision; lay the change on that one.",
    },
  },
  "patch-invalid": {
    zh: "变更后以下字段不完整或无效：{fields}。",
    en: "After the change these fields would be missing or wrong: {fields}.",
    bare: { zh: "变更后的内容不完整或无效。", en: "After the change the terms would be incomplete or wrong." },
  },
  "remedy-above-amount": {
    zh: "补救金额 {valueFen} 分超过订单金额 {amountFen} 分。",
    en: "The remedy is worth {valueFen} fen, more than the order's amount of {amountFen} fen.",
    bare: { zh: "补救金额超过订单金额。", en: "The remedy is worth more than the order." },
  },
  "amount-below-discount": {
    zh: "订单金额 {amountFen} 分将低于已同意的优惠 {discountFen} 分。",
    en: "The order would come to {amountFen} fen, less than the {discountFen} fen that were allowed already.",
    bare: { zh: "订单金额将低于已同意的优惠。", en: "The order would come to less than was allowed already." },
  },
  "nothing-changes": { zh: "该变更没有改变任何内容。", en: "The change would change nothing." },
  "date-passed": {
    zh: "日期或时间已过：{date}。",
    en: "The date or time has passed: {date}.",
    bare: { zh: "日期或时间已过。", en: "The date or time has passed." },
  },
  "promise-impossible": {
    zh: "按生产部门的预计和运输时间，货物最早 {earliest} 到达，不能承诺 {date}；如仍须承诺，请在 override 中说明理由。",
    en: "By production's forecast and the transit the goods can be there on {earliest} at the earliest, not on {date}; to promise it all the same, say why in override.",
    bare: {
      zh: "按生产部门的预计和运输时间，该日期不能兑现；如仍须承诺，请在 override 中说明理由。",
      en: "By production's forecast and the transit this day cannot be kept; to promise it all the same, say why in override.",
    },
  },
  "delivered-before-dispatch": {
    zh: "签收时间 {date} 早于发货时间 {dispatched}。",
    en: "Signed for at {date}: that is before the goods were dispatched, at {dispatched}.",
    bare: { zh: "签收时间早于发货时间。", en: "Signed for before the goods were dispatched." },
  },
  "in-the-future": {
    zh: "时间尚未到：{date}。",
    en: "This lies in the future: {date}.",
    bare: { zh: "时间尚未到。", en: "This lies in the future." },
  },
  "before-the-order": {
    zh: "报告的时间 {date} 早于收到订单的时间 {received}。",
    en: "It is said to have happened at {date}, before the order was received at {received}.",
    bare: { zh: "报告的时间早于收到订单的时间。", en: "It is said to have happened before the order was received." },
  },
  "supervisor-decides": { zh: "该事项由主管决定。", en: "Only a supervisor decides this." },
  "not-the-one-named": {
    zh: "只有检查中指名的人员或主管可以整改。",
    en: "Only the person named in the finding, or a supervisor, may remedy it.",
  },
  "already-known": { zh: "该事项已有记录。", en: "This is on record already." },
  "late-tracking": { zh: "该物流信息早于已知的信息。", en: "This tracking event is older than what is known." },
  "calendar-unknown": {
    zh: "工作日历只到 {year} 年，无法计算之后的期限，请主管先更新日历。",
    en: "The calendar knows no holidays after {year}, so no deadline can be reckoned then; a supervisor has to put a newer one.",
    bare: { zh: "工作日历不够新，请主管先更新。", en: "The calendar is not new enough; a supervisor has to put a newer one." },
  },
  "idempotency-conflict": {
    zh: "该幂等键已用于不同的内容。",
    en: "This idempotency key was used with another body before.",
  },
  "order-full": {
    zh: "订单记录的容量将满：本次内容约需 {needs} KB，现可用 {left} KB。请缩短文字或减少行数后重试；简短的操作（审批、发货、取消等）仍可进行。",
    en: "The order's record is nearly full: this needs about {needs} KB, and {left} KB are left for it. Use shorter texts or fewer lines; short commands (to sign, ship, cancel, …) are still possible.",
    bare: {
      zh: "订单记录的容量已满，该报告的内容未能保存；请由人员用简短的操作处理。",
      en: "The order's record is full, and what was reported could not be kept; a person can still act by short commands.",
    },
  },
  "report-cut": {
    zh: "该报告的内容过长，未予保存，不能照此执行；请由人员直接录入后将其作废。",
    en: "What was reported was too long to be kept, so it cannot be applied; enter it as a person and discard the report.",
  },
  "body-invalid": {
    zh: "以下字段有误：{fields}。",
    en: "These fields are wrong: {fields}.",
    bare: { zh: "提交的内容有误。", en: "What was sent is invalid." },
  },
  unverified: {
    zh: "无法证实发送人的身份，未予执行。请由有权限的人员自行提交，或作为不符的报告处理。",
    en: "Nobody can prove who sent this, so it is not carried out. Whoever may do it has to send it themselves, or it is resolved as a discrepancy.",
  },
  "no-such-command": { zh: "订单没有这样的操作。", en: "An order knows no such command." },
  "our-fault": {
    zh: "系统处理该操作时出错，订单未作任何改动，请联系系统管理员。",
    en: "This service failed at it, and nothing of the order has changed; please call whoever runs the system.",
  },
};

const open: Readonly<Record<string, Text>> = {
  open: { zh: "任何未结束的阶段", en: "any stage before the end" },
  resolved: { zh: "已处理", en: "resolved" },
};

/** Which table has the words of a detail; others are said as they are. */
const wordsOf: Readonly<Record<string, Readonly<Record<string, Text>>>> = {
  stage: stageWords,
  allowed: { ...stageWords, ...open },
  roles: roleWords,
  open: dutyWords,
  duty: dutyWords,
  state: { ...changeStateWords, ...open },
};

/** A detail as it is said, empty when it is not there. */
function said(details: Details, field: string, locale: Locale): string {
  const value = Object.hasOwn(details, field) ? details[field] : undefined;
  if (value === undefined) return "";
  const words = [value].flat().map((each) => wordOf(wordsOf[field] ?? {}, String(each), locale));
  return words.join(locale === "zh" ? "、" : ", ");
}

/** A refusal as a whole sentence in one language. */
export function refusalText(code: RefusalCode, details: Details, locale: Locale): string {
  const { bare, ...sentence } = sentences[code];
  const fields = [...sentence[locale].matchAll(/\{(\w+)\}/gu)].map(([, field = ""]) => field);
  if (bare && fields.some((field) => said(details, field, locale) === "")) return bare[locale];
  return sentence[locale].replaceAll(/\{(\w+)\}/gu, (_, field: string) => said(details, field, locale));
}
