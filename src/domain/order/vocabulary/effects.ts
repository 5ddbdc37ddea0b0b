import type { Noted } from "../shapes.ts";

/** House rules (H): what becomes of what is asked outside: what can be said and what happens. */

/** What its commands say. */
export interface EffectsBodies {
  "take-over": Noted & { effectId: string; outcome: "done" | "abandoned" };
}

export type EffectsDuty = "take-over";
