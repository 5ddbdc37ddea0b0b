import { z } from "zod";
import { MOST_ORDER_BYTES, type Policy } from "../domain/policy.ts";
import { dutyNames } from "../domain/order/chapters.ts";
import { defaultPolicy } from "../domain/default-policy.ts";
import { administrationDutyNames } from "../domain/routine/put-calendar.ts";
import { defaultRoutinePolicy, eachRoutine, routineNames, type RoutinePolicy } from "../domain/routine/policy.ts";
import { orderErrors } from "../domain/routine/rewards-policy.ts";
import { DAY, isDuration, ms } from "../domain/time.ts";
import { fieldTexts } from "../texts/fields.ts";
import type { Locale } from "../texts/locale.ts";
import { line } from "./fields.ts";
import { faultOf, inLanguage, wrongFields, type WrongField } from "./wrong-fields.ts";

/** A policy as `GENDAN_POLICY` gives it: any part of it, laid over the default one. What it does not know is wrong. */

const TEN_YEARS = 3_653 * DAY;

const duration = z
  .string()
  .refine(isDuration, faultOf("not-a-duration"))
  .refine((text) => !isDuration(text) || ms(text) <= TEN_YEARS, faultOf("too-long-a-time"));
const positive = duration.refine((text) => !isDuration(text) || ms(text) >= 1, faultOf("no-time"));
const share = z.number().min(0);
const ladder = z.strictObject({
  warnAt: share.max(1).exactOptional(),
  escalateAfter: share.max(100).exactOptional(),
  escalateAtLeast: duration.exactOptional(),
  remindEvery: positive.exactOptional(),
});
const duty = z.strictObject({
  within: positive.exactOptional(),
  special: positive.exactOptional(),
  calendar: z.enum(["always", "working"]).exactOptional(),
  pausable: z.boolean().exactOptional(),
  ladder: ladder.exactOptional(),
});
const bearer = z.enum(["company", "customer"]);
const freight = z.strictObject({ ordinary: bearer.exactOptional(), special: bearer.exactOptional() });
const effects = z.strictObject({
  timeout: positive.exactOptional(),
  retryAfter: positive.exactOptional(),
  retryAtMost: positive.exactOptional(),
  attempts: z.int().min(1).max(10_000).exactOptional(),
});

