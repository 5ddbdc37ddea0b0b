import { scopedKey } from "../../contracts/keys.ts";
import type { CommandInput, Dated, StartOrder } from "../../contracts/workflow.ts";
import type { Calendar } from "../../domain/clock/calendar.ts";
import type { Excerpt } from "../../domain/order/events.ts";
import { weightOfValue } from "../../domain/order/weight.ts";
import { roles, type Actor, type Party, type Recipient } from "../../domain/people.ts";
import type { Instant, Ms } from "../../domain/time.ts";

/**
 * The one gate at a workflow's edge. Whatever comes, of whatever sender, is read here as `unknown` and is well-formed afterwards, or it is
 * said what is wrong with it: nothing past the gate can fail at a message, and what goes on record can be kept by any database.
 */

/** Who can be proved to have sent something. */
export type Proof =
  /** This service: its API, for the caller that the message names, or its worker. It has checked what it says it has. */
  | { readonly by: "service" }
  /** Somebody for whom the codec server encoded it, once; what else it claims of itself is not proved. */
  | { readonly by: "author"; readonly author: Actor; readonly once: string };

/** The message of a command, as it was read: all that is in it is well-formed. The body of one that is wrong is an {@link Excerpt} of it. */
export interface Sent extends CommandInput {
  /** Nobody can be proved to have sent it: its actor is a claim. */
  readonly unverified?: true | undefined;
  /** The fields that are wrong: it cannot be a command. */
  readonly wrong?: readonly string[] | undefined;
}

/** Levels of lists and objects in a body; the deepest contract has 4. */
const DEEPEST = 16;
/** Of a body, bytes; as the API takes it. It goes on into an activity, and the engine takes no payload of 2 MiB. */
const LARGEST_BODY = 1_048_576;
const LONGEST_ID = 100;
/** A key of 200 characters with its caller's id before it, encoded. */
const LONGEST_KEY = 200 + 1 + 9 * LONGEST_ID;
const LONGEST_EXCERPT = 500;

/** Whoever sends something without saying who they are; they hold no role. */
const UNKNOWN: Actor = { id: "unknown", roles: [], kind: "person" };

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field of its own: never what a prototype has. */
function own(value: Fields, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

// What no line of text holds: control characters, line ends, halves of a character (U+D800 to U+DFFF by themselves).
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const NO_LINE = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\p{Cs}]/u;

/** A text of one line that can be kept anywhere; `undefined` for anything else. */
function line(value: unknown, most: number): string | undefined {
  return typeof value === "string" && value.length <= most && value.trim() === value && value !== "" && !NO_LINE.test(value)
    ? value
    : undefined;
}

