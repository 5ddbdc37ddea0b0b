import { afterAll, beforeAll, expect, test } from "vitest";
import { openOrderReader } from "../../src/application/reading.ts";
import { publicationOf } from "../../src/records/rebuild.ts";
import { publish } from "../../src/records/write.ts";
import { MONDAY } from "../domain/order-fixture.ts";
import { upTo } from "../domain/regular.ts";
import { openRecords, salted, type Fixture } from "../records/fixture.ts";
import { engineOfOutcomes } from "./engine-of-outcomes.ts";

let records: Fixture;
const events = salted(upTo("enter").events, "READ-1");
beforeAll(async () => {
  records = await openRecords();
  await publish(records.db, publicationOf(events, MONDAY));
});
afterAll(() => records.end());

const readerOn = (replies: Parameters<typeof engineOfOutcomes>[0]) =>
  openOrderReader({ engine: engineOfOutcomes(replies).engine, db: records.db });

test("an order is read from its run", async () => {
  const reader = readerOn({ history: [{ outcome: "answered", answer: events }] });
  expect(await reader.read("READ-1")).toEqual({ outcome: "read", events, mayBeOlder: false });
});

test("without an open run it is read from the records, which are all there is", async () => {
  const reader = readerOn({ history: [{ outcome: "no-run" }] });
  expect(await reader.read("READ-1")).toMatchObject({ outcome: "read", mayBeOlder: false });
  expect(await reader.read("READ-none")).toEqual({ outcome: "no-such-order" });
});

test.each(["no-answer", "engine-away", "busy"] as const)(
  "while Temporal says %s the records may be older, and an order that they do not have may exist",
  async (outcome) => {
    const reader = readerOn({ history: [{ outcome }] });
    expect(await reader.read("READ-1")).toMatchObject({ outcome: "read", mayBeOlder: true });
    expect(await reader.read("READ-none")).toEqual({ outcome: "uncertain" });
  },
);
