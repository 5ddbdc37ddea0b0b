import type { OrderEvent } from "../domain/order/events.ts";
import type { Period } from "../domain/routine/period.ts";
import { proposedBy, type ProposalFact, type Proposed } from "../domain/routine/proposal.ts";
import type { Standing } from "../domain/routine/rewards.ts";
import type { RewardsPolicy } from "../domain/routine/rewards-policy.ts";
import { iso, type Ms } from "../domain/time.ts";
import type { Database } from "./database.ts";

/** A month of rewards and penalties, as last computed. */
export interface RewardsMonth {
  readonly month: string;
  /** The policy that applies; fixed at the first computation after the month's end. */
  readonly policy: RewardsPolicy;
  readonly over: boolean;
  readonly renewedAt: Ms;
  readonly orders: number;
  /** Orders that could not be read, with the reason; they are not counted. */
  readonly unread: readonly { readonly orderNo: string; readonly why: string }[];
  readonly standings: readonly Standing[];
}

/** A month as last computed; `undefined` when it never was. */
export async function findRewardsMonth(db: Database, month: string): Promise<RewardsMonth | undefined> {
  const row = await db.selectFrom("reward_months").selectAll().where("month", "=", month).executeTakeFirst();
  if (!row) return undefined;
  const { policy, over, orders, unread, standings } = row;
  return { month, policy, over, renewedAt: row.renewed_at.getTime(), orders, unread, standings };
}

/** Saves a computed month; an older computation never replaces a newer one. */
export async function saveRewardsMonth(db: Database, { month, renewedAt, ...rest }: RewardsMonth): Promise<void> {
  const row = {
    over: rest.over,
    orders: rest.orders,
    renewed_at: iso(renewedAt),
    policy: JSON.stringify(rest.policy),
    unread: JSON.stringify(rest.unread),
    standings: JSON.stringify(rest.standings),
  };
  await db
    .insertInto("reward_months")
    .values({ month, ...row })
    .onConflict((conflict) =>
      conflict.column("month").doUpdateSet(row).where("reward_months.renewed_at", "<=", new Date(renewedAt)),
    )
    .execute();
}

/** Which proposals of a month: of one person or of all; at most `limit`, with ids after `after`. */
interface ProposalFilter {
  readonly person?: string | undefined;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/** Reads proposals, each folded from its facts, by id. */
async function readProposals(db: Database, ids: readonly string[]): Promise<Proposed[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom("reward_facts")
    .select(["proposal_id", "body"])
    .where("proposal_id", "in", ids)
    .orderBy("proposal_id")
    .orderBy("number")
    .execute();
  const facts = new Map<string, ProposalFact[]>(ids.map((id) => [id, []]));
  for (const { proposal_id: id, body } of rows) facts.get(id)?.push(body);
  return [...facts.values()].filter(({ length }) => length > 0).map(proposedBy);
}

/** A month's proposals. */
export async function listProposals(
  db: Database,
  month: string,
  { person, after, limit }: ProposalFilter = {},
): Promise<Proposed[]> {
  let query = db.selectFrom("reward_facts").select("proposal_id").distinct().where("month", "=", month).orderBy("proposal_id");
  if (person !== undefined) query = query.where("person", "=", person);
  if (after !== undefined) query = query.where("proposal_id", ">", after);
  if (limit !== undefined) query = query.limit(limit);
  return readProposals(
    db,
    (await query.execute()).map(({ proposal_id: id }) => id),
  );
}

/** One proposal; `undefined` when there is none of that id. */
export async function findProposal(db: Database, proposalId: string): Promise<Proposed | undefined> {
  return (await readProposals(db, [proposalId]))[0];
}

/**
 * Adds a fact to a proposal. False when another fact has its number, or its key was used: the caller reads the proposal again and
 * decides again.
 */
export async function addFact(
  db: Database,
  { proposalId, month, person }: Pick<Proposed, "proposalId" | "month" | "person">,
  fact: ProposalFact,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows: written } = await db
    .insertInto("reward_facts")
    .values({
      proposal_id: proposalId,
      number: fact.number,
      month,
      person,
      at: iso(fact.at),
      actor_id: fact.actor.id,
      fact: fact.fact,
      key: fact.key ?? null,
      body: JSON.stringify(fact),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return written === 1n;
}

/** The events of one order. */
interface OrderRead {
  readonly orderNo: string;
  readonly events: readonly OrderEvent[];
}

/**
 * The orders that can matter to a period, in pages, by number: received before its end, and open or with events since its beginning.
 */
export async function* readOrdersOf(
  db: Database,
  { from, to }: Pick<Period, "from" | "to">,
  limit = 100,
): AsyncGenerator<OrderRead[]> {
  for (let after = ""; ;) {
    const page = await db
      .selectFrom("orders")
      .leftJoin("events as last", (join) =>
        join.onRef("last.order_no", "=", "orders.order_no").onRef("last.number", "=", "orders.last_event"),
      )
      .select("orders.order_no")
      .where("orders.order_no", ">", after)
      .where("orders.received_at", "<", new Date(to))
      .where((eb) =>
        eb.or([
          eb("orders.status", "not in", ["completed", "cancelled"]),
          eb("last.received_at", ">=", new Date(from)),
          eb("last.received_at", "is", null),
        ]),
      )
      .orderBy("orders.order_no")
      .limit(limit)
      .execute();
    if (page.length === 0) return;
    const numbers = page.map(({ order_no: orderNo }) => orderNo);
    const rows = await db
      .selectFrom("events")
      .select(["order_no", "body"])
      .where("order_no", "in", numbers)
      .orderBy("order_no")
      .orderBy("number")
      .execute();
    yield numbers.map((orderNo) => ({
      orderNo,
      events: rows.filter((row) => row.order_no === orderNo).map(({ body }) => body),
    }));
    if (page.length < limit) return;
    after = numbers.at(-1) ?? after;
  }
}
