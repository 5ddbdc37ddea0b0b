import type {
  freightBearers,
  lossDecisions,
  problemKinds,
  transportMethods,
  Shipment,
} from "../domain/order/vocabulary/shipping.ts";
import type { changeKinds } from "../domain/order/vocabulary/changes.ts";
import type { Channel, remedyKinds } from "../domain/order/shapes.ts";
import type { Delay } from "../domain/order/vocabulary/delays.ts";
import type { Locale, Text } from "./locale.ts";

/** What stands on the three forms (R5.2), beside the words that everything else uses too (`words.ts`). */

export const formTitles = {
  "order-confirmation": { zh: "订单确认单", en: "Order confirmation" },
  "production-progress": { zh: "生产进度跟踪表", en: "Production progress sheet" },
  "shipping-notice": { zh: "发货通知单", en: "Shipping notice" },
} as const satisfies Readonly<Record<string, Text>>;

/** Headings, labels and columns. */
export const formWords = {
  // head and foot
  number: { zh: "单据编号", en: "Form no." },
  orderNo: { zh: "订单编号", en: "Order no." },
  revision: { zh: "版次", en: "Revision" },
  since: { zh: "生效时间", en: "In force since" },
  status: { zh: "订单状态", en: "Status" },
  receivedAt: { zh: "接单时间", en: "Received" },
  printed: { zh: "打印", en: "Printed" },
  record: { zh: "记录", en: "Record" },
  event: { zh: "第 {} 条", en: "event {}" },
  checksum: { zh: "校验", en: "hash" },
  times: { zh: "时间均为北京时间", en: "Times are Asia/Shanghai" },
  // marks across a form
  draft: { zh: "草稿：尚未录入，不作为凭据", en: "Draft: not entered yet, not binding" },
  superseded: { zh: "已由第 {} 版取代", en: "Superseded by revision {}" },
  unsigned: { zh: "未经主管签字", en: "Not signed by the supervisor" },
  cancelled: { zh: "订单已取消", en: "Order cancelled" },
  cancelling: { zh: "订单正在取消", en: "Order being cancelled" },
  notShipped: { zh: "尚未发货", en: "Not shipped yet" },
  notReleased: { zh: "尚未下达生产", en: "Not released to production yet" },
  personalRemoved: { zh: "个人信息已按保存期限删除", en: "Personal data removed after the retention period" },
  removedText: { zh: "（已删除）", en: "(removed)" },
  // the customer
  customerPart: { zh: "客户信息", en: "Customer" },
  customer: { zh: "客户名称", en: "Customer" },
  contact: { zh: "联系人", en: "Contact" },
  phone: { zh: "联系电话", en: "Phone" },
  email: { zh: "电子邮箱", en: "E-mail" },
  address: { zh: "交货地址", en: "Delivery address" },
  postcode: { zh: "邮政编码", en: "Postcode" },
  salesRep: { zh: "销售代表", en: "Sales representative" },
  // the goods
  lines: { zh: "订单明细", en: "Goods" },
  line: { zh: "序号", en: "No." },
  model: { zh: "型号", en: "Model" },
  specification: { zh: "规格", en: "Specification" },
  quantity: { zh: "数量", en: "Quantity" },
  unitPrice: { zh: "单价（元）", en: "Unit price (CNY)" },
  amount: { zh: "金额（元）", en: "Amount (CNY)" },
  sum: { zh: "合计", en: "Sum of the lines" },
  extra: { zh: "变更加价", en: "Extra cost of changes" },
  discount: { zh: "延期折让", en: "Discount for delay" },
  total: { zh: "订单总额", en: "Total" },
  capitals: { zh: "大写", en: "In words (Chinese)" },
  pieces: { zh: "件数合计", en: "Pieces in all" },
  // terms
  terms: { zh: "交期与约定", en: "Terms" },
  class: { zh: "订单类别", en: "Class" },
  ordinary: { zh: "普通订单", en: "ordinary" },
  large: { zh: "大额订单", en: "large" },
  custom: { zh: "定制产品", en: "custom" },
  brief: { zh: "定制要求", en: "Custom brief" },
  design: { zh: "设计文件", en: "Design document" },
  requestedDate: { zh: "客户要求交期", en: "Requested date" },
  promisedDate: { zh: "承诺交期", en: "Promised date" },
  leadTime: { zh: "生产部门预计完工", en: "Production's expected finish" },
  plannedFinish: { zh: "计划完工", en: "Planned finish" },
  freight: { zh: "运费承担", en: "Freight borne by" },
  channel: { zh: "沟通方式", en: "Channel" },
  changes: { zh: "变更记录", en: "Changes" },
  change: { zh: "变更", en: "Change" },
  why: { zh: "原因", en: "Why" },
  newDate: { zh: "新交期", en: "New date" },
  extraCost: { zh: "加价（元）", en: "Extra (CNY)" },
  state: { zh: "状态", en: "State" },
  signedBy: { zh: "签字", en: "Signed" },
  questions: { zh: "客户疑问与答复", en: "Questions and answers" },
  question: { zh: "问题", en: "Question" },
  answer: { zh: "答复", en: "Answer" },
  notes: { zh: "备注", en: "Notes" },
  note: { zh: "内容", en: "Note" },
  // progress
  progress: { zh: "当前进度", en: "State" },
  stage: { zh: "当前阶段", en: "Stage" },
  run: { zh: "生产批次", en: "Production run" },
  stageOfWork: { zh: "当前工序", en: "Stage of work" },
  expectedFinish: { zh: "预计完工", en: "Expected finish" },
  expectedArrival: { zh: "预计送达", en: "Expected arrival" },
  ordered: { zh: "订单数量", en: "Ordered" },
  done: { zh: "已完成", en: "Done" },
  share: { zh: "完成率", en: "Share" },
  timeline: { zh: "生产阶段及时间", en: "Stages and their times" },
  at: { zh: "时间", en: "Time" },
  what: { zh: "事项", en: "What" },
  detail: { zh: "内容", en: "Detail" },
  by: { zh: "记录人", en: "By" },
  updates: { zh: "每周进度更新", en: "Weekly updates" },
  summary: { zh: "进度说明", en: "What was learnt" },
  source: { zh: "信息来源", en: "From whom" },
  delays: { zh: "延期记录", en: "Delays" },
  cause: { zh: "延期原因", en: "Cause" },
  told: { zh: "告知客户", en: "Customer told" },
  remedy: { zh: "补救方案", en: "Remedy" },
  outcome: { zh: "结果", en: "Outcome" },
  // shipping
  receiving: { zh: "收货信息", en: "Receiving" },
  recipient: { zh: "收货人", en: "Recipient" },
  receivingTime: { zh: "收货时间", en: "Receiving time" },
  transport: { zh: "运输信息", en: "Transport" },
  shipment: { zh: "发货次序", en: "Shipment" },
  method: { zh: "运输方式", en: "Method" },
  carrier: { zh: "承运人", en: "Carrier" },
  trackingNumber: { zh: "运单号", en: "Tracking no." },
  dispatchedAt: { zh: "发货时间", en: "Dispatched" },
  arrival: { zh: "预计到货", en: "Expected arrival" },
  customerTold: { zh: "通知客户", en: "Customer told" },
  deliveredAt: { zh: "签收时间", en: "Signed for at" },
  receivedBy: { zh: "签收人", en: "Signed for by" },
  reference: { zh: "签收凭证", en: "Proof" },
  satisfaction: { zh: "客户满意度", en: "Satisfaction" },
  counted: { zh: "实点数量", en: "Counted" },
  specificationOk: { zh: "规格相符", en: "As specified" },
  finding: { zh: "核对结果", en: "Finding" },
  yes: { zh: "是", en: "yes" },
  no: { zh: "否", en: "no" },
  tracking: { zh: "物流跟踪", en: "Tracking" },
  place: { zh: "地点", en: "Place" },
  shipments: { zh: "历次发货", en: "Earlier shipments" },
  problem: { zh: "运输异常", en: "Trouble" },
} as const satisfies Readonly<Record<string, Text>>;
export type FormWord = keyof typeof formWords;

