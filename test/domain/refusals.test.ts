import { describe, expect, test } from "vitest";
import { commandNames } from "../../src/domain/order/chapters.ts";
import { decide } from "../../src/domain/order/decide.ts";
import { duties } from "../../src/domain/order/duties.ts";
import { permitted } from "../../src/domain/order/permission.ts";
import { checkedCommand, type CommandName } from "../../src/domain/order/bodies.ts";
import { stages, type Order } from "../../src/domain/order/state.ts";
import { isRefusal } from "../../src/domain/order/refusals.ts";
import { roles, type Actor } from "../../src/domain/people.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import type { DutyName } from "../../src/domain/order/duty.ts";
import { by, machine, when, type Story } from "./order-fixture.ts";
import { makeBody } from "./model/bodies.ts";
import { changesNothing } from "./model/play.ts";
import { commandTable, dutyTable, may, type Facts, type Owner } from "./model/table.ts";
import { upTo } from "./regular.ts";
import { given, type Scene } from "./scenario.ts";
import { customEntered, largeEntered } from "./special.ts";

/**
 * Every row of `docs/order.md`'s command table, asked of every situation by everybody. What is expected comes from the table
 * transcribed in `model/table.ts` and from what is written here by hand of each situation.
 */
const R = by("sales_rep");
const S = by("supervisor");
const A = by("order_admin");
const C = by("customer_service");
const P = machine("production");
const W = machine("warehouse");
const L = machine("logistics");

const nothing: Omit<Facts, "stage" | "owes" | "pausable" | "paused" | "told"> = {
  cancelling: false,
  rep: "li.na",
  large: false,
  custom: false,
  acknowledged: false,
  leadTime: false,
  design: false,
  specialOpen: false,
  enteredBy: "li.na",
  receivingTime: false,
  transport: false,
  shippingData: false,
  customerTold: false,
  delay: undefined,
  delayToldBy: undefined,
  change: undefined,
  changeBy: undefined,
  untoldRefusal: false,
  cancellationBy: undefined,
  problemBy: undefined,
  question: false,
  complaint: undefined,
  named: [],
  inspection: undefined,
  forceMajeureBy: [],
  discrepancy: false,
  failed: false,
};
const confirmed = { receivingTime: true, transport: true, shippingData: true, leadTime: true };

interface Situation {
  readonly story: Story;
  readonly facts: Partial<Facts> & { readonly stage: Order["stage"] };
  readonly owes: readonly DutyName[];
  readonly paused?: readonly Owner[];
  readonly told?: readonly Owner[];
}

function situation(scene: Scene | Story, facts: Situation["facts"], owes: DutyName[], more: Partial<Situation> = {}): Situation {
  return { story: "story" in scene ? scene.story : scene, facts, owes, ...more };
}

const change = (story: Story) =>
  given(story).when("request-change", R, { kind: "other", patch: {}, revision: story.order?.revision ?? 0, why: "packing" });
const changeId = (scene: Scene) => scene.order.changes[0]?.changeId ?? "";
const assessed = change(upTo("data")).after((story) =>
  when(story, "assess-change", A, { changeId: story.order?.changes[0]?.changeId ?? "", feasible: true, extraCostFen: 100 }),
);
const waiting = assessed.when("accept-change", R, { changeId: changeId(assessed), channel: "phone" });
const amending = waiting.when("sign", S, { changeId: changeId(assessed) });
const delayed = given(upTo("leadTime")).when("report-delay", P, { cause: "short", newFinish: "2026-12-22" });
const told = delayed.when("tell-customer-of-delay", R, {
  reason: "short",
  remedy: { kind: "freight" },
  newDate: "2026-12-25",
  channel: "phone",
});
const lost = given(upTo("dispatch")).report("report-trace", L, { trackingNumber: "SF1", result: "lost" });
const flood = { what: "flood", from: "2026-11-23T00:00:00+08:00", evidence: "notice" };
const production: DutyName[] = ["update-progress", "finish-production"];
const laid = (story: Story) =>
  given(story)
    .when("record-complaint", C, { about: "flickers" })
    .when("record-finding", S, { rule: "R3.2", person: "warehouse", action: "count" })
    .when("ask-inspection", S, { inspectionId: "full-2026-11", by: "supervisor", reason: "monthly" })
    .answered("production", "place", "refused");
