import type { Bodies } from "../../src/domain/order/bodies.ts";
import { beginning, by, when, type Story } from "./order-fixture.ts";
import { customer, entry } from "./regular.ts";

/** The regulation's own example: 500 smart lamps, over 10,000 CNY (R2.3). */
export const largeLines: Bodies["confirm"]["lines"] = [
  { model: "SMART-1", specification: "E27 12W RGBW", quantity: 500, unitPriceFen: 8_000 },
];
export const largeEntry: Bodies["enter"] = { ...entry, lines: largeLines, requestedDate: "2027-01-15" };

/** A colour temperature of the customer's own, for little money. */
export const brief = { brief: "colour temperature 3,300 K" };
export const customEntry: Bodies["enter"] = { ...entry, custom: brief };

const R = by("sales_rep");

function enteredWith(sent: Bodies["enter"], story: Story): Story {
  const { lines, custom, requestedDate } = sent;
  const received = when(story, "receive", R, { customer, salesRep: "li.na", lines, custom, requestedDate });
  const confirmed = when(received, "confirm", R, { lines, deliveryDate: requestedDate, channel: "phone" });
  return when(confirmed, "enter", R, sent);
}

/** A large order as far as its entry. */
export function largeEntered(story: Story = beginning): Story {
  return enteredWith(largeEntry, story);
}

/** A custom order as far as its entry. */
export function customEntered(story: Story = beginning): Story {
  return enteredWith(customEntry, story);
}

/** A large order, signed: told ahead, lead time known, the customer told the date. */
export function largeSigned(story: Story = beginning): Story {
  const known = when(
    when(largeEntered(story), "acknowledge-special", by("supervisor"), {}),
    "report-lead-time",
    by("production"),
    {
      days: 30,
    },
  );
  const told = when(known, "inform-delivery-date", R, { date: "2027-01-15", channel: "phone" });
  return when(told, "sign", by("supervisor"), {});
}

export function largeReleased(story: Story = beginning): Story {
  return when(largeSigned(story), "release", by("order_admin"), {});
}
