import { setTimeout as wait } from "node:timers/promises";

/** Waits until something holds; fails, with what was seen last, when it does not within `limit` ms. */
export async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean, limit = 20_000): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > end) throw new Error(`waited in vain; last seen: ${JSON.stringify(value).slice(0, 2_000)}`);
    await wait(20);
  }
}
