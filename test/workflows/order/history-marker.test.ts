import type { SearchAttributeUpdatePair } from "@temporalio/common";
import { beforeEach, expect, test, vi } from "vitest";
import { searchAttributes } from "../../../src/contracts/search-attributes.ts";
import { openHistoryMarker, type HistoryMarker } from "../../../src/workflows/order/history-marker.ts";

const upsert = vi.fn<(attributes: SearchAttributeUpdatePair[]) => void>();
const withAmount = (value: number): SearchAttributeUpdatePair[] => [{ key: searchAttributes.AmountFen, value }];
/** How many upserts the marker has made after each call of `leave`. */
const count = () => upsert.mock.calls.length;

let marker: HistoryMarker;
beforeEach(() => {
  upsert.mockClear();
  marker = openHistoryMarker(upsert, () => true);
  marker.leave(withAmount(1), false);
});

test("the search attributes are upserted at first, and when they have changed", () => {
  expect(count()).toBe(1);
  marker.leave(withAmount(1), false);
  expect(count()).toBe(1);
  marker.leave(withAmount(2), false);
  expect(count()).toBe(2);
  expect(upsert).toHaveBeenLastCalledWith(withAmount(2));
});

test("a change that needs a command has one: any other, or else the upsert", () => {
  marker.requireCommand();
  marker.leave(withAmount(1), true);
  expect(count()).toBe(1);
  marker.requireCommand();
  marker.leave(withAmount(1), false);
  expect(count()).toBe(2);
});

test("a change that takes its time from the task has an upsert, whatever else the task does", () => {
  marker.requireUpsert();
  marker.leave(withAmount(1), true);
  expect(count()).toBe(2);
});

test("a requirement holds for one task, and several in one task are one", () => {
  marker.requireCommand();
  marker.requireCommand();
  marker.requireUpsert();
  marker.leave(withAmount(1), false);
  marker.leave(withAmount(1), false);
  expect(count()).toBe(2);
});

test("a run that began before commands were required goes on without", () => {
  const older = openHistoryMarker(upsert, () => false);
  older.leave(withAmount(1), false);
  upsert.mockClear();
  older.requireCommand();
  older.leave(withAmount(1), false);
  expect(count()).toBe(0);
});
