import type { CommandName } from "../../domain/order/bodies.ts";
import type { EventName } from "../../domain/order/events.ts";
import type { RefusalCode } from "../../domain/order/refusals.ts";
import type { DutyName } from "../../domain/order/duty.ts";
import type { Text } from "../locale.ts";

/** The words of one command. */
export interface CommandText {
  /** What people call it: an imperative, without a capital and without a full stop. */
  readonly title: Text;
  /** What its body says. */
  readonly says: Text;
  /** What the service does when it is accepted. Left out where nothing follows but the event itself. */
  readonly follows?: Text;
}

/** The words of one duty. */
export interface DutyText {
  /** What people call it, as the middle of a sentence. */
  readonly name: Text;
  /** What opens it. */
  readonly opened: Text;
  /** When it is due, where the policy alone does not say it. */
  readonly due?: Text;
}

/**
 * A refusal's sentence. `{field}` is filled with a detail of the refusal, by the word that people use. `bare` is said where a detail that
 * the sentence needs is not there: a message carries only the refusal's code.
 */
export interface RefusalText extends Text {
  readonly bare?: Text;
}

/** All words of one chapter of the order (`src/domain/order/chapters/`), in every language. */
export interface ChapterTexts {
  readonly commands: { readonly [C in CommandName]?: CommandText };
  /** What has happened, as a short phrase. */
  readonly events: { readonly [E in EventName]?: Text };
  readonly duties: { readonly [D in DutyName]?: DutyText };
  readonly refusals: { readonly [R in RefusalCode]?: RefusalText };
  /** Fields of its bodies, events and answers, by name; `place.name` where a name means something else there. */
  readonly fields: { readonly [field: string]: Text };
}

/** Of a refusal that names something by an id which is not open. */
export function noSuch(zh: string, en: string): RefusalText {
  return {
    zh: `没有这样的${zh}，或已处理完毕：{id}。`,
    en: `There is no open ${en} with the id {id}.`,
    bare: { zh: `现在没有可处理的${zh}。`, en: `There is no ${en} to act on now.` },
  };
}

/**
 * Of a refusal that is about one duty.
 * @param en with `*` where the duty's name stands
 */
export function ofDuty(zh: string, en: string): RefusalText {
  return {
    zh: `“{duty}”${zh}。`,
    en: `${en.replace("*", "“{duty}”")}.`,
    bare: { zh: `该职责${zh}。`, en: `${en.replace("*", "the duty")}.` },
  };
}
