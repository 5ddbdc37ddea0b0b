import { beginning, by, later, machine, reported, when, type Story } from "../domain/order-fixture.ts";
import { lines, steps, upTo } from "../domain/regular.ts";
import { largeEntered } from "../domain/special.ts";

/** Orders in the middle of what can happen to one: what a release may find when it takes over. */

const R = by("sales_rep");
const through = (...all: readonly ((story: Story) => Story)[]): Story => all.reduce((story, step) => step(story), beginning);

const changing = (): Story =>
  when(upTo("progress"), "request-change", R, {
    kind: "specification",
    patch: { lines: lines.map((line) => ({ ...line, specification: "E27 9W 4000K" })) },
    revision: 1,
    why: "客户要换色温",
  });
const changeId = (story: Story): string => story.order?.changes.at(-1)?.changeId ?? "";

export const stories: Readonly<Record<string, () => Story>> = {
  received: () => upTo("receive"),
  regular: () => upTo("progress"),
  ready: () => upTo("data"),
  completed: () => upTo("receipt"),
  overdue: () => later(upTo("sign"), "P2D"),
  paused: () => {
    const story = upTo("release");
    const dutyId = `update-progress-${story.order?.lastEvent}`;
    return later(when(story, "pause-duty", R, { dutyId, awaiting: "customer", evidence: "客户出差" }), "P1D");
  },
  change: () => {
    const asked = changing();
    const assessed = when(asked, "assess-change", by("order_admin"), { changeId: changeId(asked), feasible: true });
    return when(assessed, "accept-change", R, { changeId: changeId(assessed), channel: "phone" });
  },
  delay: () => {
    const delayed = reported(upTo("progress"), "report-delay", machine("production"), {
      cause: "灯珠短缺",
      newFinish: "2026-12-24",
    });
    return later(
      when(delayed, "tell-customer-of-delay", R, {
        reason: "灯珠短缺",
        remedy: { kind: "discount", valueFen: 17_500 },
        newDate: "2026-12-27",
        channel: "phone",
      }),
      "PT1H",
    );
  },
  loss: () => when(upTo("dispatch"), "report-trace", machine("logistics"), { trackingNumber: "SF1", result: "lost" }),
  cancellation: () => {
    const asked = when(upTo("progress"), "request-cancellation", R, { askedBy: "陈先生", reason: "项目取消" });
    return when(asked, "cancel", by("supervisor"), { reason: "项目取消" });
  },
  special: () => when(largeEntered(), "acknowledge-special", by("supervisor"), {}),
  reopened: () => when(upTo("receipt"), "record-complaint", by("customer_service"), { about: "收到的灯色温不符" }),
  discrepancy: () =>
    reported(upTo("release"), "check-goods", machine("warehouse"), { lines: [{ counted: 100, specificationOk: true }] }),
  returned: () =>
    through(steps.receive, steps.confirm, steps.enter, (story) =>
      when(story, "refuse-signature", by("supervisor"), { reason: "单价不符" }),
    ),
};
