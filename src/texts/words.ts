import type { DutyName, HouseDutyName } from "../domain/policy.ts";
import type { Party } from "../domain/people.ts";
import type { CommandName } from "../domain/order/bodies.ts";
import type { ChangeState, Stage, Status } from "../domain/order/state.ts";
import type { Rung } from "../domain/clock/ladder.ts";
import type { Restored } from "../domain/order/events.ts";
import type { Locale, Text } from "./locale.ts";

/** The regulation's words (`docs/regulation.md`, Words), for texts and pages. */

export const statusWords: { readonly [S in Status]: Text } = {
  pending_confirmation: { zh: "待确认", en: "pending confirmation" },
  in_production: { zh: "生产中", en: "in production" },
  ready_to_ship: { zh: "待发货", en: "ready to ship" },
  shipped: { zh: "已发货", en: "shipped" },
  completed: { zh: "已完成", en: "completed" },
  cancelled: { zh: "已取消", en: "cancelled" },
};

export const stageWords: { readonly [S in Stage]: Text } = {
  received: { zh: "已接单", en: "received" },
  confirmed: { zh: "已与客户确认", en: "confirmed" },
  entered: { zh: "已录入", en: "entered" },
  returned: { zh: "已退回修改", en: "returned" },
  signed: { zh: "已签字", en: "signed" },
  making: { zh: "生产中", en: "making" },
  made: { zh: "已完工待核对", en: "made" },
  rework: { zh: "返工中", en: "rework" },
  ready: { zh: "待发货", en: "ready" },
  shipped: { zh: "已发货", en: "shipped" },
  delivered: { zh: "已签收", en: "delivered" },
  problem: { zh: "运输异常", en: "problem" },
  completed: { zh: "已完成", en: "completed" },
  cancelled: { zh: "已取消", en: "cancelled" },
};

export const roleWords: { readonly [R in Party]: Text } = {
  sales_rep: { zh: "销售代表", en: "sales representative" },
  order_admin: { zh: "订单管理员", en: "order administrator" },
  customer_service: { zh: "客服", en: "customer service" },
  supervisor: { zh: "主管", en: "supervisor" },
  management: { zh: "管理层", en: "management" },
  production: { zh: "生产部门", en: "production" },
  design: { zh: "设计部门", en: "design" },
  warehouse: { zh: "仓库", en: "warehouse" },
  logistics: { zh: "物流部门", en: "logistics" },
  customer: { zh: "客户", en: "customer" },
  staff: { zh: "员工", en: "staff" },
  system: { zh: "系统", en: "system" },
};

export const dutyWords: { readonly [D in DutyName | HouseDutyName]: Text } = {
  "put-calendar": { zh: "更新工作日历", en: "put a newer calendar" },
  "assign-rep": { zh: "指派销售代表", en: "assign a sales representative" },
  confirm: { zh: "与客户确认订单", en: "confirm the order with the customer" },
  enter: { zh: "录入订单", en: "enter the order" },
  "acknowledge-special": { zh: "知悉特殊订单", en: "acknowledge the special order" },
  "settle-design": { zh: "确定设计方案", en: "settle the design" },
  "report-lead-time": { zh: "反馈生产周期", en: "report the lead time" },
  "inform-delivery-date": { zh: "告知客户预计交期", en: "tell the customer the expected delivery date" },
  "confirm-final-terms": { zh: "与客户确认最终价格和交期", en: "confirm final price and date with the customer" },
  sign: { zh: "签字审批", en: "sign" },
  "correct-entry": { zh: "更正录入", en: "correct the entry" },
  release: { zh: "核对并下达生产", en: "check and release to production" },
  "update-progress": { zh: "每周更新生产进度", en: "update the weekly progress" },
  "finish-production": { zh: "完成生产", en: "finish production" },
  "tell-customer-of-delay": { zh: "告知客户延期及补救方案", en: "tell the customer of the delay and a remedy" },
  "agree-remedy": { zh: "与客户商定补救方案", en: "agree a remedy with the customer" },
  "decide-remedy": { zh: "裁定补救方案", en: "decide on the remedy" },
  "confirm-receiving-time": { zh: "确认客户收货时间", en: "confirm the customer's receiving time" },
  "check-goods": { zh: "核对货物数量和规格", en: "check the goods" },
  rework: { zh: "返工", en: "rework the goods" },
  "arrange-transport": { zh: "安排运输", en: "arrange transport" },
  "confirm-shipping-data": { zh: "确认收货信息", en: "confirm the shipping data" },
  dispatch: { zh: "发货", en: "dispatch" },
  "tell-customer-of-shipment": { zh: "通知客户已发货", en: "tell the customer of the shipment" },
  "prove-delivery": { zh: "取得签收证明", en: "prove the delivery" },
  "decide-loss": { zh: "裁定运输异常", en: "decide on the loss" },
  "confirm-receipt": { zh: "确认签收", en: "confirm the receipt" },
  "assess-change": { zh: "评估变更可行性", en: "assess the change" },
  "answer-change": { zh: "答复变更", en: "answer the change" },
  "answer-amendment": { zh: "答复生产变更", en: "answer the amendment" },
  "tell-change-outcome": { zh: "告知客户变更结果", en: "tell the customer the outcome of the change" },
  "decide-cancellation": { zh: "裁定取消申请", en: "decide on the cancellation" },
  "handle-complaint": { zh: "处理投诉", en: "handle the complaint" },
  "remedy-finding": { zh: "整改检查问题", en: "remedy the finding" },
  inspect: { zh: "检查订单", en: "inspect the order" },
  "verify-force-majeure": { zh: "核实不可抗力", en: "verify the force majeure" },
  "resolve-discrepancy": { zh: "处理不符的报告", en: "resolve the discrepancy" },
  "take-over": { zh: "接手失败的请求", en: "take over the failed request" },
};

