import type { ChapterTexts } from "./chapter.ts";

/** R3.2 and R3.3: delays, and what is offered for them. */
export const delays = {
  commands: {
    "report-delay": {
      title: { zh: "报告延期", en: "report a delay" },
      says: { zh: "原因、新的完工日期或到达日期", en: "cause, new finish or new arrival" },
      follows: { zh: "产生延期", en: "a delay" },
    },
    "tell-customer-of-delay": {
      title: { zh: "告知客户延期及补救方案", en: "tell the customer of the delay and a remedy" },
      says: {
        zh: "原因、补救方案（提前交货、不超过订单金额的折扣、运费、其他；取消仅限发货前或运输异常时）、不早于预计的新日期、沟通渠道",
        en: "reason, remedy (earlier delivery, discount up to the amount, freight, other; cancellation only before dispatch or in `problem`), new date not before the forecast, channel",
      },
      follows: { zh: "再次告知时取代待答复的补救方案", en: "a new telling replaces the remedy that awaits an answer" },
    },
    "agree-remedy": {
      title: { zh: "记录客户对补救方案的答复", en: "record the customer's answer to the remedy" },
      says: { zh: "接受：补救方案、新日期；或不接受", en: "accepted, with remedy and new date; or not" },
      follows: {
        zh: "承诺交期改为新日期；约定取消的由主管裁定",
        en: "the promise moves; a cancellation is decided by the supervisor",
      },
    },
    "decide-remedy": {
      title: { zh: "裁定补救方案", en: "decide on the remedy" },
      says: { zh: "重新提出、维持原承诺或取消", en: "offer anew, keep the promise, cancel" },
      follows: { zh: "须重新告知客户；无；或取消中", en: "tell again; nothing; or cancelling" },
    },
  },
  events: {
    "delay-reported": { zh: "已报告延期", en: "a delay was reported" },
    "delay-opened": { zh: "产生延期", en: "a delay was opened" },
    "delay-news": { zh: "延期有新情况", en: "there is news of the delay" },
    "delay-withdrawn": { zh: "延期已解除", en: "the delay was withdrawn" },
    "customer-told-of-delay": { zh: "已告知客户延期", en: "the customer was told of the delay" },
    "remedy-agreed": { zh: "客户接受补救方案", en: "the remedy was agreed" },
    "remedy-refused": { zh: "客户拒绝补救方案", en: "the remedy was refused" },
    "remedy-decided": { zh: "已裁定补救方案", en: "it was decided on the remedy" },
  },
  duties: {
    "tell-customer-of-delay": {
      name: { zh: "告知客户延期及补救方案", en: "tell the customer of the delay and a remedy" },
      opened: { zh: "延期", en: "delay" },
    },
    "agree-remedy": {
      name: { zh: "与客户商定补救方案", en: "agree a remedy with the customer" },
      opened: { zh: "已告知客户", en: "told" },
    },
    "decide-remedy": {
      name: { zh: "裁定补救方案", en: "decide on the remedy" },
      opened: { zh: "客户拒绝补救方案", en: "remedy refused" },
    },
  },
  refusals: {
    "no-open-delay": { zh: "没有待处理的延期。", en: "There is no delay to act on now." },
    "delay-not-told": { zh: "尚未告知客户延期。", en: "The customer has not been told of the delay yet." },
    "remedy-not-refused": { zh: "客户没有拒绝补救方案。", en: "The customer has refused no remedy." },
    "remedy-not-possible-now": {
      zh: "货物已发出，不能以取消订单作为补救。",
      en: "The goods are on their way: cancellation is no remedy now.",
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
  },
  fields: {
    cause: { zh: "延期的原因", en: "What causes the delay" },
    newFinish: { zh: "新的完工日期", en: "The new finish" },
    newArrival: { zh: "新的到达日期", en: "The new arrival at the customer's" },
    remedy: { zh: "补救方案", en: "What is offered, or agreed, for the delay" },
    newDate: { zh: "新的交货日期", en: "The new delivery date" },
    valueFen: { zh: "折扣或运费的金额", en: "What a discount or the freight is worth" },
    "agree-remedy.accepted": { zh: "客户是否接受", en: "Whether the customer accepts" },
    "decide-remedy.decision": { zh: "裁定", en: "What is decided" },
  },
} as const satisfies ChapterTexts;
