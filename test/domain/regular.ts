import type { Bodies } from "../../src/domain/order/bodies.ts";
import { addDays, dayOf, iso, type Day } from "../../src/domain/time.ts";
import { beginning, by, machine, when, type Story } from "./order-fixture.ts";

export const lines: Bodies["confirm"]["lines"] = [
  { model: "LED-A60", specification: "E27 9W 3000K", quantity: 100, unitPriceFen: 3500 },
];
export const address: Bodies["enter"]["deliveryAddress"] = {
  province: "广东",
  city: "中山",
  street: "古镇路 1",
  postcode: "528400",
};
export const customer: Bodies["enter"]["customer"] = { name: "客户A", contact: { person: "陈先生", phone: "+8613800000000" } };
export const entry: Bodies["enter"] = {
  customer,
  lines,
  custom: null,
  deliveryAddress: address,
  requestedDate: "2026-12-20",
  selfChecked: true,
};
const R = by("sales_rep");

/** A day so many days after a story's today: of those that stand at the first Monday, 27 is 20 December 2026. */
function inDays({ now }: Story, count: number): Day {
  return addDays(dayOf(now), count);
}

/** The regular way of an ordinary order, step by step: 16 commands from the call to the receipt. */
export const steps = {
  receive: (story: Story) =>
    when(story, "receive", R, { customer, salesRep: "li.na", lines, requestedDate: inDays(story, 27), channel: "phone" }),
  confirm: (story: Story) => when(story, "confirm", R, { lines, deliveryDate: inDays(story, 27), channel: "phone" }),
  enter: (story: Story) => when(story, "enter", R, { ...entry, requestedDate: inDays(story, 27) }),
  sign: (story: Story) => when(story, "sign", by("supervisor"), {}),
  release: (story: Story) => when(story, "release", by("order_admin"), {}),
  leadTime: (story: Story) => when(story, "report-lead-time", machine("production"), { days: 10 }),
  progress: (story: Story) => when(story, "report-progress", machine("production"), { stage: "assembly", quantityDone: [50] }),
  update: (story: Story) => when(story, "update-progress", R, { summary: "half done", source: "workshop" }),
  finish: (story: Story) => when(story, "finish-production", machine("production"), { quantity: [100] }),
  receivingTime: (story: Story) =>
    when(story, "confirm-receiving-time", R, {
      from: `${inDays(story, 3)}T09:00:00+08:00`,
      to: `${inDays(story, 27)}T18:00:00+08:00`,
      channel: "phone",
    }),
  check: (story: Story) => when(story, "check-goods", machine("warehouse"), { lines: [{ counted: 100, specificationOk: true }] }),
  transport: (story: Story) =>
    when(story, "arrange-transport", machine("logistics"), { method: "courier", carrier: "SF", freightBorneBy: "company" }),
  data: (story: Story) => when(story, "confirm-shipping-data", R, { recipient: "陈先生", phone: "+8613800000000", address }),
  dispatch: (story: Story) =>
    when(story, "dispatch", machine("logistics"), { carrier: "SF", trackingNumber: "SF1", expectedArrival: inDays(story, 3) }),
  delivery: (story: Story) =>
    when(story, "report-delivery", machine("logistics"), {
      trackingNumber: "SF1",
      signedBy: "陈先生",
      deliveredAt: iso(story.now),
    }),
  receipt: (story: Story) => when(story, "confirm-receipt", R, { satisfaction: 5 }),
};

export type Step = keyof typeof steps;

/** The regular way up to and with a step. */
export function upTo(last: Step, story: Story = beginning): Story {
  const names = Object.keys(steps).filter((name): name is Step => name in steps);
  return names.slice(0, names.indexOf(last) + 1).reduce((each, name) => steps[name](each), story);
}
