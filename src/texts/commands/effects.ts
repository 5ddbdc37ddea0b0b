import { noSuch, type ChapterTexts } from "./chapter.ts";

/** What is asked of outside systems, and what a person takes over. */
export const effects = {
  commands: {
    "take-over": {
      title: { zh: "接手失败的请求", en: "take over a failed request" },
      says: { zh: "请求编号、已办或放弃", en: "effectId, done or abandoned" },
    },
  },
  events: {
    "effect-done": { zh: "外部请求已完成", en: "a request to another system was done" },
    "effect-failed": { zh: "外部请求失败", en: "a request to another system failed" },
    "effect-taken-over": { zh: "失败的请求已由人接手", en: "a person took over a failed request" },
  },
  duties: {
    "take-over": {
      name: { zh: "接手失败的请求", en: "take over the failed request" },
      opened: { zh: "外部请求失败", en: "effect failed" },
    },
  },
  refusals: {
    "no-such-effect": noSuch("失败的请求", "failed request"),
  },
  fields: {
    effectId: { zh: "请求编号", en: "The request's id" },
    "take-over.outcome": { zh: "已办或放弃", en: "Whether it was done or given up" },
  },
} as const satisfies ChapterTexts;
