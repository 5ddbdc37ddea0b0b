import { noSuch, type ChapterTexts } from "./chapter.ts";

/** R3.2, R3.3 and R7.4: delays, what is offered for them, and force majeure. */
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
    "declare-force-majeure": {
      title: { zh: "申报不可抗力", en: "declare force majeure" },
      says: { zh: "事件、起止时间、证明", en: "what, from, until, evidence" },
      follows: { zh: "由主管核实", en: "the supervisor verifies it" },
    },
    "verify-force-majeure": {
      title: { zh: "核实不可抗力", en: "verify the force majeure" },
      says: {
        zh: "是否属实（可再次核实，以最后一次为准）",
        en: "verified or not (again later: the last word holds)",
      },
      follows: {
        zh: "起止时间内的逾期免责，告知客户和提出补救除外",
        en: "breaches between from and until carry no blame, except telling the customer and offering a remedy",
      },
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
    "force-majeure-declared": { zh: "已申报不可抗力", en: "force majeure was declared" },
    "force-majeure-verified": { zh: "已核实不可抗力", en: "the force majeure was verified, or found not to be one" },
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
    "verify-force-majeure": {
      name: { zh: "核实不可抗力", en: "verify the force majeure" },
      opened: { zh: "已申报", en: "declared" },
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
    "no-such-force-majeure": noSuch("不可抗力申报", "declaration of force majeure"),
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
    what: { zh: "发生的事件", en: "What happened" },
    "declare-force-majeure.from": { zh: "开始时间", en: "Since when" },
    until: { zh: "结束时间；尚未结束则不填", en: "Until when; left out while it goes on" },
    evidence: { zh: "证明", en: "What shows it" },
    forceMajeureId: { zh: "申报编号", en: "The declaration's id" },
    verified: { zh: "是否属实", en: "Whether it is verified" },
  },
} as const satisfies ChapterTexts;
