import type { Text } from "./locale.ts";

/** What can be wrong with a field, where the schema library has no sentence that helps the one who filled it in. */
export const fieldTexts = {
  missing: { zh: "必填", en: "is needed" },
  empty: { zh: "不能为空", en: "must not be empty" },
  "unknown-field": { zh: "没有这个字段", en: "there is no such field" },
  "control-characters": {
    zh: "不能含有控制字符或无效字符",
    en: "must not contain control characters or broken characters",
  },
  "not-one-line": {
    zh: "须为一行文字，不能含有换行、制表符、控制字符或无效字符",
    en: "must be one line, without tabs, control characters or broken characters",
  },
  "not-a-phone": {
    zh: "不是有效的电话号码，例如 +8613800000000",
    en: "is no phone number such as +8613800000000",
  },
  "not-an-email": { zh: "不是有效的电子邮箱地址", en: "is no e-mail address" },
  "not-a-day": { zh: "不是有效的日期，须为 2026-12-20 的形式", en: "is no calendar day such as 2026-12-20" },
  "not-an-instant": {
    zh: "不是有效的时间，须带时区，例如 2026-12-18T09:00:00+08:00",
    en: "is no time with an offset such as 2026-12-18T09:00:00+08:00",
  },
  "too-far": { zh: "须在 2000 年至 2199 年之间", en: "must lie between the years 2000 and 2199" },
  "not-an-order-number": {
    zh: "须为 1 到 64 个字母、数字、点、下划线或连字符，不能以点开头",
    en: "must be 1 to 64 letters, digits, dots, underscores or hyphens, and not begin with a dot",
  },
  "not-a-duration": { zh: "不是 ISO 8601 时长，例如 PT2H 或 P1D", en: "is no ISO 8601 duration such as PT2H or P1D" },
  "no-time": { zh: "时长必须大于零", en: "must be longer than nothing" },
  "too-long-a-time": { zh: "时长不能超过十年", en: "must not be longer than ten years" },
  "not-a-cron": {
    zh: "须为五到七个字段的 cron 表达式，例如 0 9 * * 1",
    en: "is no cron line of five to seven fields such as 0 9 * * 1",
  },
  "too-short-a-time": { zh: "时长不能短于三十天", en: "must not be shorter than thirty days" },
  "wait-shrinks": { zh: "不能短于 retryAfter", en: "must not be shorter than retryAfter" },
  "nobody-by-that-id": { zh: "人员名单中没有此人", en: "is nobody whom the staff list knows" },
  "not-in-that-role": { zh: "人员名单中此人不是销售代表", en: "is not in that role by the staff list" },
  "not-a-rule": { zh: "不是制度中的条款，例如 R3.2；内部规定为 H", en: "is no rule of the regulation such as R3.2, nor H" },
  unreachable: { zh: "须至少填写 phone 或 email 之一", en: "needs a phone or an email, one at least" },
  "one-of-days-finishDate": { zh: "days 与 finishDate 须且只须填一项", en: "exactly one of days and finishDate is needed" },
  "one-of-newFinish-newArrival": {
    zh: "newFinish 与 newArrival 须且只须填一项",
    en: "exactly one of newFinish and newArrival is needed",
  },
  "why-not": { zh: "不接受或不可行时须说明原因", en: "is needed: say why not" },
  "arrival-needed": { zh: "在途时须给出新的预计到达日期", en: "is needed while the goods are in transit" },
  "finding-parts": { zh: "有问题时须填写 rule、person 和 action", en: "is needed, with person and action, for a finding" },
  "orders-or-large": { zh: "orders 与 large 须且只须填一项", en: "exactly one of orders and large is needed" },
  "not-a-week": { zh: "不是 ISO 周，例如 2026-W47", en: "is no ISO week such as 2026-W47" },
  "not-after-from": { zh: "须晚于 from", en: "must be after from" },
  "not-a-grouping": {
    zh: "须为 rep、duty、customer、month 中的一项或几项，以逗号分隔，不得重复",
    en: "must be one or several of rep, duty, customer and month, with commas, each once",
  },
  "before-from": { zh: "不能早于 from", en: "must not be before from" },
  "too-long-a-period": { zh: "与 from 相距不能超过两年", en: "must not be more than two years after from" },
  "not-a-clock-time": { zh: "不是有效的钟点，须为 08:00 的形式", en: "is no time of day such as 08:00" },
  "ends-first": { zh: "结束时间须晚于开始时间", en: "ends before it begins" },
  overlaps: { zh: "时段须按先后排列，不能重叠", en: "intervals must be in order and not overlap" },
  "nobody-works": { zh: "一周内至少要有一段工作时间", en: "somebody must work some time" },
  "named-twice": { zh: "同一天出现了两次", en: "names a day twice" },
  "holiday-too": { zh: "这一天同时列为节假日", en: "is named as a holiday too" },
  "monday-needed": {
    zh: "补班日按周一的时段上班，周一不能为空",
    en: "make-up days have a Monday's hours, so a Monday needs some",
  },
  "no-holiday-of-it": { zh: "holidays 中没有这一年的节假日", en: "no holiday of that year is named" },
  "later-days-named": { zh: "列有更晚年份的日期", en: "days of a later year are named" },
  "newer-version": {
    zh: "其间已有更新的版本，请重新读取后再提交",
    en: "a newer version was put meanwhile; read it and try again",
  },
  "amount-too-large": { zh: "合计金额过大", en: "add up to more than an order can be worth" },
  "measure-needed": { zh: "须选择一项提议的措施", en: "is needed: choose one of the proposed measures" },
  "measure-not-asked": { zh: "此决定不可选择措施", en: "is not to be chosen for this decision" },
  "amount-not-asked": { zh: "此决定没有可确定的金额", en: "does not belong to a decision without exactly one amount" },
  "amount-too-high": { zh: "不得高于提议的金额", en: "must not be more than is proposed" },
} as const satisfies Readonly<Record<string, Text>>;

/** A stable word for what is wrong with a field. */
export type FieldFault = keyof typeof fieldTexts;

export function isFieldFault(word: unknown): word is FieldFault {
  return typeof word === "string" && Object.hasOwn(fieldTexts, word);
}
