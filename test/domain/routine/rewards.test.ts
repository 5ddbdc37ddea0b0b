import { describe, expect, test } from "vitest";
import type { OrderEvent } from "../../../src/domain/order/events.ts";
import { monthNamed } from "../../../src/domain/routine/period.ts";
import { openMonth, type MayBe, type Proposal, type Standing } from "../../../src/domain/routine/rewards.ts";
import { defaultRewardsPolicy, type RewardsPolicy } from "../../../src/domain/routine/rewards-policy.ts";
import { DAY, iso, type Duration } from "../../../src/domain/time.ts";
import { by, later, machine, MONDAY, when, type Story } from "../order-fixture.ts";
import { entry, steps, upTo } from "../regular.ts";
import { dutyOf } from "../scenario.ts";

/** One story's events as another order's, of another representative, so many days earlier. */
function order(story: Story, orderNo: string, rep = "li.na", daysAgo = 0): readonly OrderEvent[] {
  const shift = daysAgo * DAY;
  const renamed: readonly OrderEvent[] = JSON.parse(
    JSON.stringify(story.events).replaceAll('"li.na"', `"${rep}"`).replaceAll('"SO-1"', `"${orderNo}"`),
  );
  return renamed.map((event) => ({ ...event, at: event.at - shift, receivedAt: event.receivedAt - shift }));
}

function orders(story: Story, rep: string, count: number, daysAgo = 0): (readonly OrderEvent[])[] {
  return Array.from({ length: count }, (_, index) => order(story, `${rep}-${daysAgo}-${index}`, rep, daysAgo));
}

const NOVEMBER = monthNamed("2026-11");
const regular = upTo("receipt");

function derived(
  all: readonly (readonly OrderEvent[])[],
  {
    month = NOVEMBER,
    policy = defaultRewardsPolicy,
    now = NOVEMBER.to,
    mayBe,
  }: { month?: typeof NOVEMBER; policy?: RewardsPolicy; now?: number; mayBe?: MayBe } = {},
): { proposals: Proposal[]; standings: Standing[] } {
  const opened = openMonth(month, policy, now);
  for (const events of all) opened.add(events);
  return { proposals: opened.proposals(mayBe), standings: opened.standings() };
}

/** `kind person measures`, one line a proposal. */
function said(proposals: readonly Proposal[]): string[] {
  return proposals.map(({ kind, person, measures }) => {
    const what = measures.map((each) => ("amountFen" in each ? `${each.measure} ${each.amountFen}` : each.measure));
    return `${kind} ${person}: ${what.join(", ")}`;
  });
}

function withScore(satisfaction: number): Story {
  return when(upTo("delivery"), "confirm-receipt", by("sales_rep"), { satisfaction });
}

/** A confirmed order entered so late that `enter` was breached. */
function lateEntry(time: Duration = "PT3H"): Story {
  return steps.enter(later(upTo("confirm"), time));
}

function complained(story: Story, judgement: object, fault = "li.na"): Story {
  const after = when(story, "record-complaint", by("customer_service"), { about: "4000K came, 3000K was ordered" });
  const complaintId = after.order?.complaints.at(-1)?.complaintId ?? "";
  return when(after, "resolve-complaint", by("supervisor"), { complaintId, remedy: "sent again", fault, ...judgement });
}

