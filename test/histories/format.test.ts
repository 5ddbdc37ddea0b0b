import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { StartOrder } from "../../src/contracts/workflow.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import { levelOf } from "../../src/domain/clock/ladder.ts";
import { FORMAT } from "../../src/domain/order/events.ts";
import { duties } from "../../src/domain/order/duties.ts";
import { replay } from "../../src/domain/order/evolve.ts";
import type { Order } from "../../src/domain/order/state.ts";
import { DAY, iso, type Ms } from "../../src/domain/time.ts";
import { publicationOf } from "../../src/records/rebuild.ts";
import { openRunningOrder } from "../../src/workflows/order/running-order.ts";
import { by } from "../domain/order-fixture.ts";
import { stories } from "./stories.ts";

/**
 * What released code wrote down has to be read, with the same meaning, by every later one: the argument of a run and all
 * events, as they are carried across continue-as-new and kept in the records (`docs/upgrading.md`). What is in `format-1`
 * is never written again; a release that writes something new adds a folder: `RECORD_FORMAT=2 npx vitest run test/histories`.
 */

interface Golden {
  readonly at: Ms;
  readonly start: StartOrder;
  readonly knows: unknown;
}

/** What an order amounts to, in words that no release may change the meaning of. */
function known(order: Order, at: Ms): unknown {
  return {
    stage: order.stage,
    lastEvent: order.lastEvent,
    revision: order.revision,
    class: order.class,
    amountFen: order.amountFen,
    promisedDate: order.promisedDate ?? null,
    plannedFinish: order.plannedFinish ?? null,
    owed: duties(order, at).map(({ dutyId, owner, dueAt, state, watch }) => ({
      dutyId,
      owner,
      dueAt: iso(dueAt),
      state,
      level: levelOf(watch),
    })),
    closed: order.closedDuties.map(({ dutyId, how, late, dueAt }) => ({ dutyId, how, late, dueAt: iso(dueAt) })),
    asked: order.effects.map(({ effectId, state }) => ({ effectId, state })),
    open: {
      changes: order.changes.map(({ changeId, state }) => ({ changeId, state })),
      delays: order.delays.map(({ delayId, state }) => ({ delayId, state })),
      discrepancies: order.discrepancies.map(({ discrepancyId, state }) => ({ discrepancyId, state })),
      complaints: order.complaints.map(({ complaintId }) => complaintId),
      shipments: order.shipments.map(({ trackingNumber, state }) => ({ trackingNumber, state })),
    },
  };
}

const here = new URL("./", import.meta.url);
const writing = process.env["RECORD_FORMAT"];
if (writing !== undefined) {
  const folder = new URL(`format-${writing}/`, here);
  await mkdir(folder, { recursive: true });
  for (const [name, tell] of Object.entries(stories)) {
    const { order, events, now: at, policy } = tell();
    if (!order) continue;
    const start: StartOrder = { orderNo: order.orderNo, policy, calendar: defaultCalendar, events };
    const golden: Golden = { at, start, knows: known(order, at) };
    await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(golden, null, 2)}\n`, { flag: "wx" });
  }
}

const formats = (await readdir(here)).filter((name) => name.startsWith("format-") && !name.includes(".")).toSorted();

it("has the released formats, each with every story", async () => {
  expect(formats).toContain("format-1");
  expect((await readdir(new URL("format-1/", here))).length).toBeGreaterThanOrEqual(14);
});

describe.each(formats)("%s", async (format) => {
  const folder = new URL(`${format}/`, here);
  const read = async (name: string): Promise<Golden> => JSON.parse(await readFile(new URL(name, folder), "utf8"));

  it.each(await readdir(folder))("%s is read with its meaning, and continued", async (name) => {
    const { at, start, knows } = await read(name);
    const events = start.events ?? [];
    expect(known(replay(events), at)).toEqual(knows);

    // The next run's argument holds every event as it was, and what this code adds follows.
    const running = openRunningOrder(start);
    expect(running.nextStart().events).toEqual(events);
    running.tick(at + DAY);
    const said = { with: "customer", channel: "phone", summary: "按期" };
    running.takeReport(
      "record-communication",
      { actor: by("supervisor"), body: said, key: "after-the-upgrade", checked: true },
      "after-the-upgrade",
      at + DAY,
    );
    expect(running.nextStart().events?.slice(0, events.length)).toEqual(events);
    expect(running.commandState("after-the-upgrade").state).toBe("done");
    expect(running.history().map(({ number }) => number)).toEqual(running.history().map((_, index) => index + 1));

    // A key that was used before the upgrade is still known.
    const keyed = events.find(({ key }) => key !== undefined);
    expect(running.commandState(keyed?.key ?? "").state).toBe("done");

    // The records can be built of it.
    const { order, events: published } = publicationOf(events, at);
    expect([order.lastEvent, published.length]).toEqual([events.length, events.length]);
  });
});

it.each([
  ["an event of a later format", { version: FORMAT + 1 }],
  ["an event that it does not know", { event: "abducted" }],
])("%s is not read as if it were known", async (_what, newer) => {
  const text = await readFile(new URL("format-1/regular.json", here), "utf8");
  const { start }: Golden = JSON.parse(text, (_key, value: unknown) =>
    typeof value === "object" && value !== null && "event" in value && value.event === "released"
      ? { ...value, ...newer }
      : value,
  );
  expect(() => replay(start.events ?? [])).toThrow(/written by newer code/u);
  expect(() => openRunningOrder(start)).toThrow(/written by newer code/u);
});
