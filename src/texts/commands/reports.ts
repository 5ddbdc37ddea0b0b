import { noSuch, type ChapterTexts } from "./chapter.ts";

/** Reports that do not fit, and what else was refused. */
export const reports = {
  commands: {
    "resolve-discrepancy": {
      title: { zh: "处理不符的报告", en: "resolve a discrepancy" },
      says: { zh: "照办或作废、原因", en: "apply (it did happen: at its own time, as an exception) or discard, reason" },
      follows: { zh: "照办：按报告的时间生效，并标明为例外", en: "applied: what was reported takes effect" },
    },
  },
  events: {
    "discrepancy-opened": { zh: "收到不符的报告", en: "a report does not fit" },
    "discrepancy-repeated": { zh: "再次收到不符的报告", en: "the report that does not fit came again" },
    "reports-not-kept": { zh: "报告过多，未能保存", en: "reports were counted and not kept" },
    "discrepancy-closed": { zh: "不符的报告已处理", en: "the discrepancy was closed" },
    "report-known": { zh: "报告的内容已有记录", en: "what was reported is known already" },
    "command-refused": { zh: "操作未被接受", en: "a command was refused" },
    "message-refused": { zh: "收到无法处理的消息", en: "a message that is no command was refused" },
  },
  duties: {
    "resolve-discrepancy": {
      name: { zh: "处理不符的报告", en: "resolve the discrepancy" },
      opened: { zh: "不符的报告", en: "discrepancy" },
    },
  },
  refusals: {
    "no-such-discrepancy": noSuch("不符的报告", "discrepancy"),
    "report-cut": {
      zh: "该报告的内容过长，未予保存，不能照此执行；请由人员直接录入后将其作废。",
      en: "What was reported was too long to be kept, so it cannot be applied; enter it as a person and discard the report.",
    },
  },
  fields: {
    discrepancyId: { zh: "不符的报告的编号", en: "The discrepancy's id" },
    "resolve-discrepancy.decision": { zh: "照办或作废", en: "Whether what was reported takes effect" },
  },
} as const satisfies ChapterTexts;
