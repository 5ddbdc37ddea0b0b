import { scopedKey } from "../../../contracts/keys.ts";
import type { CommandInput, StartOrder } from "../../../contracts/workflow.ts";
import { weightOfValue } from "../../../domain/order/weight.ts";
import type { Actor } from "../../../domain/people.ts";
import { readActor } from "./actor.ts";
import type { Proof } from "./sender.ts";
import { excerptOf, fitText, isObject, LONGEST_EXCERPT, LONGEST_ID, ownField, readLine, readTime } from "./values.ts";

/** A command's message as it was read: everything in it is well-formed. When something is wrong, the body is an `Excerpt` of what was sent. */
export interface Sent extends CommandInput {
  /** Nobody is proved to have sent it: its actor is a claim. */
  readonly unverified?: true | undefined;
  /** The fields that are wrong: it cannot be a command. */
  readonly wrong?: readonly string[] | undefined;
}

/** Levels of lists and objects in a body; the deepest contract has 4. */
const DEEPEST = 16;
/** Bytes of a body, as the API takes it. It goes into an activity's input, and the engine takes no payload of 2 MiB. */
const LARGEST_BODY = 1_048_576;
/** Characters of a key: 200, with its caller's id before it, encoded. */
const LONGEST_KEY = 200 + 1 + 9 * LONGEST_ID;

/** The actor of a message that names none that can be read. It holds no role. */
const UNKNOWN: Actor = { id: "unknown", roles: [], kind: "person" };

function isShallow(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((each) => isShallow(each, levels - 1));
}

/**
 * Reads the argument of a command's signal or update.
 * @param proof who is proved to have sent it; `undefined`: nobody, and everything that it says of itself is a claim
 */
export function readCommand(value: unknown, proof: Proof | undefined): Sent {
  const sent = isObject(value) ? value : {};
  const claimed = proof?.by === "author" ? { actor: proof.author } : readActor(ownField(sent, "actor"));
  const body = ownField(sent, "body");
  const key = ownField(sent, "key") === undefined ? undefined : readLine(ownField(sent, "key"), LONGEST_KEY);
  const hash = ownField(sent, "hash") === undefined ? undefined : readLine(ownField(sent, "hash"), LONGEST_KEY);
  const at = readTime(ownField(sent, "at"));
  const receivedAt = readTime(ownField(sent, "receivedAt"));
  const wrong = [
    ...("wrong" in claimed ? claimed.wrong : []),
    ...(isObject(body) && isShallow(body) && weightOfValue(body, true) <= LARGEST_BODY ? [] : ["body"]),
    ...(ownField(sent, "key") !== undefined && key === undefined ? ["key"] : []),
    ...(ownField(sent, "hash") !== undefined && hash === undefined ? ["hash"] : []),
    ...(ownField(sent, "at") !== undefined && at === undefined ? ["at"] : []),
    ...(ownField(sent, "receivedAt") !== undefined && receivedAt === undefined ? ["receivedAt"] : []),
  ];
  const actor = "actor" in claimed ? claimed.actor : UNKNOWN;
  const read = wrong.length > 0 || !isObject(body) ? { actor, body: excerptOf(value), wrong } : { actor, body };
  if (proof?.by === "service") return { ...read, key, hash, at, receivedAt, checked: ownField(sent, "checked") === true };
  // Only machines say when something happened. A key under a claimed name must not use up that name's own key.
  const called = key ?? proof?.once;
  return {
    ...read,
    ...(called === undefined ? {} : { key: scopedKey(proof ? actor.id : `unverified ${actor.id}`, called) }),
    ...(actor.kind === "machine" ? { at } : {}),
    ...(proof ? {} : { unverified: true }),
  };
}

/** The message after the check of its body: with the body as the contract reads it, or with what is wrong with it. */
export function readCheck(answer: unknown, sent: Sent): Sent {
  const body = isObject(answer) ? ownField(answer, "body") : undefined;
  if (isObject(body)) return { ...sent, body };
  const given: readonly unknown[] | undefined = Array.isArray(answer) ? answer : undefined;
  // A worker of the release before answers an empty list for a body that is right.
  if (given?.length === 0) return sent;
  const wrong = given?.slice(0, 50).map((each) => {
    const [path, message] = isObject(each) ? [ownField(each, "path"), ownField(each, "message")] : ["body", ""];
    return fitText(`${String(path)}: ${String(message)}`, LONGEST_EXCERPT);
  });
  return { ...sent, body: excerptOf(sent.body), wrong: wrong ?? ["body: it could not be checked"] };
}

/** Whether a value can be the argument of an order's run. Only the fields that are read before the order exists are checked. */
export function isStart(value: unknown): value is StartOrder {
  if (!isObject(value)) return false;
  const events = ownField(value, "events");
  return (
    readLine(ownField(value, "orderNo"), LONGEST_ID) !== undefined &&
    isObject(ownField(value, "policy")) &&
    (events === undefined || Array.isArray(events))
  );
}