/** A text made fit to be kept, whatever was in it: what no line holds is written out as JSON escapes it. */
export function kept(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most).replace(/\p{Cs}$/u, "")}…` : text;
  return cut.replaceAll(new RegExp(NO_LINE, "gu"), (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "undefined";
  } catch {
    // Deeper than can be written.
    return "[…]";
  }
}

/** The beginning of whatever was sent, as it can be kept. */
export function excerptOf(value: unknown): Excerpt {
  const text = jsonOf(value);
  return { excerpt: kept(text, LONGEST_EXCERPT), length: text.length };
}

function isShallow(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((each) => isShallow(each, levels - 1));
}

/** Ids, all of them well-formed; `undefined` for anything else. */
function ids(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length > LONGEST_ID) return undefined;
  const read = value.flatMap((each) => line(each, LONGEST_ID) ?? []);
  return read.length === value.length ? read : undefined;
}

/** Reads who somebody says they are. Roles that are not ours are passed over. */
export function readActor(value: unknown): { readonly actor: Actor } | { readonly wrong: readonly string[] } {
  if (!isRecord(value)) return { wrong: ["actor"] };
  const id = line(own(value, "id"), LONGEST_ID);
  const given = own(value, "roles");
  const held: readonly unknown[] | undefined = Array.isArray(given) ? given : undefined;
  const kind = own(value, "kind");
  const deputyFor = own(value, "deputyFor") === undefined ? [] : ids(own(value, "deputyFor"));
  const wrong = [
    ...(id === undefined ? ["actor.id"] : []),
    ...(held === undefined ? ["actor.roles"] : []),
    ...(kind === "person" || kind === "machine" ? [] : ["actor.kind"]),
    ...(deputyFor === undefined ? ["actor.deputyFor"] : []),
  ];
  if (id === undefined || held === undefined || deputyFor === undefined || wrong.length > 0) return { wrong };
  const named = deputyFor.length === 0 ? {} : { deputyFor };
  return {
    actor: { id, roles: roles.filter((role) => held.includes(role)), kind: kind === "machine" ? kind : "person", ...named },
  };
}

/** The years that the service reckons with. */
const [FIRST, END] = [Date.parse("2000-01-01T00:00:00Z"), Date.parse("2200-01-01T00:00:00Z")];

function readTime(value: unknown): Instant | undefined {
  const text = line(value, 50);
  return text !== undefined && Date.parse(text) >= FIRST && Date.parse(text) < END ? text : undefined;
}

/** As `src/temporal/codec/payload-converter.cjs` sets them, and nothing that is sent can: JSON has no symbols. */
const [FROM, UNDECODABLE] = [Symbol.for("gendan.from"), Symbol.for("gendan.undecodable")];

function markOn(value: unknown, name: symbol): string | undefined {
  const mark: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  return typeof mark === "string" ? mark : undefined;
}

/** Why what came cannot be decrypted, if it cannot. */
export function undecodable(value: unknown): string | undefined {
  return markOn(value, UNDECODABLE);
}

/** Who is proved to have sent what came; `undefined`: nobody. */
export function proofOf(value: unknown): Proof | undefined {
  const from = markOn(value, FROM);
  if (from === undefined) return undefined;
  if (from === "service") return { by: "service" };
  const said: unknown = JSON.parse(from);
  const read = isRecord(said) ? readActor(own(said, "author")) : undefined;
  const once = isRecord(said) ? line(own(said, "once"), LONGEST_ID) : undefined;
  return read && "actor" in read && once !== undefined ? { by: "author", author: read.actor, once } : undefined;
}

/**
 * Reads the argument of a command's signal or update.
 * @param proof who is proved to have sent it; `undefined`: nobody, and all that it says of itself is a claim
 */
export function readCommand(value: unknown, proof: Proof | undefined): Sent {
  const sent = isRecord(value) ? value : {};
  const claimed = proof?.by === "author" ? { actor: proof.author } : readActor(own(sent, "actor"));
  const body = own(sent, "body");
  const key = own(sent, "key") === undefined ? undefined : line(own(sent, "key"), LONGEST_KEY);
  const hash = own(sent, "hash") === undefined ? undefined : line(own(sent, "hash"), LONGEST_KEY);
  const at = readTime(own(sent, "at"));
  const receivedAt = readTime(own(sent, "receivedAt"));
  const wrong = [
    ...("wrong" in claimed ? claimed.wrong : []),
    ...(isRecord(body) && isShallow(body) && weightOfValue(body, true) <= LARGEST_BODY ? [] : ["body"]),
    ...(own(sent, "key") !== undefined && key === undefined ? ["key"] : []),
    ...(own(sent, "hash") !== undefined && hash === undefined ? ["hash"] : []),
    ...(own(sent, "at") !== undefined && at === undefined ? ["at"] : []),
    ...(own(sent, "receivedAt") !== undefined && receivedAt === undefined ? ["receivedAt"] : []),
  ];
  const actor = "actor" in claimed ? claimed.actor : UNKNOWN;
  const read = wrong.length > 0 || !isRecord(body) ? { actor, body: excerptOf(value), wrong } : { actor, body };
  if (proof?.by === "service") return { ...read, key, hash, at, receivedAt, checked: own(sent, "checked") === true };
  // Only machines say when something happened. A key of a claimed name must not stand in the way of that name's own.
  const called = key ?? proof?.once;
  return {
    ...read,
    ...(called === undefined ? {} : { key: scopedKey(proof ? actor.id : `unverified ${actor.id}`, called) }),
    ...(actor.kind === "machine" ? { at } : {}),
    ...(proof ? {} : { unverified: true }),
  };
}

/** A message after the check of its body: with the body as it is read, or with what is wrong with it. */
export function readCheck(answer: unknown, sent: Sent): Sent {
  const body = isRecord(answer) ? own(answer, "body") : undefined;
  if (isRecord(body)) return { ...sent, body };
  const given: readonly unknown[] | undefined = Array.isArray(answer) ? answer : undefined;
  // A worker of the release before says no more of a body that is right.
  if (given?.length === 0) return sent;
  const wrong = given?.slice(0, 50).map((each) => {
    const [path, message] = isRecord(each) ? [own(each, "path"), own(each, "message")] : ["body", ""];
    return kept(`${String(path)}: ${String(message)}`, LONGEST_EXCERPT);
  });
  return { ...sent, body: excerptOf(sent.body), wrong: wrong ?? ["body: it could not be checked"] };
}

const DAY = /^\d{4}-\d{2}-\d{2}$/u;
const CLOCK_TIME = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/u;

function days(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length > 1_000) return undefined;
  const read = value.filter(
    (each): each is string => typeof each === "string" && DAY.test(each) && !Number.isNaN(Date.parse(each)),
  );
  return read.length === value.length ? read : undefined;
}

/** The intervals of a day, in order; `undefined` for anything else. */
function intervals(value: unknown): [string, string][] | undefined {
  if (!Array.isArray(value) || value.length > 6) return undefined;
  const read = value.flatMap<[string, string]>((each: unknown) => {
    const [from, to]: unknown[] = Array.isArray(each) ? each : [];
    const holds = typeof from === "string" && typeof to === "string" && [from, to].every((time) => CLOCK_TIME.test(time));
    return holds && from < to ? [[from, to]] : [];
  });
  return read.length === value.length ? read : undefined;
}

/** A number of a calendar: whole, and not so large that no newer one could follow. */
function whole(value: unknown, least: number, most: number): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most ? value : undefined;
}

/** A calendar that holds: on some day of the week somebody works, so that any time is over some day. */
export function readCalendar(value: unknown): Calendar | undefined {
  if (!isRecord(value)) return undefined;
  const given = own(value, "week");
  const week = Array.isArray(given) ? given.flatMap((day) => [intervals(day)].filter((each) => each !== undefined)) : [];
  const [holidays, makeUpDays] = [days(own(value, "holidays")), days(own(value, "makeUpDays"))];
  const version = whole(own(value, "version"), 0, 1_000_000);
  const knownUntil = whole(own(value, "knownUntil"), 2000, 2199);
  if (week.length !== 7 || week.every((day) => day.length === 0) || !Array.isArray(given) || given.length !== 7) return undefined;
  if (!holidays || !makeUpDays || version === undefined || knownUntil === undefined) return undefined;
  return { version, knownUntil, week, holidays, makeUpDays };
}

const parties: readonly Party[] = [...roles, "customer", "staff", "system"];

function readRecipients(value: unknown): Recipient[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.slice(0, LONGEST_ID).flatMap((each: unknown) => {
    if (!isRecord(each)) return [];
    const role = parties.find((party) => party === own(each, "role"));
    const named = (["id", "except", "deputyFor"] as const).flatMap((name) => {
      const text = line(own(each, name), LONGEST_ID);
      return text === undefined ? [] : [[name, text] as const];
    });
    return role === undefined ? [] : [{ role, ...Object.fromEntries(named) }];
  });
}

const results = ["done", "refused", "exhausted", "unreached", "again"] as const;

/** A failure that may pass. */
interface TryAgain extends Omit<Dated, "result"> {
  readonly result: "again";
  /** The message system asked for patience until then, ms. */
  readonly notBefore?: Ms | undefined;
}

/** An activity's answer that has been read. */
export type Outcome = Dated | TryAgain;

/** What an activity answered that asked outside; the texts in it are an outside system's. One that cannot be read is no answer. */
export function readOutcome(value: unknown, now: Ms): Outcome {
  const result = isRecord(value) ? results.find((each) => each === own(value, "result")) : undefined;
  if (!isRecord(value) || result === undefined) return { result: "exhausted", detail: "its answer cannot be read" };
  const [detail, at, notBefore] = [own(value, "detail"), own(value, "at"), own(value, "notBefore")];
  const [reached, unreached] = [readRecipients(own(value, "reached")), readRecipients(own(value, "unreached"))];
  const outcome = {
    ...(typeof detail === "string" ? { detail: kept(detail, 2_000) } : {}),
    ...(reached ? { reached } : {}),
    ...(unreached ? { unreached } : {}),
    ...(typeof at === "number" && Number.isFinite(at) ? { at: Math.min(at, now) } : {}),
  };
  if (result !== "again") return { result, ...outcome };
  return { result, ...outcome, ...(typeof notBefore === "number" && Number.isFinite(notBefore) ? { notBefore } : {}) };
}

/** What was answered of each of several messages, by its effect. */
export function readOutcomes(value: unknown, now: Ms): ReadonlyMap<string, Outcome> {
  const answers: readonly unknown[] = Array.isArray(value) ? value : [];
  return new Map(
    answers.flatMap((each) => {
      const effectId = isRecord(each) ? own(each, "effectId") : undefined;
      return typeof effectId === "string" ? [[effectId, readOutcome(each, now)] as const] : [];
    }),
  );
}

/** What an order's run is started with, as far as a stranger could have made it up; `undefined`: it is no start of an order. */
export function isStart(value: unknown): value is StartOrder {
  if (!isRecord(value)) return false;
  const events = own(value, "events");
  return (
    line(own(value, "orderNo"), LONGEST_ID) !== undefined &&
    isRecord(own(value, "policy")) &&
    (events === undefined || Array.isArray(events))
  );
}
