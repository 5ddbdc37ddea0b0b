import { Context } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";
import type { z } from "zod";
import { canonicalJson } from "../contracts/canonical-json.ts";
import { done, problem } from "../contracts/outside.ts";
import type { Ask, Dated } from "../contracts/workflow.ts";
import { HOUR, SECOND, type Ms } from "../domain/time.ts";
import { retryAfter } from "../node/retry-after.ts";
import { timeLimit } from "../node/time-limit.ts";

/** The result of one try at an outside system (`docs/order.md`, Effects). `afterMs`: its `Retry-After`. */
type Reading<A> =
  | { readonly result: "done"; readonly answer: A }
  | { readonly result: "again"; readonly detail: string; readonly afterMs?: number | undefined }
  | { readonly result: "refused"; readonly detail: string };

interface Post<A> {
  readonly url: string;
  readonly key: string;
  readonly body: object;
  readonly answer: z.ZodType<A>;
  /** Ends the try when its time is up or the activity is cancelled. */
  readonly signal: AbortSignal;
}

/** `ApplicationFailure.type` of a temporary failure: Temporal tries again. */
const OUTSIDE_UNAVAILABLE = "outside-unavailable";

const ANSWER_AT_MOST = 256 * 1024;
const DETAIL_AT_MOST = 500;
/** A longer `Retry-After` is cut to this, ms: a person takes over when the system stays away. */
const RETRY_AFTER_AT_MOST = HOUR;
const DEFAULT_TRY = 10 * SECOND;

/** The address of a request, below a base that may have a path. */
export function askUrl(base: string, what: string): string {
  return new URL(what, base.endsWith("/") ? base : `${base}/`).href;
}

/** Ends a try a little before the activity's own time limit, so that the activity can still return its result. */
export function tryTime(): AbortSignal {
  const { info, cancellationSignal } = Context.current();
  const time = info.startToCloseTimeoutMs > 0 ? Math.floor(info.startToCloseTimeoutMs * 0.95) : DEFAULT_TRY;
  return timeLimit(time, cancellationSignal);
}

/** A text as it is kept: one line, without control characters, of bounded length. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim()
    .slice(0, DETAIL_AT_MOST);
}

async function textOf(response: Response): Promise<string | undefined> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const bytes: Uint8Array = chunk.value;
    size += bytes.byteLength;
    if (size > ANSWER_AT_MOST) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}

function json(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why there was no answer. The messages of `fetch` are not used: they can quote what was sent. */
function causeOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted)
    return signal.reason instanceof DOMException && signal.reason.name === "TimeoutError" ? "time-out" : "cancelled";
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? `network error ${code}` : "network error";
}

function mayPass(status: number): boolean {
  return status < 400 || status >= 500 || status === 408 || status === 429;
}

/**
 * Sends one request. `done`: 2xx with the contract's JSON. `again`: 408, 429, 5xx, a redirect (never followed), no answer, or an unreadable
 * one. `refused`: any other 4xx. Never throws, and quotes nothing of what was sent.
 */
export async function post<A>({ url, key, body, answer, signal }: Post<A>): Promise<Reading<A>> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, application/problem+json",
        "idempotency-key": encodeURI(key),
      },
      // A restored order has its events from the records, with fields in another order: the same key comes with the same bytes.
      body: canonicalJson(body),
      redirect: "manual",
      signal,
    });
    const text = await textOf(response);
    const { status } = response;
    if (response.ok) {
      const read = answer.safeParse(json(text));
      return read.success
        ? { result: "done", answer: read.data }
        : { result: "again", detail: `answered ${status} with something unreadable` };
    }
    if (mayPass(status))
      return {
        result: "again",
        detail: `answered ${status}`,
        afterMs: retryAfter(response.headers.get("retry-after"), Date.now(), RETRY_AFTER_AT_MOST),
      };
    const why = problem.safeParse(json(text));
    const said = why.success ? oneLine(why.data.detail ?? why.data.title ?? "") : "";
    return { result: "refused", detail: said || `answered ${status}` };
  } catch (error) {
    return { result: "again", detail: causeOf(error, signal) };
  }
}

/** A temporary failure: Temporal tries again, after `afterMs` ms where the system asked for that, else by the retry policy. */
export function later(message: string, afterMs: Ms | undefined): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    type: OUTSIDE_UNAVAILABLE,
    nonRetryable: false,
    ...(afterMs === undefined ? {} : { nextRetryDelay: afterMs }),
  });
}

/**
 * Asks production, the warehouse or logistics once, as an activity.
 * @throws ApplicationFailure {@link OUTSIDE_UNAVAILABLE}, retryable, for a temporary failure
 */
export async function ask(base: string, { orderNo, effectId, system, ask: what, data }: Ask): Promise<Dated> {
  const body = { ...data, orderNo };
  const reading = await post({ url: askUrl(base, what), key: effectId, body, answer: done, signal: tryTime() });
  if (reading.result === "again") throw later(`${system} ${what}: ${reading.detail}`, reading.afterMs);
  const at = Date.now();
  if (reading.result === "refused") return { ...reading, at };
  const { reference } = reading.answer;
  return { result: "done", ...(reference === undefined ? {} : { detail: oneLine(reference) }), at };
}
