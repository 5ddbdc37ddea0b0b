/** The one module that the worker bundles: every workflow type, by its name. */
export { order } from "./order.ts";
export { spreadCalendar } from "./spread-calendar.ts";
export { dailyInspection, inspection, monthlyInspection, sampleInspection, watchInspection } from "./inspections.ts";
export { weeklySummary } from "./weekly-summary.ts";
export { watchCalendar } from "./watch-calendar.ts";
export { retention } from "./retention.ts";
export { monthlyRewards, renewRewards, rewardsReview, tellRewards } from "./rewards.ts";
