import { setTimeout as wait } from "node:timers/promises";

/**
 * Waits until something holds; fails, with what was seen last, when it does not within `limit` ms. It asks less and less often:
 * asking is work too, and on two cores it would hold up what is waited for.
 */
export async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean, limit = 90_000): Promise<T> {
  const end = Date.now() + limit;
  for (let pause = 20; ; pause = Math.min(250, pause * 1.5)) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > end) throw new Error(`waited in vain; last seen: ${JSON.stringify(value).slice(0, 2_000)}`);
    await wait(pause);
  }
}
