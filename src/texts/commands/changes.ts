import { noSuch, type ChapterTexts } from "./chapter.ts";

/** R1.3: changes of an order that is being made. */
export const changes = {
  commands: {
    "request-change": {
      title: { zh: "提出变更", en: "request a change" },
      says: {
        zh: "种类、对条款的修改（RFC 7396，基于某一版）、原因",
        en: "kind, patch (RFC 7396 on the terms, against `revision`), why",
      },
      follows: { zh: "每个订单同时只能有一项未完结的变更", en: "one open change an order" },
    },
    "assess-change": {
      title: { zh: "评估变更", en: "assess the change" },
      says: { zh: "可行：加价、新日期；或不可行：原因", en: "feasible, extra cost, new date; or not, reason" },
    },
    "accept-change": {
      title: { zh: "接受变更", en: "accept the change" },
      says: { zh: "沟通渠道", en: "channel" },
      follows: {
        zh: "加价或成为特殊订单的先由主管签字，然后请生产部门答复",
        en: "dearer or bigger: the supervisor signs first; then production is asked to amend",
      },
    },
    "withdraw-change": {
      title: { zh: "撤回变更", en: "withdraw the change" },
      says: { zh: "沟通渠道", en: "channel" },
      follows: { zh: "变更终止", en: "the change ends" },
    },
    "answer-amendment": {
      title: { zh: "答复生产变更", en: "answer the amendment" },
      says: { zh: "接受与否、原因", en: "accepted or not, reason" },
      follows: {
        zh: "接受：条款变更，产生新版；已完工而规格或数量不同的重做；地址或日期不同的，相应确认作废",
        en: "accepted: the terms change, a new revision; goods already made of other specification or quantity: making again; another address or date: those confirmations void",
      },
    },
    "tell-change-outcome": {
      title: { zh: "告知客户变更结果", en: "tell the customer the outcome of the change" },
      says: { zh: "沟通渠道", en: "channel" },
    },
  },
  events: {
    "change-requested": { zh: "已提出变更", en: "a change was requested" },
    "change-assessed": { zh: "已评估变更", en: "the change was assessed" },
    "change-accepted": { zh: "客户已接受变更", en: "the change was accepted" },
    "change-withdrawn": { zh: "变更已撤回", en: "the change was withdrawn" },
    "change-signed": { zh: "主管已就变更签字", en: "the change was signed" },
    "change-signature-refused": { zh: "主管拒绝就变更签字", en: "the change's signature was refused" },
    "amendment-answered": { zh: "生产部门已答复变更", en: "production answered the amendment" },
    "change-outcome-told": { zh: "已告知客户变更结果", en: "the customer was told the outcome of the change" },
  },
  duties: {
    "assess-change": { name: { zh: "评估变更可行性", en: "assess the change" }, opened: { zh: "已提出", en: "requested" } },
    "answer-change": { name: { zh: "答复变更", en: "answer the change" }, opened: { zh: "评估为可行", en: "feasible" } },
    "answer-amendment": {
      name: { zh: "答复生产变更", en: "answer the amendment" },
      opened: { zh: "已请生产部门变更", en: "amendment asked" },
    },
    "tell-change-outcome": {
      name: { zh: "告知客户变更结果", en: "tell the customer the outcome of the change" },
      opened: { zh: "变更被拒绝", en: "change refused" },
    },
  },
  refusals: {
    "no-such-change": noSuch("变更", "change"),
    "change-open": { zh: "有一项变更尚未处理完毕。", en: "A change request is still open." },
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
    "nothing-changes": { zh: "该变更没有改变任何内容。", en: "The change would change nothing." },
  },
  fields: {
    "request-change.kind": { zh: "变更的种类", en: "What the change is about" },
    patch: { zh: "对条款的修改", en: "What is to change of the terms" },
    revision: { zh: "订单确认单的版次", en: "The revision of the order confirmation" },
    why: { zh: "原因", en: "Why" },
    changeId: { zh: "变更编号", en: "The change's id" },
    feasible: { zh: "是否可行", en: "Whether it can be done" },
    extraCostFen: { zh: "加价", en: "What it costs on top" },
    "assess-change.reason": { zh: "不可行的原因", en: "Why it cannot be done" },
    "answer-amendment.accepted": { zh: "生产部门是否接受", en: "Whether production accepts" },
    "answer-amendment.reason": { zh: "不接受的原因", en: "Why production does not accept" },
  },
} as const satisfies ChapterTexts;
