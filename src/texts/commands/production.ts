import type { ChapterTexts } from "./chapter.ts";

/** R3.1, R3.2 and R4.1: making the goods, and checking them. */
export const production = {
  commands: {
    "report-progress": {
      title: { zh: "反馈生产进度", en: "report the progress of production" },
      says: {
        zh: "工序、每行已完成的数量、预计完工日期",
        en: "stage of work, quantity done per line, expected finish",
      },
      follows: { zh: "更新生产进度跟踪表；可能产生延期", en: "the progress sheet; perhaps a delay" },
    },
    "update-progress": {
      title: { zh: "更新生产进度", en: "update the progress" },
      says: { zh: "了解到的情况及来源", en: "what was learnt, from whom" },
      follows: { zh: "下一次更新的期限重新起算", en: "the time of the next update counts from here" },
    },
    "finish-production": {
      title: { zh: "报告完工", en: "report that production is finished" },
      says: { zh: "每行的数量（不足则只作为进度）", en: "quantity per line (short ones: only progress)" },
      follows: { zh: "“已完工待核对”；通知销售代表", en: "`made`; the representative is told" },
    },
    "check-goods": {
      title: { zh: "核对货物", en: "check the goods" },
      says: {
        zh: "每行的清点数量、规格是否相符、发现的问题",
        en: "per line: counted, specification right, finding",
      },
      follows: { zh: "全部相符则“待发货”，否则“返工中”", en: "all right: `ready`; else `rework`" },
    },
  },
  events: {
    "progress-reported": { zh: "已反馈生产进度", en: "the progress of production was reported" },
    "progress-updated": { zh: "已更新生产进度", en: "the progress was updated" },
    "production-finished": { zh: "已完工", en: "production was finished" },
    "goods-accepted": { zh: "货物核对无误", en: "the goods were accepted" },
    "goods-refused": { zh: "货物核对不符", en: "the goods were refused" },
  },
  duties: {
    "update-progress": {
      name: { zh: "每周更新生产进度", en: "update the weekly progress" },
      opened: { zh: "下达生产、重做、每次更新；完工即止", en: "`release`, making again, each update; ends when made" },
    },
    "finish-production": {
      name: { zh: "完成生产", en: "finish production" },
      opened: { zh: "下达生产、重做", en: "`release`, making again" },
      due: {
        zh: "计划完工日期（重做：生产周期已知后）",
        en: "planned finish (making again: unknown until the lead time is)",
      },
    },
    "check-goods": { name: { zh: "核对货物数量和规格", en: "check the goods" }, opened: { zh: "完工", en: "made" } },
    rework: { name: { zh: "返工", en: "rework the goods" }, opened: { zh: "货物核对不符", en: "goods refused" } },
  },
  refusals: {
    "wrong-line-count": {
      zh: "订单有 {expected} 行产品，但提交了 {given} 行。",
      en: "The number of lines differs: the order has {expected}, {given} were given.",
      bare: { zh: "提交的行数与订单不符。", en: "The number of lines is not the order's." },
    },
    "more-than-ordered": {
      zh: "第 {line} 行（从 0 起）订购 {ordered} 件，但提交了 {given} 件。",
      en: "More than ordered: line {line} (from 0) orders {ordered}, but {given} were given.",
      bare: { zh: "提交的数量超过订购数量。", en: "More was given than is ordered." },
    },
  },
  fields: {
    "report-progress.stage": { zh: "工序", en: "The stage of work" },
    quantityDone: { zh: "已完成的数量，每行一个", en: "Pieces done, one number a line of the order" },
    expectedFinish: { zh: "预计完工日期", en: "When production expects to be done" },
    "update-progress.summary": { zh: "了解到的情况", en: "What was learnt" },
    source: { zh: "情况的来源", en: "From whom" },
    "finish-production.quantity": { zh: "完工数量，每行一个", en: "Pieces made, one number a line of the order" },
    "check-goods.lines": { zh: "核对结果，每行一项", en: "What was found, one entry a line of the order" },
    counted: { zh: "清点的数量", en: "Pieces counted" },
    specificationOk: { zh: "规格是否相符", en: "Whether the specification is right" },
    "check-goods.finding": { zh: "发现的问题", en: "What is wrong with them" },
  },
} as const satisfies ChapterTexts;
