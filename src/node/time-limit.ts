/**
 * A signal that fires `time` ms from now with a `TimeoutError`, or earlier with `other`. Not `AbortSignal.any`: in Node 20 one that is made
 * of a timeout can be collected before it fires (nodejs/node#54614), and what waits for it waits for ever.
 */
export function timeLimit(time: number, other: AbortSignal): AbortSignal {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException("the time is up", "TimeoutError")), time);
  const end = (): void => {
    clearTimeout(timer);
    limit.abort(other.reason);
  };
  if (other.aborted) end();
  else other.addEventListener("abort", end, { once: true, signal: limit.signal });
  return limit.signal;
}
