/**
 * The reference page in Chinese: sentences of the OpenAPI document by their English text. Commands, events and fields have their words in
 * `commands/`; what is missing here stays English, which a test allows in schemas alone.
 */
export const referenceInChinese: Readonly<Record<string, string>> = {
  // the whole
  "Follows every sales order from the customer's call to the signed receipt, and watches every duty of the regulation. Times are RFC 3339, answered in UTC; dates are days in Asia/Shanghai; money is integer fen.":
    "从客户来电到签收，跟踪每一张销售订单，并监督制度规定的每一项职责。时间为 RFC 3339 格式，以 UTC 返回；日期为北京时间的日历日；金额为整数分。",
  "What people do and systems report": "人员的操作和系统的报告",
  "Orders, duties, what is overdue": "订单、职责和逾期事项",
  "The regulation's three forms, to be printed (R5.2)": "制度规定的三种可打印单据（R5.2）",
  "Figures over many orders": "多张订单的统计",
  "Who is told that something happened to an order": "订单发生变化时通知谁",
  "The calendar, who is who, the policy": "工作日历、人员名单、规则数值",
  "For operators": "供运维使用",
  // answers
  "Default Response": "应答",
  "The order as it is after the command, and what followed from it": "操作之后的订单，以及由此产生的事件",
  "The order that was received": "已接收的订单",
  "The report is taken in; `Location` tells what becomes of it": "报告已收下；处理结果见 `Location`",
  "What is wrong, as `application/problem+json`": "错误说明，格式为 `application/problem+json`",
  "The order. With `Gendan-Answered-From: records` no worker answered in time: what was done last may be missing from it":
    "订单。带有 `Gendan-Answered-From: records` 时表示后台未及时应答，最近的操作可能尚未包含在内",
  "The audit trail, oldest first. With `Gendan-Answered-From: records` no worker answered in time: what was done last may be missing from it":
    "操作记录，从早到晚。带有 `Gendan-Answered-From: records` 时表示后台未及时应答，最近的操作可能尚未包含在内",
  "The form. With `Gendan-Answered-From: records` no worker answered in time: what was done last may be missing from it":
    "单据。带有 `Gendan-Answered-From: records` 时表示后台未及时应答，最近的操作可能尚未包含在内",
  "The summary": "汇总",
  // parameters
  "The order's number: letters, digits, dot, underscore, hyphen; 1 to 64, not beginning with a dot":
    "订单号：1 到 64 个字母、数字、点、下划线或连字符，不能以点开头",
  "The same key with the same body gives the same answer once; a machine must send one":
    "相同的键和内容只执行一次，并得到相同的应答；系统账号必须填写",
  "The same key with the same body gives the same answer once": "相同的键和内容只执行一次，并得到相同的应答",
  "`respond-async`: report it instead of waiting for the answer (RFC 7240)": "`respond-async`：只报告，不等待结果（RFC 7240）",
  "`zh` or `en`: the language of problems": "`zh` 或 `en`：错误说明的语言",
  "`zh` (without it) or `en`": "`zh`（默认）或 `en`",
  "`next` of the page before": "上一页的 `next`",
  "A day in Asia/Shanghai, YYYY-MM-DD; or a moment of it, RFC 3339 with offset":
    "北京时间的日期，YYYY-MM-DD；或当日的某一时刻，带时区的 RFC 3339",
  "A month in Asia/Shanghai": "北京时间的月份",
  "An earlier revision of the order confirmation, as it was before the next one": "订单确认单的较早版次",
  "ISO week, such as 2026-W47; `.json`, `.html` or `.xlsx` chooses the format":
    "ISO 周，例如 2026-W47；以 `.json`、`.html` 或 `.xlsx` 选择格式",
  "One or several of `rep`, `duty`, `customer`, `month`, with commas":
    "`rep`、`duty`、`customer`、`month` 中的一项或几项，以逗号分隔",
  "Only what this representative owes, and their orders": "只含该销售代表的职责和订单",
  "Part of the customer's name": "客户名称的一部分",
  "The first day; the first of the month of `to` unless said": "起始日期；默认为 `to` 所在月份的第一天",
  "The last day; today unless said": "截止日期；默认为今天",
  "Signs what is sent (HMAC-SHA256). Told only here": "用于对推送内容签名（HMAC-SHA256），只在此处给出",
  // operations
  "What became of a command": "查询操作的处理结果",
  "An order": "查询订单",
  "Orders, newest first": "订单列表，从新到旧",
  "What is overdue now, worst first": "当前逾期事项，最严重的在前",
  "How much is overdue now": "当前逾期数量",
  "The caller's own work list, most urgent first": "本人的待办事项，最紧急的在前",
  "An order's audit trail, oldest first": "订单的操作记录，从早到晚",
  "An order's audit trail as CSV": "订单的操作记录（CSV）",
  "An order's audit trail as XLSX": "订单的操作记录（XLSX）",
  "The order confirmation, as a page that prints or as PDF": "订单确认单，可打印的网页或 PDF",
  "The order confirmation as PDF": "订单确认单（PDF）",
  "The production progress, as a page that prints or as PDF": "生产进度跟踪表，可打印的网页或 PDF",
  "The production progress as PDF": "生产进度跟踪表（PDF）",
  "The shipping notice, as a page that prints or as PDF": "发货通知单，可打印的网页或 PDF",
  "The shipping notice as PDF": "发货通知单（PDF）",
  "The weekly summaries, newest first": "每周汇总列表，从新到旧",
  "The summary of a week (R5.3), as JSON, page or workbook": "某周的汇总（R5.3），JSON、网页或工作簿",
  "Inspections, newest first": "检查列表，从新到旧",
  "An inspection: what was checked, found, could not be checked; what needs looking at first":
    "检查结果：核对了什么、发现了什么、未能核对什么；最需查看的在前",
  "Inspects all large orders, or a choice of orders, now": "立即检查全部大额订单或所选订单",
  "The four checks of R6.2; each finding goes onto its order. What became of it is at `Location`.":
    "执行 R6.2 的四项核对，发现的问题登记到相应订单。结果见 `Location`。",
  "Answers orders of a monthly inspection: one by one, or the rest of a full one together":
    "填报每月检查的订单：逐单填报，或对全面检查的其余订单一并填报",
  "Met, late, time taken, open and overdue: by representative, duty, customer, month":
    "按销售代表、职责、客户、月份统计：按时、逾期、用时、未完成",
  "By supervisor and management; a sales_rep sees their own figures. What is met, late or open is said in docs/performance.md.":
    "主管和管理层可查看全部，销售代表只看本人的数据。各项口径见 docs/performance.md。",
  "A month's proposals; supervisors and management see all, everybody else their own":
    "某月的奖惩提议；主管和管理层可查看全部，其他人只看本人的",
  "A proposal with its evidence and history": "奖惩提议及其依据和经过",
  "Decides a proposal, on the version that the record amounts to now": "按最新版本决定奖惩提议",
  "By management, never about oneself. Nothing is paid or deducted by it.":
    "由管理层决定，不得决定与本人有关的提议。系统不发放也不扣除任何款项。",
  "The person concerned objects: before the decision it is heard, after it it is decided again":
    "当事人提出异议：决定之前供参考，决定之后须重新决定",
  "Derives a month's proposals from the record anew": "重新推导某月的奖惩提议",
  "Rules R7.1–R7.3. Of the running month it is a preview. By management; the schedules do it by themselves.":
    "依据 R7.1 至 R7.3。当月的结果为预览。由管理层执行；系统也会定期自动进行。",
  "The factory's working time": "工作日历",
  "Puts another calendar": "更新工作日历",
  "A whole new version: read the one in force, change it, put it. It reaches every running order within a minute and moves due times that are still open.":
    "提交完整的新版本：读取现行版本，修改后提交。一分钟内生效于所有进行中的订单，并调整尚未到期的期限。",
  "Who put which calendar, newest first": "工作日历的历次更新，从新到旧",
  "Who is who, as it was put here": "人员名单",
  "Puts who is who": "更新人员名单",
  "The whole list: roles, who reports to whom, deputies, absences, how they are reached. Holds at once for messages and permissions.":
    "完整的名单：角色、上级、代理人、请假、联系方式。对消息和权限立即生效。",
  "Who put which staff, newest first": "人员名单的历次更新，从新到旧",
  "The policy that new orders start with": "新订单适用的规则数值",
  "Puts another policy": "更新规则数值",
  "By management. A whole new version: what it does not say is the default, not the version before. It holds at once, for orders received from now on; an order that runs keeps the policy that it started with. The numbers of `routine` hold from its next run on, and schedules follow within a minute. `POST /policy/rehearsal` tells beforehand what it would have meant.":
    "由管理层提交完整的新版本：未写明的取默认值，而非上一版的值。对此后接收的订单立即生效，进行中的订单仍按其开始时的数值。`routine` 的数值从下一次运行起生效，定时安排一分钟内更新。可先用 `POST /policy/rehearsal` 预演影响。",
  "Who put which policy, newest first": "规则数值的历次更新，从新到旧",
  "Which orders would have been late under another policy": "预演：按另一套规则数值，哪些订单会逾期",
  "The recorded events of the orders received in the period are replayed with the proposed policy, and with another calendar if one is given: what everybody did stays as it was, only what is owed and by when is reckoned anew. Answered in pages of orders, oldest last; the figures are those of the page. Nothing is changed.":
    "用所提议的规则数值（以及所给的日历）重放该期间内接收的订单：各人的操作不变，只重新计算职责和期限。按订单分页返回，最早的在后，数字为本页的合计。不改变任何内容。",
  "The subscriptions": "订阅列表",
  "A subscription": "查询订阅",
  "Subscribes an address to the events of orders": "新建订阅",
  "Each event is posted as `{type, timestamp, data: {orderNo, number}}`: that it happened, nothing personal; what it says is asked for here. Signed after Standard Webhooks, at least once, an order's events in their order until one is given up, after three days.":
    "每个事件以 `{type, timestamp, data: {orderNo, number}}` 推送：只说明发生了什么，不含个人信息，内容在此处查询。按 Standard Webhooks 签名，至少送达一次；同一订单的事件按顺序推送，三天后仍失败则放弃。",
  "Changes a subscription, or switches it on or off": "修改、启用或停用订阅",
  "`off`: what happens meanwhile is not sent later either. `on`: also one that was given up goes on.":
    "`off`：期间发生的事件以后也不补发。`on`：已放弃的也重新推送。",
  "Ends a subscription; what was still to be sent is not": "删除订阅，尚未推送的不再推送",
  "Makes a new secret; for a day the one before signs too": "更换签名密钥；旧密钥在一天内仍有效",
  "What was sent, or is to be sent, newest first": "推送列表，从新到旧",
  "Sends a delivery once more": "重新推送",
  "The process is alive": "进程存活",
  "Engine and records are reachable": "流程引擎和记录数据库可用",
  // types of fields
  "RFC 3339 with offset; or a day, which begins at 00:00 and ends at 24:00 in Asia/Shanghai":
    "带时区的 RFC 3339；或日期，北京时间 00:00 至 24:00",
  "Integer fen (0.01 CNY)": "整数分（0.01 元）",
  "RFC 3339 in UTC": "RFC 3339，UTC",
  "A day in Asia/Shanghai": "北京时间的日期",
  "Why, in a sentence": "原因",
  "E.164, or as it is dialled in China": "E.164，或国内拨打的号码",
  "How the customer was spoken to": "与客户沟通的渠道",
  "At least one way to reach the customer: phone or email": "至少一种联系方式：电话或电子邮箱",
  "A line of the order; other bodies name it by its index from 0": "订单的一行产品；其他内容以从 0 起的序号指称",
  "A line as far as it is known": "已知的产品内容",
  "An address as far as it is known": "已知的地址内容",
  "What the customer wants made for them; null for products of the catalogue": "定制要求；目录内产品为 null",
  "A rule of the regulation, R1.1 to R7.4; H for a house rule": "制度的条款，R1.1 至 R7.4；H 为内部规定",
  "RFC 7396 on { lines, custom, deliveryAddress, promisedDate }":
    "对 { lines, custom, deliveryAddress, promisedDate } 的合并补丁（RFC 7396）",
  "An order as this caller sees it now: what they may not read is left out": "当前用户所见的订单，无权查看的内容不显示",
  "Who owes what, by when, by which rule": "谁须在何时之前办理什么，依据哪一条款",
  "A change that was requested, and how far it has come (R1.3)": "变更及其进展（R1.3）",
  "A delay, and what was offered for it (R3.2, R3.3)": "延期及补救方案（R3.2、R3.3）",
  "A shipment, from its dispatch to its receipt (R4)": "一次发货，从发货到签收（R4）",
  "A report that did not fit, until a later event or a person decides it": "不符的报告，待后续事件或人员处理",
  "Something that an inspection found, and its remedy (R6.3)": "检查发现的问题及其整改（R6.3）",
  "An inspection that somebody is to answer for this order (R6.1)": "待填报的检查（R6.1）",
  "A complaint, and what was done about it (R7.3)": "投诉及其处理（R7.3）",
  "Force majeure as it was declared (R7.4)": "申报的不可抗力（R7.4）",
  "A question to the customer": "向客户提出的问题",
  "A line of the audit trail: who, when, why": "一条操作记录：谁、何时、为何",
  "The audit trail, oldest first": "操作记录，从早到晚",
};
