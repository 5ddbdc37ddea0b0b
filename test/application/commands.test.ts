import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCommands, type OutgoingCommand } from "../../src/application/commands.ts";
import type { RestoreOrder } from "../../src/application/restore.ts";
import { startArgumentsFrom } from "../../src/application/start-argument.ts";
import { scopedKey } from "../../src/contracts/keys.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import type { Bodies, CommandName } from "../../src/domain/order/bodies.ts";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import type { Actor } from "../../src/domain/people.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { publicationOf } from "../../src/records/rebuild.ts";
import { publish } from "../../src/records/write.ts";
import type { NotDone } from "../../src/temporal/outcomes.ts";
import { by, machine, MONDAY } from "../domain/order-fixture.ts";
import { customer, upTo } from "../domain/regular.ts";
import { openRecords, salted, type Fixture } from "../records/fixture.ts";
import { engineOfOutcomes } from "./engine-of-outcomes.ts";

/** The application's commands without HTTP and without Temporal: what each outcome of Temporal amounts to. The records are real. */

let records: Fixture;
beforeAll(async () => {
  records = await openRecords();
});
afterAll(() => records.end());

const [R, S] = [by("sales_rep"), by("supervisor")];
const noRun = { outcome: "no-run" } as const;
const notDone: readonly NotDone["outcome"][] = ["no-answer", "engine-away", "too-large", "crowded", "busy"];

function outgoing<K extends CommandName>(command: K, actor: Actor, body: Bodies[K], hash = "hash"): OutgoingCommand<K> {
  return { command, actor, body, key: "key", hash };
}
const communication = (actor: Actor = R, hash?: string) =>
  outgoing("record-communication", actor, { with: "customer", channel: "phone", summary: "asked for the date" }, hash);

let orders = 0;
/** An order in the records, entered and not signed; its events. */
async function recorded(last: Parameters<typeof upTo>[0] = "enter"): Promise<{ orderNo: string; events: readonly OrderEvent[] }> {
  orders += 1;
  const orderNo = `APP-${orders}`;
  const events = salted(upTo(last).events, orderNo);
  await publish(records.db, publicationOf(events, MONDAY));
  return { orderNo, events };
}

/** The event that a command makes, after those of an order. */
function made(events: readonly OrderEvent[], { actor, key, hash }: OutgoingCommand): OrderEvent {
  const last = events.at(-1);
  if (!last) throw new Error("no events");
  const stamp = {
    ...last,
    number: last.number + 1,
    key: scopedKey(actor.id, key),
    hash,
    actor: { id: actor.id, role: "sales_rep" as const },
  };
  return {
    ...stamp,
    command: "record-communication",
    event: "communication-recorded",
    data: { with: "customer", channel: "phone", summary: "asked for the date" },
  };
}

function commandsOn(replies: Parameters<typeof engineOfOutcomes>[0], restore: RestoreOrder = async () => "over") {
  const { engine, sent } = engineOfOutcomes(replies);
  const makeStartArgument = startArgumentsFrom({ policy: async () => defaultPolicy, calendar: async () => defaultCalendar });
  const commands = openCommands({ engine, db: records.db, makeStartArgument, restore, now: () => MONDAY });
  return { commands, sent };
}

