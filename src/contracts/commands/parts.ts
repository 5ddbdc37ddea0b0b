import { z } from "zod";
import type { Bodies } from "../../domain/order/bodies.ts";
import { beginningOf, endingOf } from "../../domain/time.ts";
import { address, custom, day, free, lines, pieces, reason } from "../fields.ts";

/** What the bodies of several chapters share. What fields are called is in `src/texts/commands/`. */

/** A schema with an example of what it takes, checked against its type: in the OpenAPI documents, the pages and the tests. */
export function withExample<S extends z.ZodType>(schema: S, example: z.input<S>): S {
  return schema.meta({ example });
}

/** Every body may carry a remark. */
export const note = { note: free.optional() };
/** Wherever a day is promised: why it is, although it cannot be kept. */
export const override = { override: reason.optional() };
export const perLine = z.array(pieces).min(1).max(200);

/** The data of an event that says all by its name. */
export const nothing: z.ZodType<Record<never, never>, Record<never, never>> = z.object({});
/** The terms that an accepted change makes. */
export const terms = z.object({ lines, custom, deliveryAddress: address, promisedDate: day });

/** Whether something ends after it begins. */
export function isAfter(to: string | undefined, from: string): boolean {
  return to === undefined || endingOf(to) > beginningOf(from);
}

/** Of the example order, from its call to its receipt. */
export const exampleLines: Bodies["confirm"]["lines"] = [
  { model: "LED-A60", specification: "E27 9W 3000K", quantity: 100, unitPriceFen: 3500 },
];
export const exampleCustomer: Bodies["receive"]["customer"] = {
  name: "客户A",
  contact: { person: "陈先生", phone: "+8613800000000", email: "a@example.com" },
};
export const exampleAddress: Bodies["enter"]["deliveryAddress"] = {
  province: "广东",
  city: "中山",
  street: "古镇路 1 号",
  postcode: "528400",
};
