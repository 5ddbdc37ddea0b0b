import { z } from "zod";
import { restoreReasons } from "../../domain/order/events.ts";
import { nothing } from "./parts.ts";

/** What its events keep. */
const events = {
  "order-restored": z.object({ why: z.enum(restoreReasons) }),
  "run-cancellation-refused": nothing,
};

/** The order's run in the engine. */
export const run = { bodies: {}, events };