describe("an answered command", () => {
  test("is sent under its caller's key, and answered with the order after it", async () => {
    const { orderNo, events } = await recorded();
    const command = communication();
    const answer = { events: [made(events, command)], hash: "hash" };
    const { commands, sent } = commandsOn({ update: [{ outcome: "answered", answer }] });
    // The records do not have it yet: it is added to what they have.
    expect(await commands.send(orderNo, command)).toMatchObject({
      outcome: "answered",
      events: answer.events,
      order: { orderNo, stage: "entered", lastEvent: events.length + 1 },
    });
    expect(sent).toMatchObject([
      {
        by: "update",
        orderNo,
        command: "record-communication",
        input: { key: "li.na/key", hash: "hash", checked: true },
        start: undefined,
      },
    ]);
    expect(sent[0]?.input).not.toHaveProperty("receivedAt");
  });

  test("that was answered under another hash used the key", async () => {
    const { orderNo, events } = await recorded();
    const answer = { events: [made(events, communication())], hash: "another" };
    const { commands } = commandsOn({ update: [{ outcome: "answered", answer }] });
    expect(await commands.send(orderNo, communication())).toEqual({ outcome: "key-used" });
  });

  test.each([
    ["answered", { outcome: "answered", answer: salted(upTo("enter").events, "APP-behind") }],
    ["unread", noRun],
    ["no-answer", { outcome: "no-answer" }],
  ] as const)("while the records are behind is read from the run: %s", async (outcome, run) => {
    const events = salted(upTo("enter").events, "APP-behind");
    const answer = { events: events.slice(-1), hash: "hash" };
    const { commands } = commandsOn({ update: [{ outcome: "answered", answer }], lastRunHistory: [run] });
    expect((await commands.send("APP-behind", communication())).outcome).toBe(outcome);
  });

  test("that the order refuses is refused with what is permitted", async () => {
    const refusal = { refused: "not-in-stage", details: { stage: "making" }, permitted: ["update-progress"] } as const;
    const { commands } = commandsOn({ update: [{ outcome: "refused", refusal }] });
    expect(await commands.send("APP-0", communication())).toEqual({ outcome: "refused", refusal });
  });

  test.each(notDone)("that Temporal did not take is %s", async (outcome) => {
    const { commands, sent } = commandsOn({ update: [{ outcome }] });
    expect(await commands.send("APP-0", communication())).toEqual({ outcome });
    expect(sent).toHaveLength(1);
  });
});

