import type { AdministrationDutyName } from "../domain/routine/put-calendar.ts";
import type { DutyName } from "../domain/order/duty.ts";
import type { Party } from "../domain/people.ts";
import type { Stage, Status } from "../domain/order/state.ts";
import type { ChangeState } from "../domain/order/vocabulary/changes.ts";
import type { Rung } from "../domain/clock/watch.ts";
import type { Restored } from "../domain/order/events.ts";
import { orderDutyWords } from "./chapters.ts";
import type { Locale, Text } from "./locale.ts";

/** The regulation's words (`docs/glossary.md`), for texts and pages. */

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

/** Duties as people call them: an order's, and those of the house. */
export const dutyWords: { readonly [D in DutyName | AdministrationDutyName]: Text } = {
  ...orderDutyWords,
  "put-calendar": { zh: "更新工作日历", en: "put a newer calendar" },
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
