/** An instant: milliseconds since the Unix epoch. The domain never reads a clock; every instant is an argument. */
export type Ms = number;

/** A day of business in the factory's zone, `YYYY-MM-DD` (RFC 3339 full-date). */
export type Day = string;

/** An instant as other systems write it: RFC 3339 with an offset. */
export type Instant = string;

/** A moment as people say it: an {@link Instant}, or a {@link Day} alone, which begins at 00:00 and ends at 24:00 in the factory's zone. */
export type Moment = string;

/**
 * An ISO 8601 duration of weeks, days, hours, minutes and seconds, such as `PT2H` or `P1DT12H`. A day is 24 hours; in working
 * time it is a working day, and a week seven of them.
 */
export type Duration = string;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** How far two clocks may be apart before what they say is taken to differ, or to lie in the future. */
export const GRACE = 5 * MINUTE;

/** Asia/Shanghai has no daylight saving, so its offset is a constant (the sandbox's `Intl` follows the host instead). */
const FACTORY_OFFSET = 8 * HOUR;

/** 00:00 of a day in the factory's zone. */
export function startOfDay(day: Day): Ms {
  return Date.parse(`${day}T00:00:00Z`) - FACTORY_OFFSET;
}

/** 24:00 of a day in the factory's zone: a date without a time ends here. */
export function endOfDay(day: Day): Ms {
  return startOfDay(day) + DAY;
}

/** The factory's day that an instant falls on. */
export function dayOf(at: Ms): Day {
  return new Date(at + FACTORY_OFFSET).toISOString().slice(0, 10);
}

/** The day `count` days after `day`, or before it when `count` is negative. */
export function addDays(day: Day, count: number): Day {
  return dayOf(startOfDay(day) + count * DAY);
}

/** 0 for Sunday to 6 for Saturday, of a day in the factory's zone. */
export function weekday(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

/** The instant that an RFC 3339 text names. The contracts have checked it before. */
export function instant(text: Instant): Ms {
  return Date.parse(text);
}

/** Whether a moment was said as a day alone. */
export function isDayAlone(said: Moment): boolean {
  return /^\d{4}-\d{2}-\d{2}$/u.test(said);
}

/** When something begins that was said to begin then. */
export function beginningOf(said: Moment): Ms {
  return isDayAlone(said) ? startOfDay(said) : instant(said);
}

/** When something ends that was said to end then. */
export function endingOf(said: Moment): Ms {
  return isDayAlone(said) ? endOfDay(said) : instant(said);
}

/** An instant as answered: RFC 3339 in UTC. */
export function iso(at: Ms): Instant {
  return new Date(at).toISOString();
}

const DURATION = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Whether a text is a duration that {@link ms} reads. */
export function isDuration(text: string): boolean {
  return DURATION.test(text) && /\d/.test(text);
}

/**
 * The days of a duration, and the rest of it, ms.
 * @throws RangeError when the text is no ISO 8601 duration of weeks, days, hours, minutes and seconds.
 */
export function partsOf(duration: Duration): { readonly days: number; readonly rest: Ms } {
  const parts = isDuration(duration) ? DURATION.exec(duration) : null;
  if (!parts) throw new RangeError(`not an ISO 8601 duration: ${duration}`);
  const [weeks, days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  const rest = (hours ?? 0) * HOUR + (minutes ?? 0) * MINUTE + (seconds ?? 0) * SECOND;
  return { days: (weeks ?? 0) * 7 + (days ?? 0), rest };
}

/**
 * A duration in milliseconds, around the clock.
 * @throws RangeError as {@link partsOf}
 */
export function ms(duration: Duration): Ms {
  const { days, rest } = partsOf(duration);
  return days * DAY + rest;
}