describe("excellent sales representative (R7.1)", () => {
  test("prompt, and liked by the customers: 500 CNY or extra leave, with every duty and every score behind it", () => {
    const { proposals } = derived(orders(regular, "li.na", 3));
    expect(said(proposals)).toEqual(["excellent-representative li.na: bonus 50000, leave"]);
    expect(proposals[0]).toMatchObject({
      proposalId: "2026-11:excellent-representative:li.na",
      choose: "one",
      standing: { late: 0, scores: 3, scoreSum: 15, promptness: 10_000, satisfaction: 10_000, score: 10_000, short: [] },
    });
    const [proposal] = proposals;
    expect(proposal?.evidence.filter(({ duty }) => duty?.inTime)).toHaveLength(proposal?.standing?.met ?? NaN);
    expect(proposal?.evidence.filter(({ score }) => score === 5)).toHaveLength(3);
  });

  test("too few scores or duties say too little; too low ones are not excellent", () => {
    expect(derived(orders(regular, "li.na", 2)).standings).toMatchObject([{ person: "li.na", short: ["scores"] }]);
    const low = derived(orders(withScore(3), "li.na", 3));
    expect([low.proposals, low.standings[0]?.short]).toEqual([[], ["satisfaction"]]);
    const few: RewardsPolicy = { ...defaultRewardsPolicy, excellent: { ...defaultRewardsPolicy.excellent, minDuties: 100 } };
    expect(derived(orders(regular, "li.na", 3), { policy: few }).standings[0]?.short).toEqual(["duties"]);
  });

  test("the better score wins; more duties met break a tie; who are even are proposed alike", () => {
    const high = orders(regular, "li.na", 3);
    const lower = orders(withScore(4), "zhang.wei", 4);
    expect(said(derived([...high, ...lower]).proposals)).toEqual(["excellent-representative li.na: bonus 50000, leave"]);
    const more = orders(regular, "zhang.wei", 4);
    expect(derived([...high, ...more]).proposals.map(({ person }) => person)).toEqual(["zhang.wei"]);
    const even = orders(regular, "zhang.wei", 3);
    expect(derived([...even, ...high]).proposals.map(({ person }) => person)).toEqual(["li.na", "zhang.wei"]);
  });

  test("who is to be penalised in the month is not excellent in it", () => {
    const all = [...orders(regular, "li.na", 3), order(complained(regular, { entryError: true }), "X")];
    expect(said(derived(all).proposals)).toEqual(["entry-error li.na: fine 10000"]);
    expect(derived(all).standings[0]?.short).toEqual(["penalty"]);
  });

  test("a duty counts once: when it was met in time, or when it fell due unfulfilled, whether done since or not", () => {
    const late = lateEntry();
    const open = later(upTo("confirm"), "PT3H");
    expect(derived([late.events]).standings).toMatchObject([{ met: 1, late: 1 }]);
    expect(derived([open.events]).standings).toMatchObject([{ met: 1, late: 1 }]);
    // Not due yet is neither.
    expect(derived([upTo("confirm").events], { now: MONDAY + 1 }).standings).toMatchObject([{ met: 1, late: 0 }]);
    // Due on the last of the month, done in the next: the month's in which it fell due.
    const shift = (NOVEMBER.to - MONDAY) / DAY - 1;
    const over = order(lateEntry("P2D"), "O", "li.na", -shift);
    expect(derived([over]).standings).toMatchObject([{ met: 1, late: 1 }]);
    const december = monthNamed("2026-12");
    expect(derived([over], { month: december, now: december.to }).standings).toEqual([]);
  });

  test("a breach is of the one who had the order when it fell due, not of who took it over", () => {
    const overdue = later(upTo("confirm"), "PT3H");
    const moved = when(overdue, "reassign", by("supervisor"), { salesRep: "zhang.wei" });
    const done = when(moved, "enter", by("sales_rep", "zhang.wei"), entry);
    const { standings } = derived([done.events]);
    expect(standings.find(({ person }) => person === "li.na")).toMatchObject({ met: 1, late: 1 });
    expect(standings.find(({ person }) => person === "zhang.wei")?.late ?? 0).toBe(0);
  });
});

describe("force majeure (R7.4)", () => {
  const declare = (story: Story) =>
    when(story, "declare-force-majeure", by("order_admin"), {
      what: "typhoon",
      from: iso(MONDAY - DAY),
      until: iso(MONDAY + DAY),
      evidence: "weather bureau, red warning",
    });
  const verify = (story: Story, verified: boolean) =>
    when(story, "verify-force-majeure", by("supervisor"), {
      forceMajeureId: story.order?.forceMajeure[0]?.forceMajeureId ?? "",
      verified,
    });

  test("verified it exempts what fell due within it; declared alone, or found wanting later, it does not", () => {
    const declared = declare(lateEntry());
    const standing = (story: Story) => derived([story.events]).standings[0];
    expect(standing(declared)).toMatchObject({ met: 1, late: 1 });
    expect(standing(verify(declared, true))).toMatchObject({ met: 1, late: 0 });
    expect(standing(verify(verify(declared, true), false))).toMatchObject({ met: 1, late: 1 });
  });

  test("it makes no difference when it was verified", () => {
    const early = steps.enter(later(verify(declare(upTo("confirm")), true), "PT3H"));
    const afterwards = verify(declare(lateEntry()), true);
    expect(derived([early.events]).standings).toEqual(derived([afterwards.events]).standings);
  });

  test("that the customer was not told is never exempted", () => {
    const late = later(
      when(upTo("release"), "report-delay", machine("production"), { cause: "typhoon", newFinish: "2026-12-30" }),
      "PT25H",
    );
    const { dueAt } = dutyOf(late, "tell-customer-of-delay");
    expect(dueAt).toBeLessThan(late.now);
    const untold = verify(declare(late), true);
    const wider = (story: Story) => derived([story.events], { now: late.now }).standings[0]?.late;
    expect([wider(late), wider(untold)]).toEqual([1, 1]);
  });
});

