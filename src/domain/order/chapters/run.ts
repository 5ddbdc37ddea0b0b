import { chapter } from "../chapter.ts";
import { tell } from "../messages.ts";
import { statusOf } from "../state.ts";

/** What happens to the workflow run that carries the order. House rules (H). */
export const run = chapter({
  commands: {},
  evolve: {
    "order-restored": (order) => order,
    "run-cancellation-refused": (order) => order,
  },
  duties: {},
  effects: {
    "order-restored": (order, { why }) => [
      tell(order, { role: "supervisor" }, "order-restored", { why, status: statusOf[order.stage] }),
    ],
    "run-cancellation-refused": (order) => [tell(order, { role: "supervisor" }, "run-kept", {})],
  },
});
