import type { Stamp } from "../../stamp.ts";
import type { Day, Ms } from "../../time.ts";
import type { Noted, Promising, Remedy, Channel, Without, Said } from "../shapes.ts";

/** R3.2, R3.3: late orders, what the customer is told and offered: what can be said and what happens. */

export const remedyDecisions = ["offer_anew", "keep", "cancel"] as const;

/** What its commands say. */
export interface DelaysBodies {
  "report-delay": Noted & { cause: string; newFinish?: Day | undefined; newArrival?: Day | undefined };
  "tell-customer-of-delay": Noted & Promising & { reason: string; remedy: Remedy; newDate: Day; channel: Channel };
  "agree-remedy": Noted & Promising & { accepted: boolean; remedy?: Remedy | undefined; newDate?: Day | undefined };
  "decide-remedy": Noted & { decision: (typeof remedyDecisions)[number]; reason: string };
}

/** What its events carry. */
export interface DelaysFacts {
  "delay-reported": Without<DelaysBodies["report-delay"]>;
  "delay-opened": { delayId: string; cause: string; forecastArrival: Day; promisedDate: Day };
  "delay-news": { delayId: string; cause: string; forecastArrival: Day };
  "delay-withdrawn": { delayId: string };
  "customer-told-of-delay": Without<DelaysBodies["tell-customer-of-delay"]> & { delayId: string };
  "remedy-agreed": { delayId: string; newDate: Day } & Promising & Pick<DelaysBodies["tell-customer-of-delay"], "remedy">;
  "remedy-refused": { delayId: string };
  "remedy-decided": { delayId: string; decision: DelaysBodies["decide-remedy"]["decision"]; reason: string };
}

export type DelayState = "untold" | "told" | "remedy_refused" | "closed" | "withdrawn";

export interface Delay {
  readonly delayId: string;
  readonly state: DelayState;
  readonly cause: string;
  /** The latest forecast of the arrival, and the promise that it misses. */
  readonly forecastArrival: Day;
  readonly promisedDate: Day;
  readonly opened: Stamp;
  /** Since when it must be told: the opening, news after a telling, an offer anew. */
  readonly tellSince: Stamp;
  readonly told?: Said<Omit<DelaysBodies["tell-customer-of-delay"], "note">> | undefined;
  readonly refused?: Stamp | undefined;
  readonly ended?: Stamp | undefined;
  readonly outcome?: "agreed" | "kept" | "cancelled" | undefined;
  /** The promise that it was ended with. */
  readonly settledFor?: Day | undefined;
}

/** When the goods are expected at the customer's, by the newest thing said of it. */
export interface Forecast {
  readonly arrival: Day;
  readonly finish?: Day | undefined;
  readonly cause: string;
  /** Business time: an older forecast than the one known changes nothing. */
  readonly at: Ms;
  /** Whether somebody reported it as a delay, which counts before release too. */
  readonly reported: boolean;
}

/** What an order keeps of it. */
export interface DelaysState {
  readonly forecast?: Forecast | undefined;
  readonly delays: readonly Delay[];
}

export type DelaysDuty = "tell-customer-of-delay" | "agree-remedy" | "decide-remedy";
