import { describe, expect, it } from "vitest";
import { messagesActivities } from "../../src/activities/messages.ts";
import { productionActivities } from "../../src/activities/production.ts";
import type { TellOutcome } from "../../src/contracts/workflow.ts";
import type { EffectOutcome } from "../../src/domain/order/effects.ts";
import { troubles } from "../../src/stand-ins/behaviour.ts";
import { lines, openStandIns } from "../stand-ins/stand-ins-under-test.ts";
import { activityWith } from "./environment.ts";

const place = {
  orderNo: "A-1",
  effectId: "A-1-9-production-place",
  system: "production",
  ask: "place",
  data: { lines, custom: null, run: 1 },
} as const;

async function asked(url: string, time = 2_000): Promise<EffectOutcome> {
  return activityWith(time).run(async (): Promise<EffectOutcome> => productionActivities({ url }).askProduction(place));
}

describe("the activities and the stand-ins understand each other", () => {
  it("what is repeated until it is answered is done once", async () => {
    const { urls, control, state } = await openStandIns({ mode: "manual" });
    const all = Object.keys(troubles).map((trouble) => ({ troubles: [trouble] }));
    // The slow one comes last: what is answered after its time must not meet the next one's trouble.
    for (const behaviour of [{ failTimes: 1 }, { away: true }, ...all, { slowMs: 2_000 }]) {
      await control("production", "behaviour", behaviour);
      await expect(asked(urls.production, 1_000)).rejects.toMatchObject({ type: "outside-unavailable", nonRetryable: false });
    }
    await control("production", "behaviour", {});
    expect(await asked(urls.production)).toMatchObject({ result: "done", detail: expect.stringMatching(/^production-\d+$/) });
    expect((await state("production")).asks).toMatchObject([{ key: place.effectId }]);
  });

  it("a refusal is for good, with its reason", async () => {
    const { urls, control } = await openStandIns({ mode: "manual" });
    await control("production", "behaviour", { refuse: "place" });
    expect(await asked(urls.production)).toMatchObject({ result: "refused", detail: "the stand-in was told to refuse" });
  });

  it("a message that reaches nobody is told as that", async () => {
    const { urls, control } = await openStandIns({ mode: "manual" });
    await control("messages", "behaviour", { unreachable: ["li.na"] });
    const to = [{ role: "sales_rep", id: "li.na" }] as const;
    const message = { orderNo: "A-1", effectId: "e1", message: { to, message: "made", params: { orderNo: "A-1" } } } as const;
    const tell = messagesActivities({ url: urls.messages }).tell;
    const outcome = await activityWith(2_000).run(async (): Promise<readonly TellOutcome[]> => tell([message]));
    expect(outcome).toMatchObject([{ effectId: "e1", result: "unreached", reached: [], unreached: to }]);
  });
});
