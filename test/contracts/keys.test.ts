import { expect, test } from "vitest";
import { isUnder, scopedKey, sentUnder } from "../../src/contracts/keys.ts";

const event = (id: string, key: string, hash = "h") => ({ actor: { id }, key, hash });

test("a key is its caller's: whatever is in id and key, no two pairs come to the same", () => {
  const ids = ["a", "a/b", "a%2Fb", "A", "张伟", "\uD800", "..", "a b"];
  const keys = ["1", "b/1", "%2F", "/", "1/"];
  const scoped = ids.flatMap((id) => keys.map((key) => scopedKey(id, key)));
  expect(new Set(scoped).size).toBe(ids.length * keys.length);
});

test("what was sent under a key is found by it, and nobody else's", () => {
  const all = [event("a", scopedKey("a", "1")), event("b", scopedKey("b", "1"))];
  expect(sentUnder(all, scopedKey("b", "1"))).toEqual([all[1]]);
  expect(sentUnder(all, scopedKey("c", "1"))).toEqual([]);
});

test("a key that older code kept as it was is still its actor's, with all that followed from the command", () => {
  const followed = event("gendan", "1", "of-a");
  const all = [event("a", "1", "of-a"), followed, event("b", "1", "of-b")];
  expect(sentUnder(all, scopedKey("a", "1"))).toEqual([all[0], followed]);
  expect(sentUnder(all, scopedKey("b", "1"))).toEqual([all[2]]);
  expect(sentUnder(all, scopedKey("c", "1"))).toEqual([]);
  expect(isUnder({ actor: { id: "a/b" }, key: "1" }, scopedKey("a", "b/1"))).toBe(false);
});
