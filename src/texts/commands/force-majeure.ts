import { noSuch, type ChapterTexts } from "./chapter.ts";

/** R7.4: force majeure. */
export const forceMajeure = {
  commands: {
    "declare-force-majeure": {
      title: { zh: "申报不可抗力", en: "declare force majeure" },
      says: { zh: "事件、起止时间、证明", en: "what, from, until, evidence" },
      follows: { zh: "由主管核实", en: "the supervisor verifies it" },
    },
    "verify-force-majeure": {
      title: { zh: "核实不可抗力", en: "verify the force majeure" },
      says: {
        zh: "是否属实（可再次核实，以最后一次为准）",
        en: "verified or not (again later: the last word holds)",
      },
      follows: {
        zh: "起止时间内的逾期免责，告知客户和提出补救除外",
        en: "breaches between from and until carry no blame, except telling the customer and offering a remedy",
      },
    },
  },
  events: {
    "force-majeure-declared": { zh: "已申报不可抗力", en: "force majeure was declared" },
    "force-majeure-verified": { zh: "已核实不可抗力", en: "the force majeure was verified, or found not to be one" },
  },
  duties: {
    "verify-force-majeure": {
      name: { zh: "核实不可抗力", en: "verify the force majeure" },
      opened: { zh: "已申报", en: "declared" },
    },
  },
  refusals: {
    "no-such-force-majeure": noSuch("不可抗力申报", "declaration of force majeure"),
  },
  fields: {
    what: { zh: "发生的事件", en: "What happened" },
    "declare-force-majeure.from": { zh: "开始时间", en: "Since when" },
    until: { zh: "结束时间；尚未结束则不填", en: "Until when; left out while it goes on" },
    evidence: { zh: "证明", en: "What shows it" },
    forceMajeureId: { zh: "申报编号", en: "The declaration's id" },
    verified: { zh: "是否属实", en: "Whether it is verified" },
  },
} as const satisfies ChapterTexts;
