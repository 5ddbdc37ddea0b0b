import { told, type Addressee } from "../contracts/outside.ts";
import type { OrderActivities, Tell, TellOutcome } from "../contracts/workflow.ts";
import type { Message } from "../domain/order/effects.ts";
import type { Recipient } from "../domain/people.ts";
import { recipientsOf, type Staff } from "../domain/staff.ts";
import { messageText } from "../texts/messages.ts";
import { askUrl, later, post, tryTime } from "./http.ts";

export interface MessagesOptions {
  /** The message system's base address (`openapi/messages.json`). */
  readonly url: string;
  /** The staff list; without it the message system finds the people by role and id. */
  readonly staff?: () => Promise<Staff | undefined>;
}

/** A recipient, and the people it stands for now: none, one or several. */
interface Meant {
  readonly recipient: Recipient;
  readonly people: readonly Addressee[];
  /** Whom a deputy stands in for, by the deputy's id. */
  readonly deputies: ReadonlyMap<string, string>;
}

const AT_ONCE = 4;

function customerOf({ customer }: Message): Addressee {
  const { name, person, phone, email } = customer ?? {};
  const called = person ?? name;
  const address = { ...(phone === undefined ? {} : { phone }), ...(email === undefined ? {} : { email }) };
  return {
    role: "customer",
    ...(called === undefined ? {} : { name: called }),
    ...(phone === undefined && email === undefined ? {} : { address }),
  };
}

function meant(message: Message, recipient: Recipient, staff: Staff | undefined, at: number): Meant {
  const { role, id, except } = recipient;
  const deputies = new Map<string, string>();
  if (role === "customer") return { recipient, people: [customerOf(message)], deputies };
  if (role === "system") return { recipient, people: [], deputies };
  if (!staff) {
    const asked = { role, ...(id === undefined ? {} : { id }), ...(except === undefined ? {} : { except }) };
    return { recipient, people: [asked], deputies };
  }
  const people = recipientsOf(staff, recipient, at).map(({ id: known, name, reach, deputyFor }): Addressee => {
    if (deputyFor !== undefined) deputies.set(known, deputyFor);
    const address = Object.fromEntries(Object.entries(reach).filter(([, way]) => way !== undefined));
    return { role, id: known, name, ...(Object.keys(address).length > 0 ? { address } : {}) };
  });
  return { recipient, people, deputies };
}

function keyOf({ role, id }: { role: string; id?: string | undefined }): string {
  return `${role} ${id ?? ""}`;
}

/** People without repetition: a person in two roles of one message gets it once. */
function once(people: readonly Addressee[]): Addressee[] {
  const byWhom = new Map(people.map((person) => [person.id ?? keyOf(person), person]));
  return [...byWhom.values()];
}

/** A message about an order, or about the whole service. */
type Telling = Omit<Tell, "orderNo"> & Partial<Pick<Tell, "orderNo">>;

async function tellOne(
  { url, staff }: MessagesOptions,
  { orderNo, effectId, message }: Telling,
  signal: AbortSignal,
): Promise<TellOutcome> {
  const people = await staff?.();
  const all = message.to.map((recipient) => meant(message, recipient, people, Date.now()));
  const to = once(all.flatMap(({ people }) => people));
  if (to.length === 0)
    return { effectId, result: "unreached", detail: "nobody to send it to", reached: [], unreached: message.to };
  const texts = messageText(message.message, message.params);
  const body = { ...(orderNo === undefined ? {} : { orderNo }), to, message: message.message, params: message.params, texts };
  const reading = await post({ url: askUrl(url, "tell"), key: effectId, body, answer: told, signal });
  if (reading.result === "again") {
    const { detail, afterMs } = reading;
    return { effectId, result: "again", detail, ...(afterMs === undefined ? {} : { notBefore: Date.now() + afterMs }) };
  }
  if (reading.result === "refused") return { effectId, ...reading };
  const delivered = new Set(reading.answer.delivered.map((person) => person.id ?? keyOf(person)));
  const got = ({ people }: Meant): Addressee[] => people.filter((person) => delivered.has(person.id ?? keyOf(person)));
  const reached = all.flatMap((one) =>
    got(one).map(({ role, id }): Recipient => {
      const deputyFor = id === undefined ? undefined : one.deputies.get(id);
      return { role, ...(id === undefined ? {} : { id }), ...(deputyFor === undefined ? {} : { deputyFor }) };
    }),
  );
  const unreached = all.filter((one) => got(one).length === 0).map(({ recipient }) => recipient);
  const { reference } = reading.answer;
  return {
    effectId,
    result: reached.length > 0 ? "done" : "unreached",
    ...(reference === undefined ? {} : { detail: reference }),
    reached,
    unreached,
  };
}

/** Sends one message and never throws: a fault of this code counts as a temporary failure, and stops no other message. */
export async function tellSafely(options: MessagesOptions, message: Telling, signal: AbortSignal): Promise<TellOutcome> {
  if (signal.aborted) return { effectId: message.effectId, result: "again", detail: "time-out" };
  try {
    const outcome = await tellOne(options, message, signal);
    return outcome.result === "again" ? outcome : { ...outcome, at: Date.now() };
  } catch (error) {
    return {
      effectId: message.effectId,
      result: "again",
      detail: `could not be written: ${error instanceof Error ? error.name : "unknown"}`,
    };
  }
}

/**
 * Messages to people and customers. Each is tried once, a few at once, and has an outcome of its own. `reached`: the people who got it, with
 * the absent person where a deputy did; `unreached`: the recipients of whom nobody got it.
 */
export function messagesActivities(options: MessagesOptions): Pick<OrderActivities, "tell" | "tellAgain"> {
  return {
    tell: async (messages) => {
      const signal = tryTime();
      const outcomes: TellOutcome[] = [];
      const waiting = messages.entries();
      const worker = async (): Promise<void> => {
        for (const [index, message] of waiting) outcomes[index] = await tellSafely(options, message, signal);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      return outcomes;
    },
    tellAgain: async (message) => {
      const now = Date.now();
      if (message.notBefore !== undefined && message.notBefore > now)
        throw later("messages tell: asked to wait", message.notBefore - now);
      const outcome = await tellSafely(options, message, tryTime());
      if (outcome.result !== "again") return outcome;
      const { detail, notBefore } = outcome;
      throw later(`messages tell: ${detail}`, notBefore === undefined ? undefined : Math.max(0, notBefore - Date.now()));
    },
  };
}
