import { afterAll, beforeAll, expect, test } from "vitest";
import { eventsOf } from "../../src/records/read.ts";
import { publicationOf } from "../../src/records/rebuild.ts";
import { compareWithEngine, verifyRecords } from "../../src/records/verify.ts";
import { publish } from "../../src/records/write.ts";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import { MONDAY } from "../domain/order-fixture.ts";
import { upTo } from "../domain/regular.ts";
import { openRecords, salted, type Fixture } from "./fixture.ts";

let records: Fixture;
beforeAll(async () => {
  records = await openRecords();
}, 120_000);
afterAll(() => records.end());

/** Events as the previous release accepted them from unencrypted signals, edited in their JSON. */
function takenOn(orderNo: string, change: (json: string) => string): OrderEvent[] {
  const story = salted(upTo("confirm").events, orderNo);
  const last: OrderEvent[] = JSON.parse(change(JSON.stringify(story.slice(-1))));
  return [...story.slice(0, -1), ...last];
}

test.each([
  ["NUL in a text", (json: string) => json.replace('"channel":"phone"', '"channel":"a\\u0000b"'), "a␀b"],
  ["half a character in a text", (json: string) => json.replace('"channel":"phone"', '"channel":"a\\ud800"'), "a\uFFFD"],
  ["NUL in a field's name", (json: string) => json.replace('"channel":', '"chan\\u0000nel":'), "chan␀nel"],
  ["nobody for an actor", (json: string) => json.replace(/"actor":\{"id":"[^"]+"/u, '"actor":{"id":null'), '"id":"null"'],
  ["a time that no database knows", (json: string) => json.replace(/"at":\d+/u, '"at":-8000000000000000'), "-62135596800000"],
])("an order that accepted %s is recorded all the same, and its hash chain is valid", async (what, change, found) => {
  const orderNo = `old ${what}`;
  const events = takenOn(orderNo, change);
  await publish(records.db, publicationOf(events, MONDAY));
  expect(JSON.stringify(await eventsOf(records.db, orderNo))).toContain(found);
  expect((await verifyRecords(records.db)).faults).toEqual([]);
  async function* held() {
    yield { orderNo, events: async () => events };
  }
  expect((await compareWithEngine(records.db, held())).faults).toEqual([]);
});
