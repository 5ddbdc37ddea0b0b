import { noSuch, type ChapterTexts } from "./chapter.ts";

/** R6.1: orders that a person is to look at in an inspection. */
export const inspections = {
  commands: {
    "ask-inspection": {
      title: { zh: "安排检查", en: "ask for an inspection" },
      says: { zh: "检查编号、由谁检查、原因", en: "the inspection's id, by whom, reason" },
      follows: { zh: "产生职责“检查订单”", en: "the duty `inspect` opens" },
    },
    "answer-inspection": {
      title: { zh: "填报检查结果", en: "answer an inspection" },
      says: {
        zh: "未发现问题；或发现问题：条款、责任人、整改要求",
        en: "in order; or a finding with rule, person and what to do",
      },
      follows: { zh: "发现的问题予以登记", en: "a finding is recorded" },
    },
  },
  events: {
    "inspection-asked": { zh: "已安排检查", en: "an inspection was asked for" },
    "inspection-answered": { zh: "已填报检查结果", en: "the inspection was answered" },
  },
  duties: {
    inspect: { name: { zh: "检查订单", en: "inspect the order" }, opened: { zh: "安排检查", en: "`ask-inspection`" } },
  },
  refusals: { "no-such-inspection": noSuch("检查", "inspection") },
  fields: {
    inspectionId: { zh: "检查编号", en: "The inspection's id" },
    by: { zh: "由谁检查", en: "By whom" },
    "answer-inspection.result": { zh: "检查结果", en: "What was found" },
  },
} as const satisfies ChapterTexts;