describe("three months without an order error (R7.2)", () => {
  const quarter = [0, 31, 62].map((daysAgo) => order(regular, `Q-${daysAgo}`, "li.na", daysAgo));

  test("promotion to order administrator, with an order entered in each of them behind it", () => {
    const { proposals } = derived(quarter);
    expect(said(proposals)).toEqual(["promotion li.na: promotion"]);
    expect(proposals[0]?.evidence.map(({ orderNo, name }) => `${orderNo} ${name}`)).toEqual([
      "Q-62 entered",
      "Q-31 entered",
      "Q-0 entered",
    ]);
  });

  test("a month without an order breaks the row, and so does an error of any kind that policy counts", () => {
    expect(derived(quarter.slice(1)).proposals).toEqual([]);
    const returned = when(upTo("enter"), "refuse-signature", by("supervisor"), { reason: "price below the list" });
    const found = when(regular, "record-finding", by("supervisor"), { rule: "R2.2", person: "li.na", action: "mend it" });
    const judged = complained(regular, { entryError: true });
    for (const [error, story] of [
      ["returned", returned],
      ["finding", found],
      ["complaint", judged],
    ] as const) {
      const all = [...quarter, order(story, "E", "li.na", 31)];
      const none = (errors: RewardsPolicy["promotion"]["errors"]) =>
        derived(all, { policy: { ...defaultRewardsPolicy, promotion: { ...defaultRewardsPolicy.promotion, errors } } });
      expect(none(["complaint", "finding", "returned"]).proposals, error).toEqual([]);
      expect(none([error]).proposals, error).toEqual([]);
      expect(said(none([]).proposals), error).toEqual(["promotion li.na: promotion"]);
    }
    // A finding about something else is no error of an order.
    const other = when(regular, "record-finding", by("supervisor"), { rule: "R3.2", person: "li.na", action: "update" });
    expect(said(derived([...quarter, order(other, "E")]).proposals)).toEqual(["promotion li.na: promotion"]);
  });

  test("only sales representatives are promoted to it", () => {
    expect(derived(quarter, { mayBe: (kind) => kind !== "promotion" }).proposals).toEqual([]);
  });
});

describe("penalties (R7.3)", () => {
  test("an entry error that led to a complaint: 100 CNY, for the one whose fault it was judged to be", () => {
    const { proposals } = derived([complained(regular, { entryError: true }).events]);
    expect(said(proposals)).toEqual(["entry-error li.na: fine 10000"]);
    expect(proposals[0]?.evidence.map(({ name }) => name)).toEqual(["entered", "complaint-recorded", "complaint-resolved"]);
    const complaintOnly = when(regular, "record-complaint", by("customer_service"), { about: "late" });
    expect(derived([complaintOnly.events]).proposals).toEqual([]);
    expect(derived([complained(regular, { entryError: true, fault: undefined }).events]).proposals).toEqual([]);
    expect(derived([complained(regular, { entryError: false }).events]).proposals).toEqual([]);
  });

  test("late and not told in time, and the customer lost: part of the bonus; told in time, nothing", () => {
    const delayed = when(upTo("release"), "report-delay", machine("production"), { cause: "no chips", newFinish: "2026-12-30" });
    const tell = (story: Story) =>
      when(story, "tell-customer-of-delay", by("sales_rep"), {
        reason: "no chips",
        remedy: { kind: "discount", valueFen: 10_000 },
        newDate: "2027-01-05",
        channel: "phone",
      });
    const inTime = complained(tell(later(delayed, "PT2H")), { customerLost: true });
    expect(derived([inTime.events]).proposals).toEqual([]);
    const tooLate = complained(tell(later(delayed, "PT25H")), { customerLost: true });
    const { proposals } = derived([tooLate.events]);
    expect(said(proposals)).toEqual(["late-untold li.na: withheld-bonus 25000"]);
    expect(proposals[0]?.evidence.map(({ name, duty }) => duty?.duty ?? name)).toEqual([
      "tell-customer-of-delay",
      "complaint-recorded",
      "complaint-resolved",
    ]);
    // The customer stayed.
    expect(derived([complained(tell(later(delayed, "PT25H")), { customerLost: false }).events]).proposals).toEqual([]);
  });

  test("goods sent to the wrong customer: compensation by the order's amount, and demotion", () => {
    const { proposals } = derived([complained(regular, { wrongRecipient: true }, "zhou.jie").events]);
    expect(said(proposals)).toEqual(["grave-error zhou.jie: compensation 70000, demotion"]);
    expect(proposals[0]?.evidence.map(({ name }) => name)).toEqual(["dispatched", "complaint-recorded", "complaint-resolved"]);
  });

  test("it is the month's in which it was judged, and no other's", () => {
    const judged = order(complained(regular, { entryError: true }), "J", "li.na", 31);
    expect(derived([judged]).proposals).toEqual([]);
    const october = monthNamed("2026-10");
    expect(said(derived([judged], { month: october }).proposals)).toEqual(["entry-error li.na: fine 10000"]);
  });
});

test("an order that nobody has received is none", () => {
  expect(() => openMonth(NOVEMBER, defaultRewardsPolicy, NOVEMBER.to).add([])).toThrow(TypeError);
});