describe("an order without an open run", () => {
  test("is restored, and the command sent again", async () => {
    const { orderNo, events } = await recorded();
    const answer = { events: [made(events, communication())], hash: "hash" };
    const { commands, sent } = commandsOn({ update: [noRun, { outcome: "answered", answer }] }, async () => "restored");
    expect((await commands.send(orderNo, communication())).outcome).toBe("answered");
    expect(sent.map(({ start }) => start)).toEqual([undefined, undefined]);
  });

  test("is restored and sent again until a run takes it, where others replace the run too", async () => {
    const { orderNo, events } = await recorded();
    const answer = { events: [made(events, communication())], hash: "hash" };
    const answered = { outcome: "answered", answer } as const;
    const { commands } = commandsOn({ update: [noRun, noRun, answered] }, async () => "carried-on");
    expect(await commands.send(orderNo, communication())).toMatchObject({ outcome: "answered" });
    const { commands: inVain } = commandsOn({ update: [noRun, noRun, noRun, noRun] }, async () => "restored");
    expect(await inVain.send(orderNo, communication())).toEqual({ outcome: "no-answer" });
  });

  test("is stuck where it cannot be restored", async () => {
    const { commands, sent } = commandsOn({ update: [noRun], signal: [noRun] }, async () => "stuck");
    expect(await commands.send("APP-0", communication())).toEqual({ outcome: "stuck" });
    expect(await commands.reportUnchecked("APP-0", communication())).toEqual({ outcome: "stuck" });
    expect(sent).toHaveLength(2);
  });

  test("is not there for now where Temporal is away while it is looked at; another error is thrown", async () => {
    const away = Object.assign(new Error("14 UNAVAILABLE"), { code: 14, details: "", metadata: {} });
    const { commands } = commandsOn({ update: [noRun] }, () => Promise.reject(away));
    expect(await commands.send("APP-0", communication())).toEqual({ outcome: "engine-away" });
    const broken = commandsOn({ update: [noRun] }, () => Promise.reject(new TypeError("ours")));
    await expect(broken.commands.send("APP-0", communication())).rejects.toThrow("ours");
  });

  test("does not exist when neither Temporal nor the records know it", async () => {
    const { commands } = commandsOn({ update: [noRun], signal: [noRun], lastRunHistory: [noRun] });
    expect(await commands.send("APP-none", communication())).toEqual({ outcome: "no-such-order" });
    expect(await commands.reportUnchecked("APP-none", communication())).toEqual({ outcome: "no-such-order" });
  });

  test("is not opened while its last run cannot be asked what it knows", async () => {
    const { commands, sent } = commandsOn({ update: [noRun], lastRunHistory: [{ outcome: "no-answer" }] });
    expect(await commands.send("APP-0", communication())).toEqual({ outcome: "no-answer" });
    expect(sent).toHaveLength(1);
  });

  test("that is over is opened again with its events, by what may still be said of it", async () => {
    const { orderNo, events } = await recorded("receipt");
    const answer = { events: [made(events, communication())], hash: "hash" };
    const answered = { outcome: "answered", answer } as const;
    const { commands, sent } = commandsOn({ update: [noRun, answered], lastRunHistory: [noRun] });
    expect((await commands.send(orderNo, communication())).outcome).toBe("answered");
    expect(sent[1]?.start).toMatchObject({ isNew: false, argument: { orderNo, policy: defaultPolicy } });
    expect(sent[1]?.start?.argument.events).toHaveLength(events.length);
    const report = commandsOn({ signal: [noRun, { outcome: "taken-in" }], lastRunHistory: [noRun] });
    expect(await report.commands.reportUnchecked(orderNo, communication())).toEqual({ outcome: "taken-in" });
    expect(report.sent[1]?.start).toMatchObject({ isNew: false });
  });

  test.each([noRun, { outcome: "already-exists" }] as const)(
    "and cannot be opened at this moment gives no answer: %j",
    async (opened) => {
      const { orderNo } = await recorded("receipt");
      const { commands } = commandsOn({ update: [noRun, opened], signal: [noRun, opened], lastRunHistory: [noRun] });
      expect(await commands.send(orderNo, communication())).toEqual({ outcome: "no-answer" });
      expect(await commands.reportUnchecked(orderNo, communication())).toEqual({ outcome: "no-answer" });
    },
  );

  test("that is over is not opened for a command that is refused, whoever sends it", async () => {
    const { orderNo } = await recorded("receipt");
    const { commands, sent } = commandsOn({ update: [noRun], lastRunHistory: [noRun] });
    const stranger = await commands.send(orderNo, communication(by("sales_rep", "zhang.wei")));
    expect(stranger).toMatchObject({ outcome: "refused", refusal: { refused: "not-your-order" } });
    const late = await commands.send(orderNo, outgoing("sign", S, {}));
    expect(late).toMatchObject({ outcome: "refused", refusal: { refused: "not-in-stage" } });
    expect(sent.map(({ start }) => start)).toEqual([undefined, undefined]);
  });

  test("that is over answers a repeated command as before, and is not opened", async () => {
    const { orderNo, events } = await recorded("receipt");
    const all = [...events, made(events, communication())];
    const { commands, sent } = commandsOn({
      update: [noRun],
      signal: [noRun],
      lastRunHistory: [{ outcome: "answered", answer: all }],
    });
    expect(await commands.send(orderNo, communication())).toMatchObject({ outcome: "answered", events: all.slice(-1) });
    expect(await commands.reportUnchecked(orderNo, communication())).toEqual({ outcome: "taken-in" });
    expect(await commands.send(orderNo, communication(R, "another"))).toEqual({ outcome: "key-used" });
    expect(await commands.reportUnchecked(orderNo, communication(R, "another"))).toEqual({ outcome: "key-used" });
    expect(sent.every(({ start }) => start === undefined)).toBe(true);
  });
});

