import type { RefusalCode, Details } from "../domain/order/refusals.ts";
import { refusalTexts } from "./chapters.ts";
import type { Locale, Text } from "./locale.ts";
import { changeStateWords, dutyWords, roleWords, stageWords, wordOf } from "./words.ts";

const open: Readonly<Record<string, Text>> = {
  open: { zh: "任何未结束的阶段", en: "any stage before the end" },
  resolved: { zh: "已处理", en: "resolved" },
};

/** Which table has the words of a detail; others are said as they are. */
const wordsOf: Readonly<Record<string, Readonly<Record<string, Text>>>> = {
  stage: stageWords,
  allowed: { ...stageWords, ...open },
  roles: roleWords,
  open: dutyWords,
  duty: dutyWords,
  state: { ...changeStateWords, ...open },
};

/** A detail as it is said, empty when it is not there. */
function said(details: Details, field: string, locale: Locale): string {
  const value = Object.hasOwn(details, field) ? details[field] : undefined;
  if (value === undefined) return "";
  const words = [value].flat().map((each) => wordOf(wordsOf[field] ?? {}, String(each), locale));
  return words.join(locale === "zh" ? "、" : ", ");
}

/** A refusal as a whole sentence in one language. */
export function refusalText(code: RefusalCode, details: Details, locale: Locale): string {
  const { bare, ...sentence } = refusalTexts[code];
  const fields = [...sentence[locale].matchAll(/\{(\w+)\}/gu)].map(([, field = ""]) => field);
  if (bare && fields.some((field) => said(details, field, locale) === "")) return bare[locale];
  return sentence[locale].replaceAll(/\{(\w+)\}/gu, (_, field: string) => said(details, field, locale));
}
