import type { MessageName, MessageParams } from "../domain/order/effects.ts";
import { rungs, type Rung } from "../domain/clock/watch.ts";
import { refusalCodes } from "../domain/order/refusals.ts";
import { factoryTime as timeOf, yuan as written } from "./format.ts";
import type { Locale } from "./locale.ts";
import { refusalText } from "./refusals.ts";
import { commandWords } from "./chapters.ts";
import { clockWords, dutyWords, restoredWords, roleWords, rungWords, statusWords, wordOf } from "./words.ts";
import { proposalStateWords, proposalWords } from "./rewards.ts";

/** A message as people read it. Plain text; the subject is one line. */
export interface Written {
  readonly subject: string;
  readonly body: string;
}

/** What a message system takes at least: what people wrote is cut beyond it, the record has the whole. */
const LONGEST_PART = 1_500;

/** A parameter inside a sentence: without the full stop that its writer may have put, empty when it is not there. */
function part(params: MessageParams, name: string): string {
  const text = String(params[name] ?? "").replace(/[\s.;,\u3002\uFF0C\uFF1B]+$/u, "");
  return text.length > LONGEST_PART ? `${text.slice(0, LONGEST_PART).replace(/\p{Cs}$/u, "")}…` : text;
}

/** A clause around a parameter, left out when that is not known. */
function clause(params: MessageParams, name: string, write: (text: string) => string): string {
  const text = part(params, name);
  return text === "" ? "" : write(text);
}

/** What a report could not put on its orders: somebody has to see to it. Empty where there is nothing of the kind. */
function undelivered(params: MessageParams, locale: Locale): string {
  const orders = Number(params["undelivered"] ?? 0);
  if (orders === 0) return "";
  return {
    zh: `另有 ${orders} 单的结果未能登记到订单，请人工登记。`,
    en: ` On ${orders} orders this could not be recorded: please do so by hand.`,
  }[locale];
}

/** Yuan of integer fen, for reading only. */
function yuan(params: MessageParams, name: string): string {
  return written(Number(params[name] ?? 0));
}

/** An instant in the factory's time, to the minute. */
function factoryTime(params: MessageParams, name: string): string {
  const at = Date.parse(part(params, name));
  return Number.isNaN(at) ? part(params, name) : timeOf(at);
}

function classes(params: MessageParams, locale: Locale): string {
  const large = params["large"] === true ? { zh: "大额", en: "large" }[locale] : "";
  const custom = params["custom"] === true ? { zh: "定制", en: "custom" }[locale] : "";
  const both = [large, custom].filter((each) => each !== "").join({ zh: "、", en: " and " }[locale]);
  return both === "" ? { zh: "特殊", en: "special" }[locale] : both;
}

function whyRefused(params: MessageParams, locale: Locale): string {
  const code = refusalCodes.find((each) => each === params["refusal"]);
  return code === undefined ? "" : refusalText(code, {}, locale);
}

type Write = (m: MessageParams) => Written;

/** What each rung of the ladder asks for. */
const rungAsks: { readonly [R in Rung]: { readonly [L in Locale]: (due: string) => string } } = {
  warn: { zh: (due) => `将于 ${due}到期，请及时办理`, en: (due) => `is due at ${due}. Please see to it in time.` },
  due: {
    zh: (due) => `已于 ${due}到期，尚未办理，请立即办理`,
    en: (due) => `was due at ${due} and is not done. Please do it now.`,
  },
  escalate: {
    zh: (due) => `已于 ${due}到期，逾期仍未办理，现上报管理层，请督促办理`,
    en: (due) => `was due at ${due} and is still not done. It is escalated to management; please see that it gets done.`,
  },
  remind: {
    zh: (due) => `已于 ${due}到期，至今仍未办理，请尽快办理，或确认知悉并承诺完成时间`,
    en: (due) => `was due at ${due} and is still not done. Please do it, or acknowledge it and promise a time.`,
  },
};

