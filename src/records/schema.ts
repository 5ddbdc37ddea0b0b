import type { ColumnType, Generated } from "kysely";
import type { LineAnswer, ReportKind, Totals } from "../contracts/workflow-routine.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import type { DutyRow, OrderRow } from "../domain/order/rows.ts";
import type { ProposalFact } from "../domain/routine/proposal.ts";
import type { Standing } from "../domain/routine/rewards.ts";
import type { RewardsPolicy } from "../domain/routine/rewards-policy.ts";

/** `timestamptz`: read as `Date`, written as RFC 3339. */
type Time = ColumnType<Date, string, string>;
type OptionalTime = ColumnType<Date | null, string | null | undefined, string | null>;
/** `bigint`: the driver reads it as text. */
type BigInteger = ColumnType<string, number, number>;

/** One row for each order: what lists sort and filter by. The order itself is its events. */
export interface OrdersTable {
  order_no: string;
  status: OrderRow["status"];
  stage: OrderRow["stage"];
  cancelling: boolean;
  large: boolean;
  custom: boolean;
  customer: string;
  sales_rep: string | null;
  amount_fen: BigInteger;
  requested_date: string | null;
  promised_date: string | null;
  received_at: Time;
  next_due_at: OptionalTime;
  last_event: number;
  /** The last event whose personal texts have been removed; 0: none. */
  personal_removed_to: ColumnType<number, number | undefined, number>;
}

/** One row for each event: the audit trail (R1.2). Written once; changed only where personal texts are removed. */
export interface EventsTable {
  order_no: string;
  number: number;
  at: Time;
  received_at: Time;
  actor_id: string;
  actor_role: string;
  command: string;
  event: string;
  /** The whole event. */
  body: ColumnType<OrderEvent, string, string>;
  /** SHA-256, hex, of the event and the previous hash (`hash-chain.ts`). */
  hash: string;
}

/** One row for each duty: owed, or how it closed. There is no column for overdue: a query compares `due_at` with its own time. */
export interface DutiesTable {
  order_no: string;
  duty_id: string;
  duty: DutyRow["duty"];
  about: string | null;
  owner_role: DutyRow["owner"]["role"];
  owner_id: string | null;
  owner_except: string | null;
  rule: string;
  opened_at: Time;
  due_at: Time;
  state: DutyRow["state"];
  level: number;
  warned_at: OptionalTime;
  acknowledged_by: string | null;
  closed_at: OptionalTime;
  late: boolean | null;
  took_ms: ColumnType<string | null, number | null, number | null>;
  exempt: boolean;
  as_of: number;
  /** The order's representative, kept by a trigger while the duty is owed. */
  order_rep: ColumnType<string | null, never, never>;
}

/** Versions of the calendar, staff and policy, as supervisors put them. Nothing is overwritten. */
export interface VersionsTable {
  what: "calendar" | "staff" | "policy";
  version: number;
  body: ColumnType<unknown, string, never>;
  put_by: string;
  put_at: Time;
}

/** The head of a routine report or inspection, with its totals. */
export interface ReportsTable {
  report_id: string;
  kind: ReportKind;
  period: string;
  as_of: Time;
  about: ColumnType<Readonly<Record<string, unknown>>, string, never>;
  totals: ColumnType<Totals | null, string | null | undefined, string>;
  begun_at: Time;
  made_at: OptionalTime;
  /** Of an inspection: the level to which it was told that it is unanswered (`ladder.ts`). */
  level: ColumnType<number, number | undefined, number>;
}

/** One row for each order of a routine report. */
export interface ReportLinesTable {
  report_id: string;
  order_no: string;
  /** Lines are listed by this, then by number. */
  rank: number;
  /** The headings under which the line is counted. */
  tags: string[];
  body: ColumnType<Readonly<Record<string, unknown>>, string, string>;
  answer: ColumnType<LineAnswer | null, string | null | undefined, string>;
}

/** One row for each webhook subscription. */
export interface WebhooksTable {
  webhook_id: string;
  url: string;
  /** Types of events, as JSON; null: all. */
  events: ColumnType<readonly string[] | null, string | null, string | null>;
  state: "on" | "off" | "failing";
  description: string;
  created_by: string;
  created_at: Time;
  secret: string;
  /** Also signs, until `previous_until`. */
  previous_secret: string | null;
  previous_until: OptionalTime;
  /** A hash of the request that created it. */
  hash: string;
}

/** The outbox: one row for each event and subscription, written with the event. */
export interface DeliveriesTable {
  /** The order of "newest first"; `bigserial`. */
  seq: ColumnType<string, never, never>;
  delivery_id: string;
  webhook_id: string;
  order_no: string;
  number: number;
  type: string;
  at: Time;
  state: "waiting" | "delivered" | "failed";
  attempts: number;
  /** While it waits: the earliest time of the next try. */
  next_at: Time;
  tried_at: OptionalTime;
  status: number | null;
  why: string | null;
  created_at: Time;
}

/** One row for each idempotency key, with the answer (`idempotency.ts`). Deleted after a while. */
export interface AnswersTable {
  id: string;
  hash: string;
  body: ColumnType<object, string, string>;
  answered_at: Generated<Date>;
}

/** One row for each fact of a proposal of rewards and penalties. Written once, never changed. */
export interface RewardFactsTable {
  proposal_id: string;
  number: number;
  month: string;
  person: string;
  at: Time;
  actor_id: string;
  fact: ProposalFact["fact"];
  /** `Idempotency-Key`; unique in a proposal. */
  key: string | null;
  /** The whole fact. */
  body: ColumnType<ProposalFact, string, never>;
}

/** One row for each month: its rewards and penalties, as last computed. */
export interface RewardMonthsTable {
  month: string;
  over: boolean;
  renewed_at: Time;
  orders: number;
  policy: ColumnType<RewardsPolicy, string, string>;
  unread: ColumnType<readonly { orderNo: string; why: string }[], string, string>;
  standings: ColumnType<readonly Standing[], string, string>;
}

/** The records database (`docs/architecture.md`, Where data lives). */
export interface Schema {
  orders: OrdersTable;
  events: EventsTable;
  duties: DutiesTable;
  put: VersionsTable;
  reports: ReportsTable;
  report_lines: ReportLinesTable;
  webhooks: WebhooksTable;
  deliveries: DeliveriesTable;
  answers: AnswersTable;
  reward_facts: RewardFactsTable;
  reward_months: RewardMonthsTable;
}