describe("a report", () => {
  const unknown = { outcome: "answered", answer: { state: "unknown" } } as const;

  test("is taken in, with the time at which it came", async () => {
    const { commands, sent } = commandsOn({ commandState: [unknown], signal: [{ outcome: "taken-in" }] });
    expect(await commands.report("APP-0", communication(machine("sales_rep")))).toEqual({ outcome: "taken-in" });
    expect(sent).toMatchObject([{ by: "signal", input: { receivedAt: "2026-11-23T01:00:00.000Z" } }]);
  });

  test.each([
    ["under a key of another request", { state: "waiting", hash: "another" }, { outcome: "key-used" }],
    ["to a number that is no order's", { state: "no-order" }, { outcome: "no-such-order" }],
    ["to an order without room", { state: "unknown", full: true }, { outcome: "refused", refusal: { refused: "order-full" } }],
  ] as const)("%s is not sent", async (_what, answer, outcome) => {
    const { commands, sent } = commandsOn({ commandState: [{ outcome: "answered", answer }] });
    expect(await commands.report("APP-0", communication())).toMatchObject(outcome);
    expect(sent).toEqual([]);
  });

  test("that is repeated is sent again: the order takes it once", async () => {
    const waiting = { outcome: "answered", answer: { state: "waiting", hash: "hash" } } as const;
    const { commands, sent } = commandsOn({ commandState: [waiting], signal: [{ outcome: "taken-in" }] });
    expect(await commands.report("APP-0", communication())).toEqual({ outcome: "taken-in" });
    expect(sent).toHaveLength(1);
  });

  test.each(notDone)("that Temporal did not take, or whose key it could not look up, is %s", async (outcome) => {
    const taken = commandsOn({ commandState: [unknown], signal: [{ outcome }] });
    expect(await taken.commands.report("APP-0", communication())).toEqual({ outcome });
    const asked = commandsOn({ commandState: [{ outcome }] });
    expect(await asked.commands.report("APP-0", communication())).toEqual({ outcome });
    expect(asked.sent).toEqual([]);
  });

  test("by a caller who may not give it is refused before anything is asked", async () => {
    const { orderNo } = await recorded();
    const { commands } = commandsOn({});
    const stranger = communication(by("sales_rep", "zhang.wei"));
    expect(await commands.reportIfAllowed(orderNo, stranger)).toEqual({
      outcome: "refused",
      refusal: { refused: "not-your-order", details: {}, permitted: [] },
    });
    const allowed = commandsOn({ commandState: [unknown], signal: [{ outcome: "taken-in" }] });
    expect(await allowed.commands.reportIfAllowed(orderNo, communication())).toEqual({ outcome: "taken-in" });
  });
});

