import { expect, test } from "vitest";
import { duties } from "../../src/domain/order/duties.ts";
import { settle } from "../../src/domain/order/outside.ts";
import { isRefusal } from "../../src/domain/order/refusals.ts";
import type { Actor } from "../../src/domain/people.ts";
import { attempt, by, when, type Story } from "./order-fixture.ts";
import { upTo } from "./regular.ts";

const deputy: Actor = { id: "zhang.wei", roles: ["sales_rep"], kind: "person", deputyFor: ["li.na"] };
const said = { with: "customer", channel: "phone", summary: "called" } as const;

function none(): never {
  throw new Error("no order");
}

function names({ events }: Story, since: Story): string[] {
  return events.slice(since.events.length).map(({ event }) => event);
}

test("a deputy's acts carry for whom they act, and the work is handed over once and back", () => {
  const released = upTo("release");
  const first = when(released, "update-progress", deputy, { summary: "half done", source: "workshop" });
  expect(first.events.at(-2)).toMatchObject({ actor: { id: "zhang.wei", role: "sales_rep", deputyFor: "li.na" } });
  expect(names(first, released)).toEqual(["progress-updated", "work-handed-over"]);
  expect(first.order).toMatchObject({ salesRep: "li.na", deputy: { id: "zhang.wei" } });
  const second = when(first, "record-communication", deputy, said);
  expect(names(second, first)).toEqual(["communication-recorded"]);
  const back = when(second, "record-communication", by("sales_rep"), said);
  expect(names(back, second)).toEqual(["communication-recorded", "work-handed-back"]);
  expect(back.order?.deputy).toBeUndefined();
  expect(names(when(back, "record-communication", by("sales_rep"), said), back)).toEqual(["communication-recorded"]);
});

test("a message that reaches the deputy instead hands it over, and one that reaches the representative hands it back", () => {
  const story = upTo("release");
  const toRep = story.order?.effects.find(({ system, state }) => system === "messages" && state === "pending");
  if (!story.order || !toRep) throw new Error("no message to the representative");
  const instead = { role: "sales_rep", id: "zhang.wei", deputyFor: "li.na" } as const;
  const over = settle(story.order, toRep.effectId, { result: "done", reached: [instead] }, story.now);
  expect(over.events.map(({ event }) => event)).toEqual(["effect-done", "work-handed-over"]);
  const made = when(
    { ...story, order: over.order, events: [...story.events, ...over.events] },
    "finish-production",
    by("production"),
    {
      quantity: [100],
    },
  );
  const next = made.order?.effects.findLast(({ system, state }) => system === "messages" && state === "pending");
  if (!made.order || !next) throw new Error("no message about the goods");
  const back = settle(made.order, next.effectId, { result: "done", reached: [{ role: "sales_rep", id: "li.na" }] }, made.now);
  expect(back.events.map(({ event }) => event)).toEqual(["effect-done", "work-handed-back"]);
});

test("nobody else is a deputy: another representative is refused, and a supervisor acts as one", () => {
  const story = upTo("release");
  expect(attempt(story, "record-communication", by("sales_rep", "zhang.wei"), said)).toMatchObject({ refused: "not-your-order" });
  const boss = attempt(story, "record-communication", { ...by("supervisor"), deputyFor: ["li.na"] }, said);
  if (isRefusal(boss)) throw new Error("refused");
  expect(boss.events.at(-1)?.actor).toEqual({ id: "wang.fang", role: "supervisor" });
});

test("what a finding asks of somebody who is away, their deputy may remedy", () => {
  const action = "enter it";
  const found = when(upTo("release"), "record-finding", by("supervisor"), { rule: "R3.2", person: "li.na", action });
  const { about = "" } = duties(found.order ?? none(), found.now).find(({ duty }) => duty === "remedy-finding") ?? {};
  const remedied = when(found, "remedy-finding", deputy, { findingId: about, done: "entered" });
  expect(remedied.order?.findings[0]?.remedied).toMatchObject({ stamp: { actor: { id: "zhang.wei", deputyFor: "li.na" } } });
});

test("reassigned, the work is the new representative's own", () => {
  const over = when(upTo("release"), "record-communication", deputy, said);
  const moved = when(over, "reassign", by("supervisor"), { salesRep: "zhang.wei" });
  expect(moved.order).toMatchObject({ salesRep: "zhang.wei", deputy: undefined });
});
