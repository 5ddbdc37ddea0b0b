import { rehearse, type Proposal, type RehearsedDuty } from "../domain/order/rehearsal.ts";
import { iso, type Day, type Instant, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import type { PageRequest } from "../records/paging.ts";
import { eventsOfSeveral, listOrders } from "../records/read.ts";

/** Orders replayed in one go, between which other work of the process has its turn. */
const BATCH = 5;

/** How a duty stood under one policy. */
interface Standing {
  readonly dueAt: Instant;
  readonly late: boolean;
}

/** A duty of an order under the policy that the order has (`before`) and under the proposed one; `null`: not owed under it. */
interface ComparedDuty extends Omit<RehearsedDuty, "closedAt" | "before" | "proposed"> {
  readonly orderNo: string;
  readonly salesRep: string | null;
  readonly closedAt: Instant | null;
  readonly before: Standing | null;
  readonly proposed: Standing | null;
}

function toStanding(stood: RehearsedDuty["before"]): Standing | null {
  return stood ? { dueAt: iso(stood.dueAt), late: stood.late } : null;
}

/**
 * Replays a page of the orders received in a period with a proposed policy.
 * @returns every duty that was or would have been late, with counts; `next` is the next page's cursor
 */
export async function rehearsePolicy(
  db: Database,
  proposal: Proposal,
  received: { readonly from: Day; readonly to: Day },
  page: PageRequest,
  at: Ms,
) {
  const { items: orders, next } = await listOrders(db, received, page);
  const duties: ComparedDuty[] = [];
  for (let first = 0; first < orders.length; first += BATCH) {
    const batch = orders.slice(first, first + BATCH);
    const orderNos = batch.map(({ orderNo }) => orderNo);
    const events = await eventsOfSeveral(db, orderNos);
    for (const { orderNo, salesRep } of batch)
      for (const { closedAt, before, proposed, ...duty } of rehearse(events.get(orderNo) ?? [], proposal, at))
        duties.push({
          orderNo,
          salesRep,
          ...duty,
          closedAt: closedAt === undefined ? null : iso(closedAt),
          before: toStanding(before),
          proposed: toStanding(proposed),
        });
  }
  const items = duties.filter(({ before, proposed }) => before?.late === true || proposed?.late === true);
  const lateBefore = items.filter(({ before }) => before?.late);
  const lateProposed = items.filter(({ proposed }) => proposed?.late);
  return {
    orders: orders.length,
    duties: duties.length,
    late: {
      before: lateBefore.length,
      proposed: lateProposed.length,
      newly: items.length - lateBefore.length,
      noLonger: items.length - lateProposed.length,
      orders: new Set(lateProposed.map(({ orderNo }) => orderNo)).size,
    },
    items,
    next,
  };
}