const laidOpen: DutyName[] = ["handle-complaint", "remedy-finding", "inspect", "take-over"];
const laidFacts = { complaint: "open", named: ["warehouse"], inspection: "supervisor", failed: true } as const;

const situations: { readonly [name: string]: Situation } = {
  received: situation(upTo("receive"), { stage: "received" }, ["confirm"]),
  "received without a representative": situation(
    when({ ...upTo("receive"), order: undefined, events: [] }, "receive", C, {
      customer: { name: "B", contact: { phone: "1" } },
    }),
    { stage: "received", rep: undefined },
    ["assign-rep", "confirm"],
  ),
  confirmed: situation(upTo("confirm"), { stage: "confirmed" }, ["enter"]),
  entered: situation(upTo("enter"), { stage: "entered" }, ["sign"]),
  "entered, large": situation(largeEntered(), { stage: "entered", large: true, specialOpen: true }, [
    "acknowledge-special",
    "report-lead-time",
  ]),
  "entered, large, lead time known": situation(
    given(largeEntered()).when("acknowledge-special", S).when("report-lead-time", P, { days: 30 }),
    { stage: "entered", large: true, specialOpen: true, acknowledged: true, leadTime: true },
    ["inform-delivery-date"],
  ),
  "entered, custom": situation(customEntered(), { stage: "entered", custom: true, specialOpen: true }, [
    "acknowledge-special",
    "settle-design",
  ]),
  "entered, custom, design and lead time known": situation(
    given(customEntered()).when("settle-design", by("design"), { reference: "D" }).when("report-lead-time", P, { days: 9 }),
    { stage: "entered", custom: true, specialOpen: true, design: true, leadTime: true },
    ["acknowledge-special", "confirm-final-terms"],
  ),
  returned: situation(given(upTo("enter")).when("refuse-signature", S, { reason: "price" }), { stage: "returned" }, [
    "correct-entry",
  ]),
  signed: situation(upTo("sign"), { stage: "signed" }, ["release"]),
  making: situation(upTo("leadTime"), { stage: "making", leadTime: true }, production),
  made: situation(upTo("finish"), { stage: "made", leadTime: true }, ["check-goods", "confirm-receiving-time"]),
  rework: situation(
    given(upTo("finish")).when("check-goods", W, { lines: [{ counted: 1, specificationOk: true }] }),
    { stage: "rework", leadTime: true },
    ["rework", "update-progress", "confirm-receiving-time"],
  ),
  "ready, nothing confirmed": situation(
    given(upTo("finish")).when("check-goods", W, { lines: [{ counted: 100, specificationOk: true }] }),
    { stage: "ready", leadTime: true },
    ["confirm-receiving-time", "arrange-transport", "confirm-shipping-data"],
  ),
  "ready, all confirmed": situation(upTo("data"), { stage: "ready", ...confirmed }, ["dispatch"]),
  "ready, a change requested": situation(
    change(upTo("data")),
    { stage: "ready", ...confirmed, change: "requested", changeBy: "li.na" },
    ["assess-change"],
  ),
  "ready, a change assessed": situation(assessed, { stage: "ready", ...confirmed, change: "assessed", changeBy: "li.na" }, [
    "answer-change",
  ]),
  "ready, a change to be signed": situation(waiting, { stage: "ready", ...confirmed, change: "signature", changeBy: "li.na" }, [
    "sign",
  ]),
  "ready, an amendment asked": situation(amending, { stage: "ready", ...confirmed, change: "amendment", changeBy: "li.na" }, [
    "answer-amendment",
  ]),
  "ready, a change refused": situation(
    amending.report("answer-amendment", P, { changeId: changeId(assessed), accepted: false, reason: "no" }),
    { stage: "ready", ...confirmed, untoldRefusal: true },
    ["tell-change-outcome", "dispatch"],
  ),
  "ready, a cancellation asked": situation(
    given(upTo("data")).when("request-cancellation", C, { askedBy: "B", reason: "closed" }),
    { stage: "ready", ...confirmed, cancellationBy: "sun.li" },
    ["decide-cancellation"],
  ),
  cancelling: situation(
    given(upTo("data")).when("cancel", S, { reason: "closed" }),
    { stage: "ready", ...confirmed, cancelling: true },
    [],
  ),
  "cancelling, with a complaint, a finding and a failed request": situation(
    laid(upTo("data")).when("cancel", S, { reason: "closed" }),
    { stage: "ready", ...confirmed, cancelling: true, ...laidFacts },
    laidOpen,
  ),
  "making, delay untold": situation(delayed, { stage: "making", leadTime: true, delay: "untold" }, [
    ...production,
    "tell-customer-of-delay",
  ]),
  "making, delay told": situation(told, { stage: "making", leadTime: true, delay: "told", delayToldBy: "li.na" }, [
    ...production,
    "agree-remedy",
  ]),
  "making, remedy refused": situation(
    told.when("agree-remedy", C, { accepted: false }),
    { stage: "making", leadTime: true, delay: "refused", delayToldBy: "li.na" },
    [...production, "decide-remedy"],
  ),
  "making, with all that can be open beside": situation(
    laid(upTo("leadTime"))
      .when("declare-force-majeure", A, flood)
      .when("declare-force-majeure", R, flood)
      .report("dispatch", L, { carrier: "SF", trackingNumber: "SF7", expectedArrival: "2026-12-01" }),
    { stage: "making", leadTime: true, ...laidFacts, forceMajeureBy: ["zhao.min", "li.na"], discrepancy: true },
    [...production, ...laidOpen, "verify-force-majeure", "verify-force-majeure", "resolve-discrepancy"],
  ),
  "making, a duty paused by a question": situation(
    given(upTo("leadTime")).after((story) =>
      when(story, "ask-customer", R, {
        dutyId: duties(needed(story.order), story.now).find(({ duty }) => duty === "update-progress")?.dutyId ?? "",
        question: "?",
        channel: "phone",
      }),
    ),
    { stage: "making", leadTime: true, question: true },
    production,
    { paused: [{ role: "sales_rep", id: "li.na" }] },
  ),
  shipped: situation(upTo("dispatch"), { stage: "shipped", ...confirmed }, ["tell-customer-of-shipment", "prove-delivery"]),
  "shipped, the customer told": situation(
    given(upTo("dispatch")).answered("messages", "tell", "done"),
    { stage: "shipped", ...confirmed, customerTold: true },
    ["prove-delivery"],
  ),
  problem: situation(lost, { stage: "problem", ...confirmed, problemBy: "logistics-system" }, ["decide-loss"]),
  delivered: situation(upTo("delivery"), { stage: "delivered", ...confirmed }, ["confirm-receipt"]),
  completed: situation(upTo("receipt"), { stage: "completed", ...confirmed }, []),
  "completed, with a complaint, a finding and a failed request": situation(
    laid(upTo("receipt")),
    { stage: "completed", ...confirmed, ...laidFacts },
    laidOpen,
  ),
  "completed, a complaint remedied and not judged": situation(
    given(upTo("receipt"))
      .when("record-complaint", C, { about: "flickers" })
      .after((story) =>
        when(story, "resolve-complaint", C, { complaintId: `k${story.order?.lastEvent ?? 0}`, remedy: "exchanged" }),
      ),
    { stage: "completed", ...confirmed, complaint: "unjudged" },
    [],
  ),
  "completed, sampled by management": situation(
    given(upTo("receipt")).when("ask-inspection", S, { inspectionId: "sample-2026-11", by: "management", reason: "monthly" }),
    { stage: "completed", ...confirmed, inspection: "management" },
    ["inspect"],
  ),
  cancelled: situation(
    given(upTo("enter")).when("cancel", R, { reason: "closed" }),
    { stage: "cancelled", cancelling: true },
    [],
  ),
  "received, overdue": situation(given(upTo("receive")).later("PT2H30M"), { stage: "received" }, ["confirm"], {
    told: [{ role: "sales_rep", id: "li.na" }, { role: "supervisor" }],
  }),
  "entered, overdue and escalated": situation(given(upTo("enter")).later("PT9H"), { stage: "entered" }, ["sign"], {
    told: [{ role: "management" }],
  }),
};

