import type { ChapterTexts } from "./chapter.ts";

/** R3.4, R4 and R7.3: from made goods to the signed receipt. */
export const shipping = {
  commands: {
    "confirm-receiving-time": {
      title: { zh: "确认客户收货时间", en: "confirm the customer's receiving time" },
      says: { zh: "客户的收货时段、沟通渠道", en: "the customer's window, channel" },
    },
    "arrange-transport": {
      title: { zh: "安排运输", en: "arrange transport" },
      says: { zh: "运输方式、承运商、运费承担方", en: "method, carrier, who bears the freight" },
      follows: {
        zh: "专车仅用于已确认收货时间的特殊订单",
        en: "a dedicated vehicle is for special orders with a receiving time confirmed",
      },
    },
    "confirm-shipping-data": {
      title: { zh: "确认收货信息", en: "confirm the shipping data" },
      says: { zh: "收货人、电话、地址", en: "recipient, phone, address" },
    },
    dispatch: {
      title: { zh: "发货", en: "dispatch" },
      says: { zh: "承运商、运单号、预计到达日期", en: "carrier, tracking number, expected arrival" },
      follows: { zh: "“已发货”；通知销售代表和客户", en: "`shipped`; representative and customer are told" },
    },
    "tell-customer-of-shipment": {
      title: { zh: "通知客户已发货", en: "tell the customer of the shipment" },
      says: { zh: "沟通渠道", en: "channel" },
    },
    "report-tracking": {
      title: { zh: "反馈物流信息", en: "report the tracking" },
      says: {
        zh: "运单号、承运商的事件、地点、预计到达日期",
        en: "tracking number, carrier's event, place, expected arrival",
      },
      follows: { zh: "可能产生延期", en: "perhaps a delay" },
    },
    "report-delivery": {
      title: { zh: "报告签收", en: "report the delivery" },
      says: { zh: "签收人、时间、凭证编号", en: "signed by, when, reference" },
      follows: { zh: "“已签收”", en: "`delivered`" },
    },
    "report-trace": {
      title: { zh: "反馈查件结果", en: "report what the trace found" },
      says: {
        zh: "在途（附新的预计到达日期）、已退回或丢失；“运输异常”时作为后续情况",
        en: "in transit with a new arrival, returned, lost (in `problem`: news about it)",
      },
      follows: { zh: "新的职责“取得签收证明”，或“运输异常”", en: "a new `prove-delivery`, or `problem`" },
    },
    "report-problem": {
      title: { zh: "报告运输异常", en: "report a problem with the delivery" },
      says: { zh: "拒收、短少、破损或送错；说明", en: "refused, short, damaged or wrong recipient; detail" },
      follows: { zh: "“运输异常”", en: "`problem`" },
    },
    "decide-loss": {
      title: { zh: "裁定运输异常", en: "decide on the loss" },
      says: { zh: "重做、重发、按现状接受或取消", en: "make again, ship again, accept as it is, cancel" },
      follows: {
        zh: "重做：“生产中”，重新下单；重发：“待发货”；两者均为新的发货，此前的确认作废；或“已签收”；或取消中",
        en: "make again: `making`, placed with production again; ship again: `ready`; both with a new shipment, confirmations void; or `delivered`; or cancelling",
      },
    },
    "confirm-receipt": {
      title: { zh: "确认签收", en: "confirm the receipt" },
      says: { zh: "客户给出的满意度 1 至 5", en: "satisfaction 1 to 5 if the customer gave it" },
      follows: { zh: "“已完成”", en: "`completed`" },
    },
  },
  events: {
    "receiving-time-confirmed": { zh: "已确认收货时间", en: "the receiving time was confirmed" },
    "transport-arranged": { zh: "已安排运输", en: "transport was arranged" },
    "shipping-data-confirmed": { zh: "已确认收货信息", en: "the shipping data were confirmed" },
    dispatched: { zh: "已发货", en: "the goods were dispatched" },
    "customer-told-of-shipment": { zh: "已通知客户发货", en: "the customer was told of the shipment" },
    "tracking-reported": { zh: "已反馈物流信息", en: "the tracking was reported" },
    delivered: { zh: "已签收", en: "the goods were delivered" },
    "trace-reported": { zh: "已反馈查件结果", en: "what the trace found was reported" },
    "problem-reported": { zh: "已报告运输异常", en: "a problem with the delivery was reported" },
    "loss-decided": { zh: "已裁定运输异常", en: "it was decided on the loss" },
    "receipt-confirmed": { zh: "已确认签收", en: "the receipt was confirmed" },
  },
  duties: {
    "confirm-receiving-time": {
      name: { zh: "确认客户收货时间", en: "confirm the customer's receiving time" },
      opened: {
        zh: "完工或待发货且没有有效的收货时间；预计到达不在该时段内",
        en: "made or ready and none in force; an arrival outside the window",
      },
    },
    "arrange-transport": {
      name: { zh: "安排运输", en: "arrange transport" },
      opened: { zh: "待发货且没有有效的安排", en: "ready and none in force" },
    },
    "confirm-shipping-data": {
      name: { zh: "确认收货信息", en: "confirm the shipping data" },
      opened: { zh: "待发货且没有有效的信息", en: "ready and none in force" },
    },
    dispatch: {
      name: { zh: "发货", en: "dispatch" },
      opened: { zh: "收货时间、运输、收货信息均已确认", en: "the three confirmations" },
      due: {
        zh: "24 小时；收货时段开始减去运输时间更晚时以其为准",
        en: "24 h, or the window's start less the transit allowance if later",
      },
    },
    "tell-customer-of-shipment": {
      name: { zh: "通知客户已发货", en: "tell the customer of the shipment" },
      opened: { zh: "发货", en: "`dispatch`" },
    },
    "prove-delivery": {
      name: { zh: "取得签收证明", en: "prove the delivery" },
      opened: { zh: "发货、新的预计到达日期", en: "`dispatch`, new arrival" },
      due: { zh: "预计到达后 1 天", en: "expected arrival + 1 day" },
    },
    "decide-loss": { name: { zh: "裁定运输异常", en: "decide on the loss" }, opened: { zh: "运输异常", en: "problem" } },
    "confirm-receipt": { name: { zh: "确认签收", en: "confirm the receipt" }, opened: { zh: "已签收", en: "delivered" } },
  },
  refusals: {
    "receiving-time-missing": { zh: "尚未与客户确认收货时间。", en: "The customer's receiving time is not confirmed yet." },
    "transport-missing": { zh: "尚未安排运输。", en: "Transport is not arranged yet." },
    "transport-exists": { zh: "运输已经安排。", en: "Transport is arranged already." },
    "shipping-data-missing": { zh: "尚未确认收货信息。", en: "The shipping data are not confirmed yet." },
    "shipping-data-exists": { zh: "收货信息已经确认。", en: "The shipping data are confirmed already." },
    "dedicated-vehicle-only-special": {
      zh: "专车仅用于大额或定制订单。",
      en: "A dedicated vehicle is for large or custom orders only.",
    },
    "wrong-tracking-number": {
      zh: "运单号 {given} 不是本次发货的运单号，本次为 {expected}。",
      en: "Tracking number {given} is not this shipment's, which is {expected}.",
      bare: { zh: "运单号不是本次发货的运单号。", en: "The tracking number is not this shipment's." },
    },
    "delivered-before-dispatch": {
      zh: "签收时间 {date} 早于发货时间 {dispatched}。",
      en: "Signed for at {date}: that is before the goods were dispatched, at {dispatched}.",
      bare: { zh: "签收时间早于发货时间。", en: "Signed for before the goods were dispatched." },
    },
    "late-tracking": { zh: "该物流信息早于已知的信息。", en: "This tracking event is older than what is known." },
  },
  fields: {
    "confirm-receiving-time.from": { zh: "收货时段开始", en: "The window's beginning" },
    "confirm-receiving-time.to": { zh: "收货时段结束", en: "The window's end" },
    method: { zh: "运输方式：快递或专车", en: "By courier or by a dedicated vehicle" },
    carrier: { zh: "承运商", en: "The carrier" },
    freightBorneBy: { zh: "运费由谁承担", en: "Who bears the freight; `agreed`: as the terms say" },
    recipient: { zh: "收货人", en: "Who receives the goods" },
    phone: { zh: "电话号码", en: "A phone number" },
    address: { zh: "收货地址", en: "The address" },
    trackingNumber: { zh: "运单号", en: "The tracking number" },
    expectedArrival: { zh: "预计到达日期", en: "When the goods are expected at the customer's" },
    "report-tracking.event": { zh: "承运商的原话", en: "The carrier's own words" },
    place: { zh: "地点", en: "Where it happened" },
    signedBy: { zh: "签收人", en: "Who signed for the goods" },
    deliveredAt: { zh: "签收时间", en: "When they were signed for" },
    "report-delivery.reference": { zh: "签收凭证编号", en: "The proof's reference" },
    "report-trace.result": { zh: "查件结果", en: "What the trace found" },
    "report-problem.kind": { zh: "异常的种类", en: "What went wrong" },
    "report-problem.detail": { zh: "说明", en: "What happened, in a sentence" },
    "decide-loss.decision": { zh: "裁定", en: "What is done about it" },
    satisfaction: { zh: "客户的满意度，1 至 5", en: "The customer's satisfaction, 1 to 5" },
  },
} as const satisfies ChapterTexts;