export const changeStateWords: { readonly [S in ChangeState]: Text } = {
  requested: { zh: "待评估", en: "requested" },
  assessed: { zh: "待客户答复", en: "assessed, awaiting the customer" },
  awaiting_signature: { zh: "待主管签字", en: "awaiting the supervisor's signature" },
  amending: { zh: "待生产部门答复", en: "awaiting production's answer" },
  accepted: { zh: "已生效", en: "in effect" },
  refused: { zh: "未接受，待告知客户", en: "refused, the customer is to be told" },
  refused_told: { zh: "未接受，已告知客户", en: "refused, the customer has been told" },
  withdrawn: { zh: "已撤回", en: "withdrawn" },
  lapsed: { zh: "已失效", en: "lapsed" },
};

/** Commands as people call them; most share their duty's words. */
export const commandWords: { readonly [C in CommandName]: Text } = {
  receive: { zh: "接收订单", en: "receive an order" },
  "ask-customer": { zh: "向客户提问", en: "ask the customer" },
  "record-answer": { zh: "记录客户答复", en: "record the customer's answer" },
  confirm: { zh: "与客户确认订单", en: "confirm the order with the customer" },
  enter: { zh: "录入订单", en: "enter the order" },
  "correct-entry": { zh: "更正录入", en: "correct the entry" },
  "acknowledge-special": { zh: "知悉特殊订单", en: "acknowledge the special order" },
  "report-lead-time": { zh: "反馈生产周期", en: "report the lead time" },
  "settle-design": { zh: "确定设计方案", en: "settle the design" },
  "inform-delivery-date": { zh: "告知客户预计交期", en: "tell the customer the expected delivery date" },
  "confirm-final-terms": { zh: "确认最终价格和交期", en: "confirm the final price and date" },
  sign: { zh: "签字", en: "sign" },
  "refuse-signature": { zh: "拒绝签字", en: "refuse to sign" },
  release: { zh: "下达生产", en: "release to production" },
  "refuse-release": { zh: "拒绝下达生产", en: "refuse to release" },
  "report-progress": { zh: "反馈生产进度", en: "report the progress of production" },
  "update-progress": { zh: "更新生产进度", en: "update the progress" },
  "report-delay": { zh: "报告延期", en: "report a delay" },
  "tell-customer-of-delay": { zh: "告知客户延期及补救方案", en: "tell the customer of the delay and a remedy" },
  "agree-remedy": { zh: "记录客户对补救方案的答复", en: "record the customer's answer to the remedy" },
  "decide-remedy": { zh: "裁定补救方案", en: "decide on the remedy" },
  "finish-production": { zh: "报告完工", en: "report that production is finished" },
  "confirm-receiving-time": { zh: "确认客户收货时间", en: "confirm the customer's receiving time" },
  "check-goods": { zh: "核对货物", en: "check the goods" },
  "arrange-transport": { zh: "安排运输", en: "arrange transport" },
  "confirm-shipping-data": { zh: "确认收货信息", en: "confirm the shipping data" },
  dispatch: { zh: "发货", en: "dispatch" },
  "tell-customer-of-shipment": { zh: "通知客户已发货", en: "tell the customer of the shipment" },
  "report-tracking": { zh: "反馈物流信息", en: "report the tracking" },
  "report-delivery": { zh: "报告签收", en: "report the delivery" },
  "report-trace": { zh: "反馈查件结果", en: "report what the trace found" },
  "report-problem": { zh: "报告运输异常", en: "report a problem with the delivery" },
  "decide-loss": { zh: "裁定运输异常", en: "decide on the loss" },
  "confirm-receipt": { zh: "确认签收", en: "confirm the receipt" },
  "request-change": { zh: "提出变更", en: "request a change" },
  "assess-change": { zh: "评估变更", en: "assess the change" },
  "accept-change": { zh: "接受变更", en: "accept the change" },
  "withdraw-change": { zh: "撤回变更", en: "withdraw the change" },
  "answer-amendment": { zh: "答复生产变更", en: "answer the amendment" },
  "tell-change-outcome": { zh: "告知客户变更结果", en: "tell the customer the outcome of the change" },
  "request-cancellation": { zh: "申请取消订单", en: "request the cancellation" },
  cancel: { zh: "取消订单", en: "cancel the order" },
  "refuse-cancellation": { zh: "拒绝取消", en: "refuse the cancellation" },
  "declare-force-majeure": { zh: "申报不可抗力", en: "declare force majeure" },
  "verify-force-majeure": { zh: "核实不可抗力", en: "verify the force majeure" },
  "pause-duty": { zh: "暂停计时", en: "pause a duty's clock" },
  "resume-duty": { zh: "恢复计时", en: "resume a duty's clock" },
  acknowledge: { zh: "确认已知逾期", en: "acknowledge an overdue duty" },
  reassign: { zh: "改派销售代表", en: "reassign the order" },
  "take-over": { zh: "接手失败的请求", en: "take over a failed request" },
  "resolve-discrepancy": { zh: "处理不符的报告", en: "resolve a discrepancy" },
  "record-communication": { zh: "记录沟通", en: "record a communication" },
  "record-complaint": { zh: "记录投诉", en: "record a complaint" },
  "resolve-complaint": { zh: "处理投诉", en: "resolve a complaint" },
  "record-finding": { zh: "记录检查问题", en: "record a finding" },
  "remedy-finding": { zh: "整改检查问题", en: "remedy a finding" },
  "ask-inspection": { zh: "安排检查", en: "ask for an inspection" },
  "answer-inspection": { zh: "填报检查结果", en: "answer an inspection" },
};

