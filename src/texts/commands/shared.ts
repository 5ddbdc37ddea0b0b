import type { ChapterTexts } from "./chapter.ts";

/** What no chapter has alone: refusals of any command, and fields of many. */
export const shared = {
  commands: {},
  events: {},
  duties: {},
  refusals: {
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
    "no-such-order": { zh: "没有这样的订单。", en: "There is no such order." },
    "own-request": {
      zh: "不能裁定自己提出或经办的事项，请由他人办理。",
      en: "Nobody decides what they asked for or handled themselves; somebody else has to.",
    },
    "already-told": { zh: "客户已经知悉。", en: "The customer has been told already." },
    "not-in-state": {
      zh: "该事项现为“{state}”，不能进行该操作。",
      en: "This is not possible: it is {state} now.",
      bare: { zh: "该事项现在不能进行该操作。", en: "This is not possible in its present state." },
    },
    "date-passed": {
      zh: "日期或时间已过：{date}。",
      en: "The date or time has passed: {date}.",
      bare: { zh: "日期或时间已过。", en: "The date or time has passed." },
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
    "already-known": { zh: "该事项已有记录。", en: "This is on record already." },
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
  },
  fields: {
    note: { zh: "备注，随事件保存", en: "A remark, kept with the event" },
    reason: { zh: "原因", en: "Why, in a sentence" },
    channel: { zh: "与客户沟通的渠道", en: "How the customer was spoken to" },
    at: { zh: "系统报告的业务时间：何时发生", en: "Business time of a machine's report: when it happened" },
  },
} as const satisfies ChapterTexts;
