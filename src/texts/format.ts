import Nzh from "nzh";
import { HOUR, iso, type Instant, type Ms } from "../domain/time.ts";
import type { Locale } from "./locale.ts";

/** How numbers and times are written for people. Money is integer fen; times are the factory's (UTC+8). */

/** Yuan with two decimals and thousands separated, of integer fen. */
export function yuan(fen: number): string {
  const [whole = "0", cents = "00"] = (Math.abs(fen) / 100).toFixed(2).split(".");
  return `${fen < 0 ? "-" : ""}${whole.replaceAll(/\B(?=(?:\d{3})+$)/gu, ",")}.${cents}`;
}

/** An amount in Chinese capitals, as it stands on papers that must not be altered: 人民币叁仟伍佰元整. */
export function yuanInCapitals(fen: number): string {
  const words = Nzh.cn.toMoney((Math.abs(fen) / 100).toFixed(2), { forceZheng: true });
  return fen < 0 ? words.replace("人民币", "人民币负") : words;
}

/** An instant in the factory's time, to the minute. */
export function factoryTime(at: Ms): string {
  return iso(at + 8 * HOUR)
    .slice(0, 16)
    .replace("T", " ");
}

/** An instant in the factory's time with its offset, RFC 3339, to the millisecond. */
export function factoryInstant(at: Ms): Instant {
  return `${iso(at + 8 * HOUR).slice(0, 23)}+08:00`;
}

/** Several words as one list. */
export function listed(words: readonly string[], locale: Locale): string {
  return words.join({ zh: "、", en: ", " }[locale]);
}