export const rungWords: { readonly [R in Rung]: Text } = {
  warn: { zh: "即将到期", en: "due soon" },
  due: { zh: "已到期", en: "due now" },
  escalate: { zh: "已逾期，上报管理层", en: "overdue, escalated to management" },
  remind: { zh: "仍未完成", en: "still overdue" },
};

/** Why an order was not carried on, as the middle of a sentence. */
export const restoredWords: { readonly [R in Restored]: Text } = {
  terminated: { zh: "其流程被强行终止", en: "its workflow was terminated" },
  canceled: { zh: "其流程被取消", en: "its workflow was cancelled" },
  failed: { zh: "其流程出错中断", en: "its workflow failed" },
  "timed-out": { zh: "其流程超时中断", en: "its workflow timed out" },
  reset: { zh: "其流程被重置到较早的时间", en: "its workflow was reset to an earlier time" },
  missing: { zh: "流程引擎中没有该订单", en: "the workflow engine had lost it" },
  behind: { zh: "流程引擎中的该订单落后于记录", en: "the workflow engine had an older state of it" },
};

/** What is wrong when one of the service's own clocks stands, as the middle of a sentence. */
export const clockWords = {
  engine: { zh: "流程引擎无应答", en: "the workflow engine does not answer" },
  worker: { zh: "没有后台进程在处理订单", en: "no worker is processing orders" },
  schedules: { zh: "定时检查未按时运行", en: "a scheduled inspection did not run" },
  duties: { zh: "有事项已到期而未提醒", en: "duties are past due and nobody has been told" },
  records: { zh: "订单记录未更新", en: "the records are behind the orders" },
  orders: { zh: "有未完结的订单无人跟进且无法恢复", en: "open orders are not carried on and could not be restored" },
} as const satisfies Record<string, Text>;

/** A word of a table by a name that may not be in it. */
export function wordOf(words: Readonly<Record<string, Text>>, name: string, locale: Locale): string {
  return Object.hasOwn(words, name) ? (words[name]?.[locale] ?? name) : name;
}
