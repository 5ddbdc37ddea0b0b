/** The module that the worker bundles: every workflow type, exported under its name. */
export { order } from "./order/order.ts";
export { spreadCalendar } from "./spread-calendar.ts";
export { dailyInspection, inspection, monthlyInspection, sampleInspection, watchInspection } from "./routine/inspections.ts";
export { weeklySummary } from "./routine/weekly-summary.ts";
export { watchCalendar } from "./routine/watch-calendar.ts";
export { retention } from "./routine/retention.ts";
export { monthlyRewards, renewRewards, rewardsReview, tellRewards } from "./routine/rewards.ts";