describe("an order that is received", () => {
  const receive = (actor: Actor = R, hash?: string) =>
    outgoing("receive", actor, { customer, salesRep: "li.na", channel: "phone" }, hash);
  const exists = { outcome: "refused", refusal: { refused: "order-exists", permitted: [] } };
  const unknown = { outcome: "answered", answer: { state: "unknown" } } as const;

  test("begins a run of its own", async () => {
    const events = salted(upTo("receive").events, "APP-new");
    const answer = { events, hash: "hash" };
    const { commands, sent } = commandsOn({ update: [{ outcome: "answered", answer }] });
    expect(await commands.receive("APP-new", receive())).toMatchObject({ outcome: "answered", order: { orderNo: "APP-new" } });
    expect(sent[0]?.start).toMatchObject({ isNew: true, argument: { orderNo: "APP-new" } });
    const report = commandsOn({ commandState: [unknown], signal: [{ outcome: "taken-in" }] });
    expect(await report.commands.reportReceive("APP-new-2", receive())).toEqual({ outcome: "taken-in" });
    expect(report.sent[0]?.start).toMatchObject({ isNew: true });
  });

  test("is not begun by a caller who may not have it", async () => {
    const { commands } = commandsOn({});
    expect(await commands.receive("APP-new", receive(by("warehouse")))).toEqual({ outcome: "not-allowed" });
    expect(await commands.receive("APP-new", receive(by("sales_rep", "zhang.wei")))).toEqual({ outcome: "not-allowed" });
    expect(await commands.reportReceive("APP-new", receive(machine("warehouse")))).toEqual({ outcome: "not-allowed" });
  });

  test("exists by the records, or by Temporal", async () => {
    const { orderNo } = await recorded();
    expect(await commandsOn({}).commands.receive(orderNo, receive())).toMatchObject(exists);
    expect(await commandsOn({}).commands.reportReceive(orderNo, receive())).toMatchObject(exists);
    const known = { outcome: "already-exists" } as const;
    const { commands } = commandsOn({ update: [known], signal: [known], commandState: [unknown] });
    expect(await commands.receive("APP-new", receive())).toMatchObject(exists);
    expect(await commands.reportReceive("APP-new", receive())).toMatchObject(exists);
  });

  test("by a repeated request is answered as before; by another one under the same key it is not", async () => {
    const events = salted(upTo("receive").events, "APP-again").map((event) => ({ ...event, key: "li.na/key", hash: "hash" }));
    await publish(records.db, publicationOf(events, MONDAY));
    const { commands } = commandsOn({});
    expect(await commands.receive("APP-again", receive())).toMatchObject({
      outcome: "answered",
      order: { orderNo: "APP-again" },
    });
    expect(await commands.reportReceive("APP-again", receive())).toEqual({ outcome: "taken-in" });
    expect(await commands.receive("APP-again", receive(R, "another"))).toEqual({ outcome: "key-used" });
    // Another representative is not told whose key it was received under.
    const other = { ...receive(by("sales_rep", "zhang.wei")), body: { customer, channel: "phone" } as const };
    expect(await commands.receive("APP-again", other)).toMatchObject(exists);
  });

  test.each(notDone)("is not begun while Temporal says %s", async (outcome) => {
    const { commands } = commandsOn({ update: [{ outcome }], signal: [{ outcome }], commandState: [unknown] });
    expect(await commands.receive("APP-new", receive())).toEqual({ outcome });
    expect(await commands.reportReceive("APP-new", receive())).toEqual({ outcome });
  });
});

describe("what became of a command", () => {
  test("is told by the run, or by the records where the run does not know it", async () => {
    const { orderNo, events } = await recorded();
    const done = { state: "done", events: events.slice(-1), hash: "hash" } as const;
    const run = commandsOn({ commandState: [{ outcome: "answered", answer: done }] });
    expect(await run.commands.stateOf(orderNo, "li.na", "key")).toEqual({ outcome: "decided", events: done.events });
    const kept = events.map((event) => ({ ...event, key: "li.na/mine" }));
    const again = salted(kept, "APP-kept");
    await publish(records.db, publicationOf(again, MONDAY));
    for (const reply of [{ outcome: "answered", answer: { state: "unknown", unsure: true } }, noRun] as const) {
      const { commands } = commandsOn({ commandState: [reply] });
      expect(await commands.stateOf("APP-kept", "li.na", "mine")).toMatchObject({ outcome: "decided" });
    }
  });

  test.each([
    [{ state: "waiting" }, "waiting"],
    [{ state: "no-order" }, "unknown"],
    [{ state: "unknown" }, "unknown"],
    [{ state: "unknown", unsure: true }, "uncertain"],
  ] as const)("%j is %s", async (answer, outcome) => {
    const { commands } = commandsOn({ commandState: [{ outcome: "answered", answer }] });
    expect(await commands.stateOf("APP-none", "li.na", "key")).toEqual({ outcome });
  });

  test.each(notDone)("cannot be said while Temporal says %s", async (outcome) => {
    const { commands } = commandsOn({ commandState: [{ outcome }] });
    expect(await commands.stateOf("APP-none", "li.na", "key")).toEqual({ outcome });
  });
});
