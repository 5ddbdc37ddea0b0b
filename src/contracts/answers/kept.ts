import type { z } from "zod";
import type { Calendar } from "../../domain/clock/calendar.ts";
import type { Policy } from "../../domain/policy.ts";
import { versionedCalendarSchema } from "../calendar.ts";
import { policySchema } from "../policy.ts";

/** What an order keeps whole, as its first event has it. */

// An order's own policy has every number; one that is put may say any part of it. Both are read by one schema.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const policyKept = policySchema as unknown as z.ZodType<Policy>;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const calendarKept = versionedCalendarSchema as unknown as z.ZodType<Calendar>;