function needed(order: Order | undefined): Order {
  if (!order) throw new Error("no order");
  return order;
}

/** Everybody: each role as a person and as a machine, another representative, a deputy, and one with several roles. */
const everybody: readonly Actor[] = [
  ...roles.map((role) => by(role)),
  ...roles.map((role) => machine(role)),
  by("sales_rep", "zhang.wei"),
  { ...by("sales_rep", "zhang.wei"), deputyFor: ["li.na"] },
  { ...R, roles: ["sales_rep", "supervisor", "order_admin"] },
  { id: "nobody", roles: [], kind: "person" },
];

function factsOf({ facts, owes, paused = [], told: overdue = [] }: Situation): Facts {
  const pausedRoles = paused.map(({ role }) => role);
  const owners = owes
    .filter((duty) => dutyTable[duty].pause)
    .map((duty): Owner & { duty: DutyName } => ({ duty, ...ownerOf(duty, facts) }));
  const pausable =
    overdue.length > 0 ? [] : owners.filter(({ duty, role }) => !(pausedRoles.includes(role) && duty === "update-progress"));
  return { ...nothing, ...facts, owes: owes.length > 0, pausable, paused, told: overdue };
}

/** Who owes a duty: its role; the representative by name; somebody barred by what they entered or asked for. */
function ownerOf(duty: DutyName, facts: Situation["facts"]): Owner {
  const { owner } = dutyTable[duty];
  const rep = "rep" in facts ? facts.rep : "li.na";
  if (duty === "remedy-finding") return { role: facts.named?.[0] ?? "" };
  if (duty === "inspect") return { role: facts.inspection ?? "", except: "li.na" };
  if (owner === "sales_rep" && rep !== undefined) return { role: owner, id: rep };
  const barred: { readonly [D in DutyName]?: string | undefined } = {
    sign: facts.change === "signature" ? facts.changeBy : "li.na",
    release: "li.na",
    "decide-remedy": facts.delayToldBy,
    "decide-loss": facts.problemBy,
    "assess-change": facts.changeBy,
    "decide-cancellation": facts.cancellationBy,
    "verify-force-majeure": [facts.forceMajeureBy?.at(-1)].flat()[0],
  };
  return { role: owner, except: barred[duty] };
}

