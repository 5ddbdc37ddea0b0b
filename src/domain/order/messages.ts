import type { EffectRequest, MessageName, MessageParams } from "./effects.ts";
import type { Recipient } from "../people.ts";
import type { Order } from "./state.ts";

/** The representative of an order, as a recipient. */
export function rep(order: Order): Recipient {
  return order.salesRep === undefined ? { role: "supervisor" } : { role: "sales_rep", id: order.salesRep };
}

/** A message to people, with the order's number and how the customer is reached where the customer is told. */
export function tell(
  order: Order,
  to: Recipient | readonly Recipient[],
  message: MessageName,
  params: MessageParams,
): EffectRequest {
  const recipients = "role" in to ? [to] : to;
  const { name, contact } = order.customer;
  const customer = {
    name,
    ...(contact.person === undefined ? {} : { person: contact.person }),
    ...(contact.phone === undefined ? {} : { phone: contact.phone }),
    ...(contact.email === undefined ? {} : { email: contact.email }),
  };
  const data = { to: recipients, message, params: { orderNo: order.orderNo, ...params } };
  const toCustomer = recipients.some(({ role }) => role === "customer");
  return { system: "messages", ask: "tell", data: toCustomer ? { ...data, customer } : data };
}

export const CUSTOMER: Recipient = { role: "customer" };