function asked(params: MessageParams, locale: Locale): string {
  const rung = rungs.find((each) => each === params["rung"]) ?? "due";
  return rungAsks[rung][locale](`${factoryTime(params, "dueAt")}${{ zh: "（北京时间）", en: " (Asia/Shanghai)" }[locale]}`);
}

const texts: { readonly [M in MessageName]: { readonly [L in Locale]: Write } } = {
  question: {
    zh: (m) => ({
      subject: `订单 ${part(m, "orderNo")}：有一事请您确认`,
      body: `尊敬的客户：\n您好！感谢您的订单 ${part(m, "orderNo")}。为准确安排，有一事请您确认：\n${part(m, "question")}\n烦请尽早回复您的销售代表，谢谢！`,
    }),
    en: (m) => ({
      subject: `Your order ${part(m, "orderNo")}: a question`,
      body: `Dear customer,\nthank you for your order ${part(m, "orderNo")}. To get it right we would like to ask:\n${part(m, "question")}\nPlease answer your sales representative as soon as you can. Thank you.`,
    }),
  },
  special: {
    zh: (m) => ({
      subject: `订单 ${part(m, "orderNo")} 为${classes(m, "zh")}订单，请提前知悉`,
      body: `订单 ${part(m, "orderNo")}（客户：${part(m, "customer")}）属于${classes(m, "zh")}订单，金额 ${yuan(m, "amountFen")} 元。请知悉并安排加急处理。`,
    }),
    en: (m) => ({
      subject: `Order ${part(m, "orderNo")} is ${classes(m, "en")}`,
      body: `Order ${part(m, "orderNo")} of ${part(m, "customer")} is ${classes(m, "en")}, CNY ${yuan(m, "amountFen")}. Please acknowledge it and have it expedited.`,
    }),
  },
  released: {
    zh: (m) => ({
      subject: `订单 ${part(m, "orderNo")} 已下达生产`,
      body: `订单 ${part(m, "orderNo")} 已核对无误并下达生产${clause(m, "promisedDate", (date) => `，承诺交期 ${date}`)}。请按期安排。`,
    }),
    en: (m) => ({
      subject: `Order ${part(m, "orderNo")} released to production`,
      body: `Order ${part(m, "orderNo")} has been checked and released to production${clause(m, "promisedDate", (date) => `; it is promised for ${date}`)}.`,
    }),
  },
  "lead-time": {
    zh: (m) => ({
      subject: `订单 ${part(m, "orderNo")} 的生产周期`,
      body: `生产部门反馈：订单 ${part(m, "orderNo")} 预计 ${part(m, "finishDate")} 完工${clause(m, "promisedDate", (date) => `，现承诺交期 ${date}`)}。如为大额或定制订单，请及时告知客户预计交期。`,
    }),
    en: (m) => ({
      subject: `Order ${part(m, "orderNo")}: production's lead time`,
      body: `Production expects to finish order ${part(m, "orderNo")} on ${part(m, "finishDate")}${clause(m, "promisedDate", (date) => `; it is promised for ${date}`)}. For a large or custom order, please tell the customer the expected delivery date.`,
    }),
  },
  delay: {
    zh: (m) => ({
      subject: `订单 ${part(m, "orderNo")} 预计延期`,
      body: `订单 ${part(m, "orderNo")} 预计 ${part(m, "forecastArrival")} 送达，晚于承诺交期 ${part(m, "promisedDate")}。${clause(m, "cause", (cause) => `原因：${cause}。`)}请在规定时限内联系客户，说明原因并商定补救方案。`,
    }),
    en: (m) => ({
      subject: `Order ${part(m, "orderNo")} will be late`,
      body: `Order ${part(m, "orderNo")} is expected to arrive on ${part(m, "forecastArrival")}; it is promised for ${part(m, "promisedDate")}. ${clause(m, "cause", (cause) => `Cause: ${cause}. `)}Please tell the customer why, within the time set for it, and agree a remedy.`,
    }),
  },
  "goods-refused": {
    zh: (m) => ({
      subject: `订单 ${part(m, "orderNo")} 入库核对不符`,
      body: `订单 ${part(m, "orderNo")} 的货物与订单不符，已退回生产部门返工。${clause(m, "findings", (found) => `核对结果：${found}。`)}请与生产部门落实返工时间。`,
    }),
    en: (m) => ({
      subject: `Order ${part(m, "orderNo")}: goods refused at the warehouse`,
      body: `The goods of order ${part(m, "orderNo")} do not match it and go back to production. ${clause(m, "findings", (found) => `Found: ${found}. `)}Please settle with production when they will be right.`,
    }),
  },
  made: {
    zh: (m) => ({
      subject: `订单 ${part(m, "orderNo")} 已完工`,
      body: `订单 ${part(m, "orderNo")} 已生产完毕，送仓库核对。请再次与客户确认收货时间，以便安排发货。`,
    }),
    en: (m) => ({
      subject: `Order ${part(m, "orderNo")} is made`,
      body: `Order ${part(m, "orderNo")} is made and goes to the warehouse to be checked. Please confirm the customer's receiving time once more, so that it can be shipped.`,
    }),
  },
  dispatched: {
    zh: (m) => ({
      subject: `订单 ${part(m, "orderNo")} 已发货`,
      body: `您好！订单 ${part(m, "orderNo")} 已由${part(m, "carrier")}承运发出，运单号 ${part(m, "trackingNumber")}，预计 ${part(m, "expectedArrival")} 送达，敬请留意查收。收货时请当面清点，谢谢！`,
    }),
    en: (m) => ({
      subject: `Order ${part(m, "orderNo")} is on its way`,
      body: `Order ${part(m, "orderNo")} has been dispatched with ${part(m, "carrier")}, tracking number ${part(m, "trackingNumber")}. It is expected to arrive on ${part(m, "expectedArrival")}. Please check the goods when they are handed over. Thank you.`,
    }),
  },
  "change-outcome": {
    zh: (m) =>
      m["outcome"] === "accepted"
        ? {
            subject: `订单 ${part(m, "orderNo")} 的变更已生效`,
            body: `尊敬的客户：\n您好！您对订单 ${part(m, "orderNo")} 提出的变更已生效，我们将按变更后的内容执行。谢谢！`,
          }
        : {
            subject: `订单 ${part(m, "orderNo")} 的变更未能安排`,
            body: `尊敬的客户：\n您好！很抱歉，您对订单 ${part(m, "orderNo")} 提出的变更未能安排。${clause(m, "reason", (why) => `原因：${why}。`)}订单将按原约定继续执行。如有疑问，请联系您的销售代表。`,
          },
    en: (m) =>
      m["outcome"] === "accepted"
        ? {
            subject: `Your order ${part(m, "orderNo")}: the change takes effect`,
            body: `Dear customer,\nthe change that you asked for on order ${part(m, "orderNo")} takes effect; we carry on as changed. Thank you.`,
          }
        : {
            subject: `Your order ${part(m, "orderNo")}: the change is not possible`,
            body: `Dear customer,\nwe are sorry that the change you asked for on order ${part(m, "orderNo")} is not possible. ${clause(m, "reason", (why) => `Reason: ${why}. `)}The order goes on as agreed before. Please contact your sales representative with any question.`,
          },
  },
  cancelled: {
    zh: (m) => ({
      subject: `订单 ${part(m, "orderNo")} 已取消`,
      body: `尊敬的客户：\n您好！您的订单 ${part(m, "orderNo")} 已取消。${clause(m, "reason", (why) => `原因：${why}。`)}如有疑问，请联系您的销售代表。期待再次为您服务！`,
    }),
    en: (m) => ({
      subject: `Your order ${part(m, "orderNo")} is cancelled`,
      body: `Dear customer,\nyour order ${part(m, "orderNo")} is cancelled. ${clause(m, "reason", (why) => `Reason: ${why}. `)}Please contact your sales representative with any question. We hope to be of service again.`,
    }),
  },
  finding: {
    zh: (m) => ({
      subject: `订单 ${part(m, "orderNo")} 检查发现问题，请整改`,
      body: `检查发现订单 ${part(m, "orderNo")} 未符合规定 ${part(m, "rule")}。请整改：${part(m, "action")}。完成后请登记整改结果（编号 ${part(m, "findingId")}）。`,
    }),
    en: (m) => ({
      subject: `Order ${part(m, "orderNo")}: a finding to remedy`,
      body: `An inspection found that order ${part(m, "orderNo")} does not meet rule ${part(m, "rule")}. Please do this: ${part(m, "action")}. Then record the remedy (finding ${part(m, "findingId")}).`,
    }),
  },
  refused: {
    zh: (m) => ({
      subject: `订单 ${part(m, "orderNo")}：“${wordOf(commandWords, part(m, "command"), "zh")}”未被接受`,
      body: `您对订单 ${part(m, "orderNo")} 提交的“${wordOf(commandWords, part(m, "command"), "zh")}”未被接受。${whyRefused(m, "zh")}`,
    }),
    en: (m) => ({
      subject: `Order ${part(m, "orderNo")}: “${wordOf(commandWords, part(m, "command"), "en")}” was refused`,
      body: `What you sent for order ${part(m, "orderNo")}, “${wordOf(commandWords, part(m, "command"), "en")}”, was refused. ${whyRefused(m, "en")}`,
    }),
  },
  "weekly-summary": {
    zh: (m) => ({
      subject: `${part(m, "week")} 周订单汇总`,
      body: `${part(m, "week")} 周汇总已生成：生产中 ${part(m, "inProduction")} 单，进度未更新 ${part(m, "notUpdated")} 单，本周完工 ${part(m, "finished")} 单，延期 ${part(m, "delayed")} 单，本次发现延期 ${part(m, "found")} 单，有延期风险 ${part(m, "atRisk")} 单，未能核对 ${part(m, "notChecked")} 单。详见 /reports/weekly/${part(m, "week")}。${undelivered(m, "zh")}`,
    }),
    en: (m) => ({
      subject: `Weekly summary ${part(m, "week")}`,
      body: `The summary of ${part(m, "week")} is made: in production ${part(m, "inProduction")}, progress not updated ${part(m, "notUpdated")}, finished ${part(m, "finished")}, delayed ${part(m, "delayed")}, delays found by it ${part(m, "found")}, at risk ${part(m, "atRisk")}, could not be read ${part(m, "notChecked")}. See /reports/weekly/${part(m, "week")}.${undelivered(m, "en")}`,
    }),
  },
  inspection: {
    zh: (m) => ({
      subject: `检查 ${part(m, "inspectionId")} 已完成：${part(m, "found")} 单发现问题`,
      body: `检查 ${part(m, "inspectionId")} 共 ${part(m, "orders")} 单：${part(m, "inOrder")} 单未发现问题，${part(m, "found")} 单发现问题并已登记整改，${part(m, "notChecked")} 单未能核对。详见 /inspections/${part(m, "inspectionId")}。${undelivered(m, "zh")}`,
    }),
    en: (m) => ({
      subject: `Inspection ${part(m, "inspectionId")}: findings on ${part(m, "found")}`,
      body: `Inspection ${part(m, "inspectionId")} went through ${part(m, "orders")} orders: nothing found on ${part(m, "inOrder")}, findings recorded on ${part(m, "found")}, not checked ${part(m, "notChecked")}. See /inspections/${part(m, "inspectionId")}.${undelivered(m, "en")}`,
    }),
  },
  "inspection-to-answer": {
    zh: (m) => ({
      subject: `每月全面检查 ${part(m, "inspectionId")} 待填报`,
      body: `上月 ${part(m, "orders")} 单已自动核对：${part(m, "inOrder")} 单未发现问题，${part(m, "found")} 单发现问题，${part(m, "notChecked")} 单未能核对。请于 ${factoryTime(m, "dueAt")}（北京时间）前在 /inspections/${part(m, "inspectionId")} 逐单或批量填报检查结果。${undelivered(m, "zh")}`,
    }),
    en: (m) => ({
      subject: `Monthly full inspection ${part(m, "inspectionId")} to be answered`,
      body: `The ${part(m, "orders")} orders of last month have been checked: nothing found on ${part(m, "inOrder")}, findings on ${part(m, "found")}, not checked ${part(m, "notChecked")}. Please answer them, one by one or together, at /inspections/${part(m, "inspectionId")} by ${factoryTime(m, "dueAt")} (Asia/Shanghai).${undelivered(m, "en")}`,
    }),
  },
  "calendar-warning": {
    zh: (m) => ({
      subject: `工作日历即将不够用：${part(m, "year")} 年之后的节假日未知`,
      body: `工作日历只到 ${part(m, "year")} 年。请于 ${factoryTime(m, "dueAt")}（北京时间）前录入下一年的节假日和调休；在此之前，之后的工作日一律按平常的星期计算。`,
    }),
    en: (m) => ({
      subject: `The calendar knows no holidays after ${part(m, "year")}`,
      body: `The working calendar ends with ${part(m, "year")}. Please put the next year's holidays and make-up days by ${factoryTime(m, "dueAt")} (Asia/Shanghai); until then weekdays after it count as they are.`,
    }),
  },
  "calendar-overdue": {
    zh: (m) => ({
      subject: `工作日历逾期未更新：${part(m, "year")} 年之后的节假日未知`,
      body: `应于 ${factoryTime(m, "dueAt")}（北京时间）前录入 ${part(m, "year")} 年之后的节假日和调休，至今未录入，请立即办理；在此之前，工作日一律按平常的星期计算。`,
    }),
    en: (m) => ({
      subject: `No newer calendar was put: no holidays are known after ${part(m, "year")}`,
      body: `The holidays and make-up days after ${part(m, "year")} were to be put by ${factoryTime(m, "dueAt")} (Asia/Shanghai) and are not. Please put them now; until then weekdays count as they are.`,
    }),
  },
  "inspection-warning": {
    zh: (m) => ({
      subject: `检查 ${part(m, "inspectionId")} 即将到期：尚有 ${part(m, "open")} 单未填报`,
      body: `检查 ${part(m, "inspectionId")} 将于 ${factoryTime(m, "dueAt")}（北京时间）到期，尚有 ${part(m, "open")} 单未填报，请及时办理。`,
    }),
    en: (m) => ({
      subject: `Inspection ${part(m, "inspectionId")} is due soon: ${part(m, "open")} not answered`,
      body: `Inspection ${part(m, "inspectionId")} is to be answered by ${factoryTime(m, "dueAt")} (Asia/Shanghai); ${part(m, "open")} orders are not yet. Please see to it in time.`,
    }),
  },
  "inspection-overdue": {
    zh: (m) => ({
      subject: `检查 ${part(m, "inspectionId")} 逾期：尚有 ${part(m, "open")} 单未填报`,
      body: `检查 ${part(m, "inspectionId")} 应于 ${factoryTime(m, "dueAt")}（北京时间）前填报，尚有 ${part(m, "open")} 单未填报，请立即办理。`,
    }),
    en: (m) => ({
      subject: `Inspection ${part(m, "inspectionId")} is overdue: ${part(m, "open")} not answered`,
      body: `Inspection ${part(m, "inspectionId")} was to be answered by ${factoryTime(m, "dueAt")} (Asia/Shanghai); ${part(m, "open")} orders are not. Please answer them now.`,
    }),
  },
  sample: {
    zh: (m) => ({
      subject: `每月抽查 ${part(m, "inspectionId")}：${part(m, "orders")} 单`,
      body: `已从上月 ${part(m, "candidates")} 单中抽取 ${part(m, "orders")} 单，请逐单检查并填报结果。详见 /inspections/${part(m, "inspectionId")}。${undelivered(m, "zh")}`,
    }),
    en: (m) => ({
      subject: `Monthly sample ${part(m, "inspectionId")}: ${part(m, "orders")} orders`,
      body: `${part(m, "orders")} of last month's ${part(m, "candidates")} orders have been drawn. Please inspect and answer each. See /inspections/${part(m, "inspectionId")}.${undelivered(m, "en")}`,
    }),
  },
  rung: {
    zh: (m) => ({
      subject: `【${wordOf(rungWords, part(m, "rung"), "zh")}】订单 ${part(m, "orderNo")}：${wordOf(dutyWords, part(m, "duty"), "zh")}`,
      body: `订单 ${part(m, "orderNo")}（${wordOf(statusWords, part(m, "status"), "zh")}）的“${wordOf(dutyWords, part(m, "duty"), "zh")}”${asked(m, "zh")}。责任人：${wordOf(roleWords, part(m, "owner"), "zh")}；依据：${part(m, "rule")}。${Number(m["climbed"] ?? 0) > 0 ? "因未能联系到前一级接收人，特通知您。" : ""}`,
    }),
    en: (m) => ({
      subject: `[${wordOf(rungWords, part(m, "rung"), "en")}] order ${part(m, "orderNo")}: ${wordOf(dutyWords, part(m, "duty"), "en")}`,
      body: `Order ${part(m, "orderNo")} (${wordOf(statusWords, part(m, "status"), "en")}): “${wordOf(dutyWords, part(m, "duty"), "en")}” ${asked(m, "en")} Owner: ${wordOf(roleWords, part(m, "owner"), "en")}; rule ${part(m, "rule")}.${Number(m["climbed"] ?? 0) > 0 ? " Nobody before you could be reached, so you are told." : ""}`,
    }),
  },
  "run-kept": {
    zh: (m) => ({
      subject: `订单 ${part(m, "orderNo")}：有人试图在 Temporal 中取消其运行，未予执行`,
      body: `有人在 Temporal 中请求取消订单 ${part(m, "orderNo")} 的运行。该请求未予执行，订单继续跟进，各项期限不变。如确需取消订单，请提交“${wordOf(commandWords, "request-cancellation", "zh")}”或“${wordOf(commandWords, "cancel", "zh")}”。`,
    }),
    en: (m) => ({
      subject: `Order ${part(m, "orderNo")}: somebody asked Temporal to cancel its run, which was refused`,
      body: `Somebody asked Temporal to cancel the run of order ${part(m, "orderNo")}. That was refused: the order goes on, and its deadlines stand. To call the order off, send “${wordOf(commandWords, "request-cancellation", "en")}” or “${wordOf(commandWords, "cancel", "en")}”.`,
    }),
  },
  "clock-stopped": {
    zh: (m) => ({
      subject: `【紧急】跟单系统停摆：${wordOf(clockWords, part(m, "clock"), "zh")}`,
      body: `跟单系统检测到${wordOf(clockWords, part(m, "clock"), "zh")}。在恢复之前，到期提醒可能不会发出：请通知系统管理员，并人工查看各订单的期限。`,
    }),
    en: (m) => ({
      subject: `[urgent] Gendan stands still: ${wordOf(clockWords, part(m, "clock"), "en")}`,
      body: `Gendan has found that ${wordOf(clockWords, part(m, "clock"), "en")}. Until this is mended, reminders may not go out: please call whoever runs the system, and watch the orders' deadlines yourselves.`,
    }),
  },
  "order-restored": {
    zh: (m) => ({
      subject: `订单 ${part(m, "orderNo")} 的跟单曾中断，现已恢复`,
      body: `订单 ${part(m, "orderNo")}（${wordOf(statusWords, part(m, "status"), "zh")}）曾无人跟进${clause(m, "why", (why) => `：${wordOf(restoredWords, why, "zh")}`)}。系统已按记录恢复跟单，期间到期的提醒现已补发。若非有意操作，请告知系统管理员。`,
    }),
    en: (m) => ({
      subject: `Order ${part(m, "orderNo")} is followed again`,
      body: `Order ${part(m, "orderNo")} (${wordOf(statusWords, part(m, "status"), "en")}) was not followed for a while${clause(m, "why", (why) => `: ${wordOf(restoredWords, why, "en")}`)}. It goes on from its record, and what became due meanwhile is told now. If nobody meant this to happen, please call whoever runs the system.`,
    }),
  },
  "rewards-waiting": {
    zh: (m) => ({
      subject: `${part(m, "month")} 奖惩：${part(m, "count")} 项提议待决定`,
      body: `${part(m, "month")} 的奖励与处罚有 ${part(m, "count")} 项提议及其依据待管理层决定${clause(m, "dueAt", () => `，请于 ${factoryTime(m, "dueAt")}（北京时间）前办理`)}。系统只提出建议，不发放也不扣除任何款项。`,
    }),
    en: (m) => ({
      subject: `Rewards and penalties of ${part(m, "month")}: ${part(m, "count")} to decide`,
      body: `For ${part(m, "month")}, ${part(m, "count")} proposals of rewards and penalties wait for management's decision, with the evidence behind each${clause(m, "dueAt", () => `; please decide by ${factoryTime(m, "dueAt")} (Asia/Shanghai)`)}. They are proposals: nothing is paid or deducted.`,
    }),
  },
  "rewards-overdue": {
    zh: (m) => ({
      subject: `【逾期】${part(m, "month")} 奖惩：${part(m, "count")} 项提议仍未决定`,
      body: `${part(m, "month")} 的奖励与处罚有 ${part(m, "count")} 项提议已过决定期限${clause(m, "dueAt", () => `（${factoryTime(m, "dueAt")}，北京时间）`)}，请尽快决定。`,
    }),
    en: (m) => ({
      subject: `[Overdue] Rewards and penalties of ${part(m, "month")}: ${part(m, "count")} undecided`,
      body: `For ${part(m, "month")}, ${part(m, "count")} proposals of rewards and penalties are past the time to decide them${clause(m, "dueAt", () => ` (${factoryTime(m, "dueAt")}, Asia/Shanghai)`)}. Please decide.`,
    }),
  },
  "reward-decided": {
    zh: (m) => ({
      subject: `${part(m, "month")} 奖惩决定：${wordOf(proposalWords, part(m, "kind"), "zh")}`,
      body: `关于您 ${part(m, "month")} 的“${wordOf(proposalWords, part(m, "kind"), "zh")}”，管理层的决定：${wordOf(proposalStateWords, part(m, "state"), "zh")}${clause(m, "amountFen", () => `，金额 ${yuan(m, "amountFen")} 元`)}${clause(m, "days", (days) => `，休假 ${days} 天`)}${clause(m, "reason", (reason) => `。理由：${reason}`)}。${clause(m, "objectUntil", () => `如有异议，请于 ${factoryTime(m, "objectUntil")}（北京时间）前提出。`)}`,
    }),
    en: (m) => ({
      subject: `Decided for ${part(m, "month")}: ${wordOf(proposalWords, part(m, "kind"), "en")}`,
      body: `About you, for ${part(m, "month")}: ${wordOf(proposalWords, part(m, "kind"), "en")}. Management's decision: ${wordOf(proposalStateWords, part(m, "state"), "en")}${clause(m, "amountFen", () => `, CNY ${yuan(m, "amountFen")}`)}${clause(m, "days", (days) => `, ${days} days of leave`)}${clause(m, "reason", (reason) => `. Reason: ${reason}`)}. ${clause(m, "objectUntil", () => `You can object until ${factoryTime(m, "objectUntil")} (Asia/Shanghai).`)}`,
    }),
  },
};

function tidy({ subject, body }: Written): Written {
  return { subject: subject.replaceAll(/\s+/gu, " ").trim(), body: body.trim() };
}

/** A message's text in every language, filled with its parameters (`src/domain/order/effects.ts`). */
export function messageText(message: MessageName, params: MessageParams): { readonly [L in Locale]: Written } {
  return { zh: tidy(texts[message].zh(params)), en: tidy(texts[message].en(params)) };
}