/** Whether `decide` takes a command on, with a body that is right for the order. */
function takenOn({ story }: Situation, name: CommandName, actor: Actor): string {
  const order = needed(story.order);
  const at = story.now;
  const body = makeBody[name]({ order, actor, at, pick: (first) => first, serial: 77 });
  const command = checkedCommand(name, body, { actor, key: "k", hash: "h", at, receivedAt: at });
  const outcome = decide(order, command, { orderNo: order.orderNo, policy: defaultPolicy });
  if (isRefusal(outcome)) return "refused";
  return outcome.events.every(changesNothing) ? "known" : "taken on";
}

test("every stage is among the situations", () => {
  expect(new Set(Object.values(situations).map(({ facts }) => facts.stage))).toEqual(new Set(stages));
});

test("every command is permitted in some situation to somebody, except a second `receive`", () => {
  const never = commandNames.filter(
    (name) => !Object.values(situations).some((each) => everybody.some((actor) => may(name, factsOf(each), actor))),
  );
  expect(never).toEqual(["receive"]);
  expect(Object.keys(commandTable).toSorted()).toEqual([...commandNames].toSorted());
});

describe.each(Object.entries(situations))("%s", (_name, each) => {
  const order = needed(each.story.order);
  const facts = factsOf(each);

  test("is what it says", () => {
    expect(order.stage).toBe(facts.stage);
    expect(
      duties(order, each.story.now)
        .map(({ duty }) => duty)
        .toSorted(),
    ).toEqual([...each.owes].toSorted());
    const told = Object.values(order.watches).flatMap(({ rungs }) => rungs.flatMap((rung) => rung.told));
    expect(told).toEqual(facts.told);
  });

  test.each(
    everybody.map(
      (actor) => [`${actor.kind} ${actor.id} (${actor.roles.join(", ")})${actor.deputyFor ? " as deputy" : ""}`, actor] as const,
    ),
  )("%s may send what the table says, and nothing else", (_who, actor) => {
    const expected = commandNames.filter((name) => may(name, facts, actor));
    expect(permitted(order, actor, each.story.now)).toEqual(expected);
    const taken = commandNames.map((name) => [name, takenOn(each, name, actor)] as const);
    // What a machine repeats is known, and changes nothing; a person is refused it.
    const wrong = taken.filter(([name, outcome]) =>
      expected.includes(name)
        ? outcome === "refused"
        : outcome === "taken on" || (outcome === "known" && actor.kind === "person"),
    );
    expect(wrong).toEqual([]);
  });
});
