import type { ChapterTexts } from "./chapter.ts";

/** Calling an order off (H). */
export const cancellation = {
  commands: {
    "request-cancellation": {
      title: { zh: "申请取消订单", en: "request the cancellation" },
      says: { zh: "申请人、原因", en: "who asked, reason" },
      follows: { zh: "由主管裁定", en: "the supervisor decides" },
    },
    cancel: {
      title: { zh: "取消订单", en: "cancel the order" },
      says: { zh: "原因、结算方式", en: "reason, settlement" },
      follows: {
        zh: "取消中：未完结的变更和后续职责失效，撤销已在外部开始的工作，不再接受推进订单的操作；各方均已答复或由人接手后为“已取消”",
        en: "cancelling: open change and forward duties lapse, what was begun outside is called off, forward commands are refused; `cancelled` when each has answered or a person took over",
      },
    },
    "refuse-cancellation": {
      title: { zh: "拒绝取消", en: "refuse the cancellation" },
      says: { zh: "原因", en: "reason" },
      follows: { zh: "订单继续进行", en: "the order goes on" },
    },
  },
  events: {
    "cancellation-requested": { zh: "已申请取消", en: "the cancellation was requested" },
    "cancellation-refused": { zh: "取消申请未获同意", en: "the cancellation was refused" },
    "cancellation-decided": { zh: "已决定取消", en: "the cancellation was decided" },
    cancelled: { zh: "已取消", en: "the order is cancelled" },
  },
  duties: {
    "decide-cancellation": {
      name: { zh: "裁定取消申请", en: "decide on the cancellation" },
      opened: { zh: "已申请，或约定以取消作为补救", en: "requested, or agreed as remedy" },
    },
  },
  refusals: {
    cancelling: { zh: "订单正在取消中，不能再向前推进。", en: "The order is being cancelled and cannot be carried on." },
    "cancellation-open": { zh: "有一项取消申请尚未裁定。", en: "A request for cancellation is still open." },
    "no-cancellation-open": { zh: "没有待裁定的取消申请。", en: "No request for cancellation is open." },
    "supervisor-decides": { zh: "该事项由主管决定。", en: "Only a supervisor decides this." },
  },
  fields: {
    askedBy: { zh: "申请取消的人", en: "Who asked for the cancellation" },
    settlement: { zh: "结算方式", en: "How it is settled with the customer" },
  },
} as const satisfies ChapterTexts;
