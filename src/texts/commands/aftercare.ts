import { noSuch, type ChapterTexts } from "./chapter.ts";

/** R1.2, R6.3 and R7.3: communications, complaints and findings. */
export const aftercare = {
  commands: {
    "record-communication": {
      title: { zh: "记录沟通", en: "record a communication" },
      says: { zh: "对象、沟通渠道、内容摘要", en: "with whom, channel, summary" },
    },
    "record-complaint": {
      title: { zh: "记录投诉", en: "record a complaint" },
      says: { zh: "投诉的内容", en: "about what" },
      follows: { zh: "由客服处理", en: "customer service handles it" },
    },
    "resolve-complaint": {
      title: { zh: "处理投诉", en: "resolve a complaint" },
      says: {
        zh: "处理办法；仅主管填写（也可事后填写）：录入错误、客户流失、送错收货人、责任人",
        en: "remedy; the supervisor alone sets (later too): entry error, customer lost, wrong recipient, whose fault",
      },
      follows: { zh: "投诉处理完毕", en: "the complaint is resolved" },
    },
    "record-finding": {
      title: { zh: "记录检查问题", en: "record a finding" },
      says: { zh: "条款、责任人、整改要求", en: "rule, person, what to do" },
      follows: { zh: "通知责任人整改", en: "the one named is told to remedy it" },
    },
    "remedy-finding": {
      title: { zh: "整改检查问题", en: "remedy a finding" },
      says: { zh: "已做的整改", en: "what was done" },
    },
  },
  events: {
    "communication-recorded": { zh: "已记录沟通", en: "a communication was recorded" },
    "complaint-recorded": { zh: "已记录投诉", en: "a complaint was recorded" },
    "complaint-resolved": { zh: "投诉已处理", en: "the complaint was resolved" },
    "finding-recorded": { zh: "已记录检查问题", en: "a finding was recorded" },
    "finding-remedied": { zh: "检查问题已整改", en: "the finding was remedied" },
  },
  duties: {
    "handle-complaint": { name: { zh: "处理投诉", en: "handle the complaint" }, opened: { zh: "投诉", en: "complaint" } },
    "remedy-finding": { name: { zh: "整改检查问题", en: "remedy the finding" }, opened: { zh: "检查问题", en: "finding" } },
  },
  refusals: {
    "no-such-complaint": noSuch("投诉", "complaint"),
    "no-such-finding": noSuch("检查问题", "finding"),
    "not-the-one-named": {
      zh: "只有检查中指名的人员或主管可以整改。",
      en: "Only the person named in the finding, or a supervisor, may remedy it.",
    },
  },
  fields: {
    with: { zh: "沟通的对象", en: "With whom" },
    summary: { zh: "内容摘要", en: "What was said, in short" },
    "record-complaint.about": { zh: "投诉的内容", en: "What the customer complains about" },
    complaintId: { zh: "投诉编号", en: "The complaint's id" },
    "resolve-complaint.remedy": { zh: "处理办法", en: "What is done about it" },
    entryError: { zh: "是否为录入错误（仅主管）", en: "Whether the entry was wrong; the supervisor's to say" },
    customerLost: { zh: "客户是否流失（仅主管）", en: "Whether the customer was lost; the supervisor's to say" },
    wrongRecipient: { zh: "是否送错收货人（仅主管）", en: "Whether the goods went to somebody else; the supervisor's to say" },
    fault: { zh: "责任人的编号（仅主管）", en: "Whose fault it was, a person's id; the supervisor's to say" },
    rule: { zh: "制度的条款；H 为内部规定", en: "The rule of the regulation; H for a house rule" },
    person: { zh: "责任人或角色", en: "Who is to remedy it: a person's id, or a role" },
    action: { zh: "整改要求", en: "What is to be done" },
    "record-finding.about": {
      zh: "问题所涉的事项：系统对同一事项的问题在未整改前只登记一次",
      en: "What it is about: a machine's finding about that is taken on once while it is open",
    },
    findingId: { zh: "检查问题编号", en: "The finding's id" },
    done: { zh: "已做的整改", en: "What was done" },
  },
} as const satisfies ChapterTexts;
