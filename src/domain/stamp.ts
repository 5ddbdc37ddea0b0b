import type { Author } from "./people.ts";
import type { Ms } from "./time.ts";

/** Who, when and why: on every event (R1.2). */
export interface Stamp {
  /** 1 for an order's first event, without gaps. */
  readonly number: number;
  /** Business time, ms. */
  readonly at: Ms;
  /** When this service took it on, ms. */
  readonly receivedAt: Ms;
  readonly actor: Author;
}
