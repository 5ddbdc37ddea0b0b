import { defineSearchAttributeKey } from "@temporalio/common";

/** The search attributes of an order, so that supervisors can filter in the Temporal UI. Free of personal data. */
export const searchAttributes = {
  OrderStatus: defineSearchAttributeKey("OrderStatus", "KEYWORD"),
  /** The representative's id. */
  SalesRep: defineSearchAttributeKey("SalesRep", "KEYWORD"),
  /** `ordinary`, or `large`, `custom` or both. */
  OrderClass: defineSearchAttributeKey("OrderClass", "KEYWORD_LIST"),
  /** What is due first, who owes it, and when. */
  NextDuty: defineSearchAttributeKey("NextDuty", "KEYWORD"),
  NextDutyRole: defineSearchAttributeKey("NextDutyRole", "KEYWORD"),
  NextDueAt: defineSearchAttributeKey("NextDueAt", "DATETIME"),
  /** Duties that were overdue when the order last moved; `NextDueAt < now` is true also while every worker is down. */
  OverdueDuties: defineSearchAttributeKey("OverdueDuties", "KEYWORD_LIST"),
  /** The end of the promised day. */
  PromisedDate: defineSearchAttributeKey("PromisedDate", "DATETIME"),
  /** Integer fen. */
  AmountFen: defineSearchAttributeKey("AmountFen", "INT"),
} as const;