/** Around a page's number and the number of pages. */
export const pageOf: { readonly [L in Locale]: readonly [before: string, between: string, after: string] } = {
  zh: ["第 ", " 页 / 共 ", " 页"],
  en: ["Page ", " of ", ""],
};

/** Signature blocks. */
export const signatureWords = {
  customer: { zh: "客户确认", en: "Confirmed with the customer" },
  entry: { zh: "销售代表（录入自检）", en: "Sales representative (entry, self-checked)" },
  special: { zh: "主管（特殊订单知悉）", en: "Supervisor (special order acknowledged)" },
  design: { zh: "设计部门", en: "Design department" },
  finalTerms: { zh: "客户最终确认", en: "Final terms confirmed with the customer" },
  supervisor: { zh: "主管签字", en: "Supervisor" },
  release: { zh: "订单管理员（核对下达）", en: "Order administrator (release)" },
  production: { zh: "生产部门（完工）", en: "Production (made)" },
  warehouse: { zh: "仓库核对", en: "Warehouse check" },
  shippingData: { zh: "销售代表（确认收货信息）", en: "Sales representative (customer's data)" },
  logistics: { zh: "物流部门（发货）", en: "Logistics (dispatch)" },
  receipt: { zh: "客户签收", en: "Received by the customer" },
  receiptConfirmed: { zh: "销售代表（确认签收）", en: "Sales representative (receipt confirmed)" },
  updated: { zh: "销售代表（进度跟进）", en: "Sales representative (progress)" },
  changeSigned: { zh: "主管签字（变更 {}）", en: "Supervisor (change {})" },
  changeAccepted: { zh: "客户确认（变更 {}）", en: "Customer's consent (change {})" },
} as const satisfies Readonly<Record<string, Text>>;