const count = z.int().min(0).max(1_000);
const weight = z.number().min(0.01).max(1_000);
const CRON = /^[\w*/,-]+(?: [\w*/,?#-]+){4,6}$/u;
const schedule = z.strictObject({
  cron: z
    .string()
    .refine((text) => CRON.test(text), faultOf("not-a-cron"))
    .exactOptional(),
  catchUp: positive.exactOptional(),
});
/** Not shorter than an engine keeps what has ended: while it does, it still answers for that order. */
const LEAST_KEPT = 30 * DAY;
const percent = z.int().min(0).max(100);
const fen = z.int().min(0).max(100_000_000);
const rewards = z.strictObject({
  excellent: z
    .strictObject({
      minDuties: count.exactOptional(),
      minScores: count.exactOptional(),
      promptnessAtLeastPercent: percent.exactOptional(),
      satisfactionAtLeast: z.number().min(1).max(5).exactOptional(),
      promptnessWeightPercent: percent.exactOptional(),
      bonusFen: fen.exactOptional(),
      leaveDays: z.number().min(0).max(366).exactOptional(),
    })
    .exactOptional(),
  promotion: z
    .strictObject({
      months: z.int().min(1).max(36).exactOptional(),
      ordersEachMonth: count.exactOptional(),
      errors: z.array(z.enum(orderErrors)).exactOptional(),
      findingRules: z.array(line(100)).max(100).exactOptional(),
    })
    .exactOptional(),
  penalties: z
    .strictObject({
      entryErrorFen: fen.exactOptional(),
      lateUntoldFen: fen.exactOptional(),
      compensationPercent: percent.exactOptional(),
    })
    .exactOptional(),
  decideWithin: positive.exactOptional(),
  remindEvery: positive.exactOptional(),
  reminders: z.int().min(0).max(100).exactOptional(),
  objectWithin: duration.exactOptional(),
  reviewMonths: z.int().min(1).max(36).exactOptional(),
});
const routine = z.strictObject({
  schedules: z.partialRecord(z.enum(routineNames), schedule).exactOptional(),
  atRiskWithin: duration.exactOptional(),
  carrierGrace: duration.exactOptional(),
  personalDataKept: duration
    .refine((text) => !isDuration(text) || ms(text) >= LEAST_KEPT, faultOf("too-short-a-time"))
    .exactOptional(),
  answerWithin: positive.exactOptional(),
  ladder: ladder.exactOptional(),
  sample: z
    .strictObject({
      share: share.max(1).exactOptional(),
      atLeast: count.exactOptional(),
      atMost: count.exactOptional(),
      weights: z.strictObject({ large: weight.exactOptional(), complained: weight.exactOptional() }).exactOptional(),
    })
    .exactOptional(),
  rewards: rewards.exactOptional(),
});

/** Less would not hold an order of many lines, and its way to the end. */
const LEAST_ORDER_BYTES = 65_536;

export const policySchema = z
  .strictObject({
    routine: routine.exactOptional(),
    largeAmountFen: z.int().min(0).exactOptional(),
    transitAllowance: duration.exactOptional(),
    pauseLimit: duration.exactOptional(),
    ladder: ladder.exactOptional(),
    duties: z.partialRecord(z.enum([...dutyNames, ...administrationDutyNames]), duty).exactOptional(),
    freight: freight.exactOptional(),
    effects: effects.exactOptional(),
    orderBytes: z.int().min(LEAST_ORDER_BYTES).max(MOST_ORDER_BYTES).exactOptional(),
  })
  .meta({
    id: "Policy",
    description: "What differs from the default policy; everything that it does not say stays the default",
    example: {
      largeAmountFen: 1_000_000,
      duties: { confirm: { within: "PT2H" }, sign: { calendar: "working" } },
      rewards: { promotion: { findingRules: ["R2.1"] } },
    },
  });

/** What parts of a policy say together: of each the default, with what is said otherwise. */
function laidOver({
  routine: _routine,
  ladder: steps,
  duties = {},
  freight: borne,
  effects: asking,
  ...rest
}: z.infer<typeof policySchema>): Policy {
  return {
    ...defaultPolicy,
    ...rest,
    ladder: { ...defaultPolicy.ladder, ...steps },
    duties: [...dutyNames, ...administrationDutyNames].reduce(
      (all, name) => ({ ...all, [name]: { ...all[name], ...duties[name] } }),
      defaultPolicy.duties,
    ),
    freight: { ...defaultPolicy.freight, ...borne },
    effects: { ...defaultPolicy.effects, ...asking },
  };
}

/** What of a policy's JSON is wrong, every field of it, in the reader's language. */
export class WrongPolicy extends Error {
  override readonly name = "WrongPolicy";
  readonly fields: readonly WrongField[];
  constructor(fields: readonly WrongField[]) {
    super(fields.map(({ path, message }) => `${path === "" ? "(the whole)" : path}: ${message}`).join("; "));
    this.fields = fields;
  }
}

function read(json: unknown, locale: Locale): z.infer<typeof policySchema> {
  const parsed = policySchema.safeParse(json, { error: inLanguage(locale) });
  if (!parsed.success) throw new WrongPolicy(wrongFields(parsed.error));
  return parsed.data;
}

/**
 * The routine's part of a policy: the default with what `json` says otherwise in `routine`.
 * @throws WrongPolicy whose message names every wrong path of the whole policy.
 */
export function routinePolicyFrom(json: unknown): RoutinePolicy {
  const { routine: given = {} } = read(json, "en");
  const { schedules = {}, ladder: steps, sample: { weights, ...sample } = {}, rewards: numbers = {}, ...rest } = given;
  const { excellent, promotion, penalties, ...terms } = numbers;
  const usual = defaultRoutinePolicy;
  return {
    ...usual,
    ...rest,
    schedules: eachRoutine((name) => ({ ...usual.schedules[name], ...schedules[name] })),
    ladder: { ...usual.ladder, ...steps },
    sample: { ...usual.sample, ...sample, weights: { ...usual.sample.weights, ...weights } },
    rewards: {
      ...usual.rewards,
      ...terms,
      excellent: { ...usual.rewards.excellent, ...excellent },
      promotion: { ...usual.rewards.promotion, ...promotion },
      penalties: { ...usual.rewards.penalties, ...penalties },
    },
  };
}

/**
 * The default policy of an order with what `json` says otherwise.
 * @throws WrongPolicy whose message names every wrong path, such as `duties.confirm.within: is no ISO 8601 duration …`.
 */
export function policyFrom(json: unknown, locale: Locale = "en"): Policy {
  const policy = laidOver(read(json, locale));
  // Temporal takes no retry policy whose longest wait is shorter than its first.
  if (ms(policy.effects.retryAtMost) < ms(policy.effects.retryAfter)) {
    throw new WrongPolicy([{ path: "effects.retryAtMost", message: fieldTexts["wait-shrinks"][locale] }]);
  }
  return policy;
}
