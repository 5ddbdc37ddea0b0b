import { noSuch, type ChapterTexts } from "./chapter.ts";

/** Chapter 2: from the customer's call to the release, and who signs (R2, R5.1, R5.3). */
export const confirmation = {
  commands: {
    receive: {
      title: { zh: "接收订单", en: "receive an order" },
      says: {
        zh: "客户名称和至少一种联系方式，其余可以暂缺",
        en: "the customer's name and one way to reach them; the rest may be missing",
      },
      follows: {
        zh: "按已知内容判定是否为特殊订单；未指定销售代表时产生职责“指派销售代表”",
        en: "the class is computed as far as known; without a representative the duty `assign-rep` opens",
      },
    },
    reassign: {
      title: { zh: "改派销售代表", en: "reassign the order" },
      says: { zh: "新的销售代表", en: "the new representative" },
      follows: {
        zh: "未完成的职责及其期限随之转移，此前的逾期仍归原责任人",
        en: "open duties and their due times move along; earlier breaches stay where they were",
      },
    },
    "ask-customer": {
      title: { zh: "向客户提问", en: "ask the customer" },
      says: { zh: "问题、所涉职责和沟通渠道", en: "the question, the duty that it is about, the channel" },
      follows: { zh: "立即发送问题；该职责暂停计时", en: "the question is sent at once; that duty's clock pauses" },
    },
    "record-answer": {
      title: { zh: "记录客户答复", en: "record the customer's answer" },
      says: { zh: "问题编号和答复", en: "the question's id and the answer" },
      follows: { zh: "该职责恢复计时", en: "the duty's clock runs again" },
    },
    confirm: {
      title: { zh: "与客户确认订单", en: "confirm the order with the customer" },
      says: { zh: "产品明细、交货日期、沟通渠道", en: "lines, delivery date, channel" },
      follows: {
        zh: "重新判定是否为特殊订单；该日期即为承诺交期",
        en: "the class is computed; the date is the promise",
      },
    },
    enter: {
      title: { zh: "录入订单", en: "enter the order" },
      says: { zh: "完整的录入内容，并声明已自检", en: "the complete entry, `selfChecked: true`" },
      follows: {
        zh: "产生第一版订单确认单；特殊订单产生相应职责，否则待主管签字",
        en: "the order confirmation's first revision; a special order's own duties open, else `sign`",
      },
    },
    "correct-entry": {
      title: { zh: "更正录入", en: "correct the entry" },
      says: { zh: "重新提交完整的录入内容", en: "the complete entry again" },
      follows: {
        zh: "回到“已录入”；签字作废；产品或定制要求有变化时，设计、生产周期、最终条款和已告知的交期一并作废；`requestedDate` 为新的承诺交期",
        en: "`entered`; the signature is void; changed lines or a changed brief void design, lead time, final terms and the date told; `requestedDate` is the new promise",
      },
    },
    "acknowledge-special": {
      title: { zh: "知悉特殊订单", en: "acknowledge the special order" },
      says: { zh: "备注（可不填）", en: "a note, if any" },
    },
    "report-lead-time": {
      title: { zh: "反馈生产周期", en: "report the lead time" },
      says: { zh: "天数或完工日期", en: "days or finish date" },
      follows: {
        zh: "更新计划完工日期；下达生产之后，若赶不上承诺交期则产生延期",
        en: "the planned finish; after the release, a delay if that is too late for the promise",
      },
    },
    "settle-design": {
      title: { zh: "确定设计方案", en: "settle the design" },
      says: { zh: "设计文件编号", en: "the document's reference" },
      follows: { zh: "向生产部门询问生产周期", en: "production is asked for its lead time" },
    },
    "inform-delivery-date": {
      title: { zh: "告知客户预计交期", en: "tell the customer the expected delivery date" },
      says: { zh: "日期、沟通渠道", en: "date, channel" },
      follows: { zh: "该日期即为承诺交期", en: "the date is the promise" },
    },
    "confirm-final-terms": {
      title: { zh: "确认最终价格和交期", en: "confirm the final price and date" },
      says: {
        zh: "客户接受：价格、日期、沟通渠道；或不接受：原因",
        en: "accepted, with price, date, channel; or not accepted, and why",
      },
      follows: {
        zh: "条款和承诺交期；客户不接受时设计和生产周期作废，须重新确定设计方案",
        en: "terms and promise; not accepted: design and lead time are void, and `settle-design` is owed again",
      },
    },
    sign: {
      title: { zh: "签字", en: "sign" },
      says: { zh: "无需填写；对变更签字时注明 `changeId`", en: "nothing; of a change that waits for a signature its `changeId`" },
      follows: { zh: "“已签字”；变更则继续进行", en: "`signed`; a change goes on" },
    },
    "refuse-signature": {
      title: { zh: "拒绝签字", en: "refuse to sign" },
      says: { zh: "原因；对变更注明 `changeId`", en: "the reason; of a change its `changeId`" },
      follows: { zh: "“已退回修改”；变更则终止", en: "`returned`; a change ends" },
    },
    release: {
      title: { zh: "下达生产", en: "release to production" },
      says: { zh: "无需填写", en: "nothing" },
      follows: { zh: "“生产中”；向生产部门下单", en: "`in_production`; the order is placed with production" },
    },
    "refuse-release": {
      title: { zh: "拒绝下达生产", en: "refuse to release" },
      says: { zh: "原因", en: "the reason" },
      follows: { zh: "“已退回修改”", en: "`returned`" },
    },
  },
  events: {
    received: { zh: "已接收订单", en: "the order was received" },
    "rep-assigned": { zh: "已指派销售代表", en: "a representative was assigned" },
    "work-handed-over": { zh: "工作已移交代理人", en: "the work was handed over to the deputy" },
    "work-handed-back": { zh: "工作已交还销售代表", en: "the work was handed back to the representative" },
    "customer-asked": { zh: "已向客户提问", en: "the customer was asked" },
    "answer-recorded": { zh: "已记录客户答复", en: "the customer's answer was recorded" },
    confirmed: { zh: "已与客户确认", en: "the order was confirmed with the customer" },
    entered: { zh: "已录入", en: "the order was entered" },
    "entry-corrected": { zh: "已更正录入", en: "the entry was corrected" },
    "special-acknowledged": { zh: "主管已知悉特殊订单", en: "the supervisor acknowledged the special order" },
    "lead-time-reported": { zh: "已反馈生产周期", en: "the lead time was reported" },
    "design-settled": { zh: "已确定设计方案", en: "the design was settled" },
    "delivery-date-informed": { zh: "已告知客户预计交期", en: "the customer was told the delivery date" },
    "final-terms-accepted": { zh: "客户已接受最终条款", en: "the customer accepted the final terms" },
    "final-terms-declined": { zh: "客户未接受最终条款", en: "the customer declined the final terms" },
    signed: { zh: "主管已签字", en: "the order was signed" },
    "signature-refused": { zh: "主管拒绝签字", en: "the signature was refused" },
    released: { zh: "已下达生产", en: "the order was released to production" },
    "release-refused": { zh: "管理员拒绝下达生产", en: "the release was refused" },
  },
  duties: {
    "assign-rep": {
      name: { zh: "指派销售代表", en: "assign a sales representative" },
      opened: { zh: "订单没有销售代表", en: "no representative" },
    },
    confirm: {
      name: { zh: "与客户确认订单", en: "confirm the order with the customer" },
      opened: { zh: "接收订单", en: "`receive`" },
    },
    enter: { name: { zh: "录入订单", en: "enter the order" }, opened: { zh: "与客户确认", en: "`confirm`" } },
    "acknowledge-special": {
      name: { zh: "知悉特殊订单", en: "acknowledge the special order" },
      opened: { zh: "订单成为特殊订单", en: "the class becomes special" },
    },
    "settle-design": {
      name: { zh: "确定设计方案", en: "settle the design" },
      opened: { zh: "定制：录入；客户未接受最终条款", en: "custom: `enter`; final terms declined" },
    },
    "report-lead-time": {
      name: { zh: "反馈生产周期", en: "report the lead time" },
      opened: {
        zh: "大额非定制：录入；定制：设计已确定；普通：下达生产；重做",
        en: "large, not custom: `enter`; custom: design settled; ordinary: `release`; making again",
      },
    },
    "inform-delivery-date": {
      name: { zh: "告知客户预计交期", en: "tell the customer the expected delivery date" },
      opened: { zh: "大额非定制：生产周期已知", en: "large, not custom: lead time known" },
    },
    "confirm-final-terms": {
      name: { zh: "与客户确认最终价格和交期", en: "confirm final price and date with the customer" },
      opened: { zh: "定制：设计和生产周期均已知", en: "custom: design and lead time known" },
    },
    sign: {
      name: { zh: "签字审批", en: "sign" },
      opened: {
        zh: "已录入且特殊事项均已完成；需要签字的变更",
        en: "entered and nothing special open; a change that needs it",
      },
    },
    "correct-entry": { name: { zh: "更正录入", en: "correct the entry" }, opened: { zh: "订单被退回", en: "returned" } },
    release: { name: { zh: "核对并下达生产", en: "check and release to production" }, opened: { zh: "已签字", en: "signed" } },
  },
  refusals: {
    "order-exists": { zh: "该订单号已存在。", en: "There is an order with this number already." },
    "own-entry": {
      zh: "不能审批自己录入的订单或自己与客户商定的条款，请由他人办理。",
      en: "Nobody signs or releases what they entered, or terms that they agreed, themselves; somebody else has to.",
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
    "no-such-question": noSuch("问题", "question"),
    "promise-impossible": {
      zh: "按生产部门的预计和运输时间，货物最早 {earliest} 到达，不能承诺 {date}；如仍须承诺，请在 override 中说明理由。",
      en: "By production's forecast and the transit the goods can be there on {earliest} at the earliest, not on {date}; to promise it all the same, say why in override.",
      bare: {
        zh: "按生产部门的预计和运输时间，该日期不能兑现；如仍须承诺，请在 override 中说明理由。",
        en: "By production's forecast and the transit this day cannot be kept; to promise it all the same, say why in override.",
      },
    },
  },
  fields: {
    customer: { zh: "客户", en: "The customer" },
    salesRep: { zh: "销售代表的编号", en: "The sales representative's id" },
    "reassign.salesRep": { zh: "新的销售代表的编号", en: "The new sales representative's id" },
    lines: { zh: "产品明细", en: "The lines of the order" },
    custom: {
      zh: "定制要求；目录内产品为 null",
      en: "What the customer wants made for them; null for products of the catalogue",
    },
    "class.large": { zh: "是否为大额订单", en: "Whether the order is large by its amount" },
    "class.custom": { zh: "是否为定制订单", en: "Whether something is made for the customer" },
    deliveryAddress: { zh: "交货地址", en: "Where the goods go" },
    requestedDate: { zh: "客户要求的交货日期", en: "The delivery date that the customer asks for" },
    "receive.orderNo": {
      zh: "自选的订单号；不填则由系统给出",
      en: "A number of the caller's own; without it the service chooses one",
    },
    question: { zh: "问题", en: "The question" },
    questionId: { zh: "问题编号", en: "The question's id" },
    answer: { zh: "客户的答复", en: "The customer's answer" },
    deliveryDate: { zh: "与客户确认的交货日期，即承诺交期", en: "The delivery date confirmed with the customer: the promise" },
    selfChecked: { zh: "销售代表已自检录入内容（R2.2）", en: "The representative has checked the entry (R2.2)" },
    "report-lead-time.days": { zh: "生产天数，从下达生产起算", en: "Days of production, counted from the release" },
    finishDate: { zh: "预计完工日期", en: "The day on which production will be done" },
    "settle-design.reference": { zh: "设计文件编号", en: "The design document's reference" },
    "inform-delivery-date.date": { zh: "告知客户的交货日期", en: "The delivery date that the customer was told" },
    "confirm-final-terms.accepted": { zh: "客户是否接受", en: "Whether the customer accepts" },
    "confirm-final-terms.date": { zh: "商定的交货日期", en: "The delivery date that was agreed" },
    "confirm-final-terms.why": { zh: "客户不接受的原因", en: "Why the customer does not accept" },
    override: {
      zh: "按生产部门的预计和运输时间不能兑现而仍承诺该日期的理由",
      en: "Why a day is promised although production's forecast and the transit say that it cannot be kept",
    },
  },
} as const satisfies ChapterTexts;
