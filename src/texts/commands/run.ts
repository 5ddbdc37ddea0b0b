import type { ChapterTexts } from "./chapter.ts";

/** The order's run in the engine. */
export const run = {
  commands: {},
  events: {
    "order-restored": { zh: "订单已恢复跟单", en: "the order is followed again" },
    "run-cancellation-refused": { zh: "拒绝在引擎中取消运行", en: "the engine was asked to cancel the run, and was refused" },
  },
  duties: {},
  refusals: {},
  fields: {},
} as const satisfies ChapterTexts;
