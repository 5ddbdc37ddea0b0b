import { Context } from "@temporalio/activity";
import { createHash } from "node:crypto";
import type { RewardsActivities, RewardsTelling } from "../contracts/workflow-rewards.ts";
import type { MessageName } from "../domain/order/effects.ts";
import { SYSTEM, type Recipient } from "../domain/people.ts";
import { monthNamed } from "../domain/routine/period.ts";
import { nextNumber, renewed, untold, type ProposalFacts, type Proposed } from "../domain/routine/proposal.ts";
import { openMonth, type MayBe, type Proposal } from "../domain/routine/rewards.ts";
import type { RewardsPolicy } from "../domain/routine/rewards-policy.ts";
import type { Staff } from "../domain/staff.ts";
import { iso, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { addFact, readOrdersOf, findProposal, listProposals, findRewardsMonth, saveRewardsMonth } from "../records/rewards.ts";

export interface RewardsOptions {
  readonly db: Database;
  /** The policy for a month that is not over, or was not derived since its end. */
  readonly policy: () => Promise<RewardsPolicy>;
  readonly staff: () => Promise<Staff | undefined>;
  readonly now: () => Ms;
  /** Orders of a page. */
  readonly page?: number;
  /** Called after each page. */
  readonly onPage?: () => void;
}

/** Adds a derivation's fact to one proposal; read again when it was changed meanwhile. Returns whether a fact was added. */
async function renew(options: RewardsOptions, proposalId: string, derived: Proposal | undefined, now: Ms, policy: RewardsPolicy) {
  for (;;) {
    const before = await findProposal(options.db, proposalId);
    const fact = renewed(before, derived, now, policy);
    if (!fact) return false;
    const about = derived ?? before;
    if (!about || (await addFact(options.db, about, fact))) return true;
  }
}

/**
 * Whether a person may be proposed for a reward that only a sales representative can have, by the roles of the staff list. A proposal that
 * exists stays: a promotion that it brought does not end it.
 */
function mayBe(staff: Staff | undefined, known: readonly Proposed[]): MayBe {
  return (kind, person) => {
    if (!staff || known.some((proposed) => proposed.kind === kind && proposed.person === person)) return true;
    const roles = staff.byId.get(person)?.roles ?? [];
    return roles.includes("sales_rep") && (kind !== "promotion" || !roles.includes("order_admin"));
  };
}

/**
 * Derives a month's proposals from the records, a page of orders in memory at a time, and adds what differs. An order that cannot be read is
 * named in the month and stops no other.
 */
export async function renewMonth(options: RewardsOptions, name: string): Promise<{ orders: number; changed: number }> {
  const { db, staff, page, onPage } = options;
  const now = options.now();
  const before = await findRewardsMonth(db, name);
  const policy = before?.over ? before.policy : await options.policy();
  const month = monthNamed(name);
  const opened = openMonth(month, policy, now);
  const unread: { orderNo: string; why: string }[] = [];
  let orders = 0;
  for await (const read of readOrdersOf(db, opened.window, page)) {
    for (const { orderNo, events } of read) {
      orders += 1;
      try {
        opened.add(events);
      } catch (error) {
        unread.push({ orderNo, why: error instanceof Error ? error.message : String(error) });
      }
    }
    onPage?.();
  }
  const known = await listProposals(db, name);
  const derived = new Map(opened.proposals(mayBe(await staff(), known)).map((proposal) => [proposal.proposalId, proposal]));
  const ids = new Set([...known.map(({ proposalId }) => proposalId), ...derived.keys()]);
  let changed = 0;
  for (const id of ids) if (await renew(options, id, derived.get(id), now, policy)) changed += 1;
  const standings = opened.standings();
  await saveRewardsMonth(db, { month: name, policy, over: now >= month.to, renewedAt: now, orders, unread, standings });
  return { orders, changed };
}

type Tells = RewardsTelling["tells"];

function telling(message: MessageName, to: Recipient, tells: Tells, params: RewardsTelling["message"]["params"]): RewardsTelling {
  const key = createHash("sha256")
    .update(JSON.stringify([message, tells, params["times"] ?? 0]))
    .digest("hex")
    .slice(0, 32);
  return { effectId: `rewards-${message}-${key}`, message: { to: [to], message, params }, tells };
}

/** The messages of a month: one to management about all proposals that wait or are overdue, and one to each person about their decision. */
export async function tellingsOf({ db, policy, now }: RewardsOptions, month: string): Promise<RewardsTelling[]> {
  const at = now();
  const numbers = (await findRewardsMonth(db, month))?.policy ?? (await policy());
  const all = await listProposals(db, month);
  const due = all.flatMap((proposed) => untold(proposed, at, numbers).map((told) => ({ proposed, told })));
  const about = (what: ProposalFacts["told"]["what"]) => due.filter(({ told }) => told.what === what);
  const toManagement = (what: "waiting" | "overdue"): RewardsTelling[] => {
    const some = about(what);
    if (some.length === 0) return [];
    const times = some.reduce((sum, { proposed }) => sum + proposed.facts.filter(({ fact }) => fact === "told").length, 0);
    const dueAt = Math.min(...some.map(({ proposed }) => proposed.dueAt ?? Infinity));
    const tells = some.map(({ proposed: { proposalId }, told }) => ({ ...told, proposalId }));
    const params = { month, count: some.length, times, ...(Number.isFinite(dueAt) ? { dueAt: iso(dueAt) } : {}) };
    return [telling(`rewards-${what}`, { role: "management" }, tells, params)];
  };
  const decided = about("decided").map(({ proposed, told }) => {
    const { proposalId, person, kind, state, measures, decided: decision } = proposed;
    const amountFen = measures.flatMap((each) => ("amountFen" in each ? [each.amountFen] : [])).at(0);
    const days = measures.flatMap((each) => ("days" in each ? [each.days] : [])).at(0);
    const { reason = "", objectUntil = "" } = decision?.data ?? {};
    const figures = { ...(amountFen === undefined ? {} : { amountFen }), ...(days === undefined ? {} : { days }) };
    const params = { month, proposalId, kind, state, reason, objectUntil, ...figures };
    return telling("reward-decided", { role: "staff", id: person }, [{ ...told, proposalId }], params);
  });
  return [...toManagement("waiting"), ...toManagement("overdue"), ...decided];
}

/** Notes that somebody was told of these facts. Repeating it changes nothing. */
async function told({ db, now }: RewardsOptions, { effectId: key, tells }: RewardsTelling): Promise<void> {
  for (const { proposalId, what, of } of tells) {
    for (;;) {
      const proposed = await findProposal(db, proposalId);
      if (!proposed || proposed.facts.some((fact) => fact.key === key)) break;
      const fact = { number: nextNumber(proposed), at: now(), actor: SYSTEM, key, fact: "told" as const, data: { what, of } };
      if (await addFact(db, proposed, fact)) break;
    }
  }
}

/** The activities of rewards and penalties. */
export function rewardsActivities(options: RewardsOptions): RewardsActivities {
  return {
    deriveRewards: (month) => renewMonth({ ...options, onPage: () => Context.current().heartbeat() }, month),
    untoldRewards: (month) => tellingsOf(options, month),
    toldRewards: (telling) => told(options, telling),
  };
}
