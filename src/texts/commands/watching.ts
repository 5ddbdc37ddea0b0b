import { noSuch, ofDuty, type ChapterTexts } from "./chapter.ts";

/** Duties and their clocks. */
export const watching = {
  commands: {
    "pause-duty": {
      title: { zh: "暂停计时", en: "pause a duty's clock" },
      says: { zh: "职责、等待谁、证明", en: "the duty, who is awaited, evidence" },
      follows: {
        zh: "暂停计时；一项职责累计最多 3 天（含向客户提问），之后继续计时",
        en: "its clock stops; 3 days in all for a duty, questions too, then it goes on",
      },
    },
    "resume-duty": {
      title: { zh: "恢复计时", en: "resume a duty's clock" },
      says: { zh: "职责", en: "the duty" },
      follows: { zh: "继续计时", en: "its clock runs again" },
    },
    acknowledge: {
      title: { zh: "确认已知逾期", en: "acknowledge an overdue duty" },
      says: { zh: "职责、承诺的新时间", en: "the duty, the new time promised" },
      follows: {
        zh: "责任人的确认只停止对其本人的提醒；主管的确认在承诺的时间之前停止全部提醒",
        en: "the owner's stops only their own reminders; a supervisor's all, until the time promised has passed",
      },
    },
  },
  events: {
    "duty-paused": { zh: "已暂停计时", en: "a duty's clock was paused" },
    "duty-resumed": { zh: "已恢复计时", en: "a duty's clock runs again" },
    "duty-acknowledged": { zh: "已确认知悉逾期", en: "an overdue duty was acknowledged" },
    "rung-told": { zh: "已提醒", en: "people were told of a duty" },
    "rung-unreached": { zh: "提醒未能送达", en: "a reminder reached nobody" },
    "calendar-set": { zh: "工作日历已更新", en: "a newer working calendar was set" },
  },
  duties: {},
  refusals: {
    "no-such-duty": noSuch("职责", "duty"),
    "duty-not-pausable": ofDuty("不能暂停计时", "The clock of * cannot be paused"),
    "duty-overdue": ofDuty("已逾期，不能再暂停计时", "The clock of * can no longer be paused, because it is overdue"),
    "duty-not-overdue": ofDuty("尚未逾期，无需确认", "There is nothing to acknowledge: * is not overdue"),
    "duty-paused": ofDuty("的计时已经暂停", "The clock of * is paused already"),
    "duty-not-paused": ofDuty("的计时没有暂停", "The clock of * is not paused"),
    "question-holds-duty": ofDuty("仍有问题待客户答复，答复后继续计时", "A question to the customer still holds the clock of *"),
    "pause-used-up": ofDuty("可暂停的总时间已用完", "The time for which the clock of * may be paused is used up"),
    "not-duty-owner": ofDuty("只能由责任人或主管操作", "Only the owner of * or a supervisor may do this"),
    "not-told": ofDuty("的逾期只能由被告知者确认", "Only somebody who was told that * is overdue may acknowledge it"),
    "calendar-unknown": {
      zh: "工作日历只到 {year} 年，无法计算之后的期限，请主管先更新日历。",
      en: "The calendar knows no holidays after {year}, so no deadline can be reckoned then; a supervisor has to put a newer one.",
      bare: { zh: "工作日历不够新，请主管先更新。", en: "The calendar is not new enough; a supervisor has to put a newer one." },
    },
  },
  fields: {
    dutyId: { zh: "职责编号", en: "The duty's id" },
    awaiting: { zh: "等待谁", en: "Who is awaited" },
    promisedAt: { zh: "承诺完成的时间", en: "By when it is promised to be done" },
  },
} as const satisfies ChapterTexts;
