import { expect, test } from "vitest";
import { openRecordsNotice } from "../../../src/workflows/order/records-notice.ts";

test("notice is given of new events only: at once after a command, soon after anything else", () => {
  const given: string[] = [];
  const notice = openRecordsNotice((when) => given.push(when));
  notice.carriedOut();
  notice.give(1);
  notice.give(1);
  notice.give(3);
  notice.carriedOut();
  notice.give(4);
  notice.give(5);
  expect(given).toEqual(["at-once", "soon", "at-once", "soon"]);
});

test("an order that continues as new gives notice once, as the run before may not have been heard", () => {
  const given: string[] = [];
  openRecordsNotice((when) => given.push(when)).give(42);
  expect(given).toEqual(["soon"]);
});
