import type { ProposalFacts } from "../domain/routine/proposal.ts";
import type { Message } from "../domain/order/effects.ts";

/** What the API, the workflows of rewards and penalties and their activities say to each other. Types and names only. */

/** The workflow types; the argument of both is a {@link RewardsStart}. */
export const RENEW_REWARDS_WORKFLOW = "renewRewards";
export const TELL_REWARDS_WORKFLOW = "tellRewards";

export interface RewardsStart {
  /** `2026-11`. */
  readonly month: string;
}

/** A message about proposals, and which facts of them it tells. */
export interface RewardsTelling {
  /** The same for the same facts: sent as `Idempotency-Key`. */
  readonly effectId: string;
  readonly message: Message;
  readonly tells: readonly (ProposalFacts["told"] & { readonly proposalId: string })[];
}

export interface RewardsActivities {
  /** Derives a month's proposals from the records and adds what differs. */
  deriveRewards(month: string): Promise<{ readonly orders: number; readonly changed: number }>;
  untoldRewards(month: string): Promise<readonly RewardsTelling[]>;
  toldRewards(telling: RewardsTelling): Promise<void>;
}
