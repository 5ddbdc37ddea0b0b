import type { Bodies } from "../../src/domain/order/bodies.ts";
import { beginning, by, machine, when, type Story } from "./given.ts";

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

/** The regular way of an ordinary order, step by step: 16 commands from the call to the receipt. */
export const steps = {
  receive: (story: Story) =>
    when(story, "receive", R, { customer, salesRep: "li.na", lines, requestedDate: "2026-12-20", channel: "phone" }),
  confirm: (story: Story) => when(story, "confirm", R, { lines, deliveryDate: "2026-12-20", channel: "phone" }),
  enter: (story: Story) => when(story, "enter", R, entry),
  sign: (story: Story) => when(story, "sign", by("supervisor"), {}),
  release: (story: Story) => when(story, "release", by("order_admin"), {}),
  leadTime: (story: Story) => when(story, "report-lead-time", machine("production"), { days: 10 }),
  progress: (story: Story) => when(story, "report-progress", machine("production"), { stage: "assembly", quantityDone: [50] }),
  update: (story: Story) => when(story, "update-progress", R, { summary: "half done", source: "workshop" }),
  finish: (story: Story) => when(story, "finish-production", machine("production"), { quantity: [100] }),
  receivingTime: (story: Story) =>
    when(story, "confirm-receiving-time", R, {
      from: "2026-11-26T09:00:00+08:00",
      to: "2026-12-20T18:00:00+08:00",
      channel: "phone",
    }),
  check: (story: Story) => when(story, "check-goods", machine("warehouse"), { lines: [{ counted: 100, specificationOk: true }] }),
  transport: (story: Story) =>
    when(story, "arrange-transport", machine("logistics"), { method: "courier", carrier: "SF", freightBorneBy: "company" }),
  data: (story: Story) => when(story, "confirm-shipping-data", R, { recipient: "陈先生", phone: "+8613800000000", address }),
  dispatch: (story: Story) =>
    when(story, "dispatch", machine("logistics"), { carrier: "SF", trackingNumber: "SF1", expectedArrival: "2026-11-26" }),
  delivery: (story: Story) =>
    when(story, "report-delivery", machine("logistics"), {
      trackingNumber: "SF1",
      signedBy: "陈先生",
      deliveredAt: "2026-11-26T10:00:00+08:00",
    }),
  receipt: (story: Story) => when(story, "confirm-receipt", R, { satisfaction: 5 }),
};

export type Step = keyof typeof steps;

/** The regular way up to and with a step. */
export function upTo(last: Step, story: Story = beginning): Story {
  const names = Object.keys(steps).filter((name): name is Step => name in steps);
  return names.slice(0, names.indexOf(last) + 1).reduce((each, name) => steps[name](each), story);
}