/** What happened, in the timeline of the progress sheet. */
export const timelineWords = {
  released: { zh: "下达生产", en: "Released to production" },
  "lead-time-reported": { zh: "反馈生产周期", en: "Lead time reported" },
  "progress-reported": { zh: "生产进度", en: "Progress" },
  "production-finished": { zh: "生产完工", en: "Production finished" },
  "goods-accepted": { zh: "仓库核对相符", en: "Goods accepted by the warehouse" },
  "goods-refused": { zh: "仓库核对不符，退回返工", en: "Goods refused, back to production" },
  "delay-reported": { zh: "报告延期", en: "Delay reported" },
  "amendment-answered": { zh: "答复变更", en: "Amendment answered" },
  "loss-decided": { zh: "裁定运输异常", en: "Loss decided" },
} as const satisfies Readonly<Record<string, Text>>;

/** Words of this service's own that stand where people write theirs. */
export const reportedWords: Readonly<Record<string, Text>> = {
  "finished short": { zh: "部分完工", en: "finished short" },
  "promise-passed": { zh: "已过承诺交期", en: "the promised date has passed" },
};

export const channelWords: { readonly [C in Channel]: Text } = {
  phone: { zh: "电话", en: "phone" },
  email: { zh: "电子邮件", en: "e-mail" },
  wecom: { zh: "企业微信", en: "WeCom" },
  wechat: { zh: "微信", en: "WeChat" },
  sms: { zh: "短信", en: "text message" },
  visit: { zh: "当面", en: "visit" },
  system: { zh: "系统消息", en: "message" },
};
export const transportWords: { readonly [M in (typeof transportMethods)[number]]: Text } = {
  courier: { zh: "快递", en: "courier" },
  dedicated_vehicle: { zh: "专车", en: "dedicated vehicle" },
};
export const freightWords: { readonly [F in (typeof freightBearers)[number]]: Text } = {
  company: { zh: "公司承担", en: "the company" },
  customer: { zh: "客户承担", en: "the customer" },
  agreed: { zh: "按约定", en: "as agreed" },
};
export const changeKindWords: { readonly [K in (typeof changeKinds)[number]]: Text } = {
  specification: { zh: "规格", en: "specification" },
  quantity: { zh: "数量", en: "quantity" },
  date: { zh: "交期", en: "date" },
  price: { zh: "价格", en: "price" },
  address: { zh: "地址", en: "address" },
  other: { zh: "其他", en: "other" },
};
export const remedyWords: { readonly [K in (typeof remedyKinds)[number]]: Text } = {
  earlier_delivery: { zh: "提前交货", en: "earlier delivery" },
  discount: { zh: "折让", en: "discount" },
  freight: { zh: "承担运费", en: "freight" },
  other: { zh: "其他", en: "other" },
  cancellation: { zh: "取消订单", en: "cancellation" },
};
export const delayStateWords: { readonly [S in Delay["state"]]: Text } = {
  untold: { zh: "待告知客户", en: "customer to be told" },
  told: { zh: "已告知，待商定", en: "told, remedy awaited" },
  remedy_refused: { zh: "补救方案被拒", en: "remedy refused" },
  closed: { zh: "已了结", en: "closed" },
  withdrawn: { zh: "已消除", en: "withdrawn" },
};
export const delayOutcomeWords: { readonly [O in NonNullable<Delay["outcome"]>]: Text } = {
  agreed: { zh: "已商定", en: "agreed" },
  kept: { zh: "维持原交期", en: "promise kept" },
  cancelled: { zh: "订单取消", en: "order cancelled" },
};
export const lossWords: { readonly [D in (typeof lossDecisions)[number]]: Text } = {
  make_again: { zh: "重新生产", en: "make again" },
  ship_again: { zh: "重新发货", en: "ship again" },
  accept: { zh: "按现状接受", en: "accept as it is" },
  cancel: { zh: "取消订单", en: "cancel" },
};
/** Kinds of trouble: those that are reported, and those that a trace finds. */
export const problemWords: { readonly [K in (typeof problemKinds)[number] | "returned" | "lost"]: Text } = {
  refused: { zh: "拒收", en: "refused" },
  short: { zh: "短少", en: "short" },
  damaged: { zh: "破损", en: "damaged" },
  wrong_recipient: { zh: "错收", en: "wrong recipient" },
  returned: { zh: "退回", en: "returned" },
  lost: { zh: "丢失", en: "lost" },
};
export const shipmentWords: { readonly [S in Shipment["state"]]: Text } = {
  under_way: { zh: "运输中", en: "under way" },
  delivered: { zh: "已签收", en: "delivered" },
  problem: { zh: "运输异常", en: "in trouble" },
  ended: { zh: "已结束", en: "ended" },
};
