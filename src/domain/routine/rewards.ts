import type { OrderEvent } from "../order/events.ts";
import type { Ms } from "../time.ts";
import { shownBy, type Citation, type Shown } from "./evidence.ts";
import { monthAround, type Period } from "./period.ts";
import type { RewardsPolicy } from "./rewards-policy.ts";

/** R7.1, R7.2 and the three of R7.3. */
export const proposalKinds = ["excellent-representative", "promotion", "entry-error", "late-untold", "grave-error"] as const;
export type ProposalKind = (typeof proposalKinds)[number];

export const ruleOf: { readonly [K in ProposalKind]: string } = {
  "excellent-representative": "R7.1",
  promotion: "R7.2",
  "entry-error": "R7.3",
  "late-untold": "R7.3",
  "grave-error": "R7.3",
};

/** What a proposal comes to. Money is integer fen; nothing is paid or deducted here. */
export type Measure =
  | { readonly measure: "bonus" | "fine" | "withheld-bonus" | "compensation"; readonly amountFen: number }
  | { readonly measure: "leave"; readonly days: number }
  | { readonly measure: "promotion" | "demotion" };

/** How somebody did in a month (R7.1); what they fall short of, when they cannot be the excellent one. */
export interface Standing {
  readonly person: string;
  readonly met: number;
  readonly late: number;
  readonly scores: number;
  /** Sum of the customers' scores, 1 to 5 each. */
  readonly scoreSum: number;
  /** Ten-thousandths, rounded down: of the duties that count, of the best satisfaction, of both by their weights. */
  readonly promptness: number;
  readonly satisfaction: number;
  readonly score: number;
  readonly short: readonly ("duties" | "scores" | "promptness" | "satisfaction" | "penalty")[];
}

/** What the record amounts to for one person in a month, with the evidence behind it. */
export interface Proposal {
  /** The month, the kind, and the person or the complaint: the same however often it is derived. */
  readonly proposalId: string;
  readonly month: string;
  readonly kind: ProposalKind;
  readonly person: string;
  /** `one` of the measures is to be chosen, or `all` hold together. */
  readonly choose: "one" | "all";
  readonly measures: readonly Measure[];
  readonly standing?: Standing;
  readonly evidence: readonly Citation[];
}

/** Whether somebody can be proposed for what only sales representatives can; the record alone says: who acted as one. */
export type MayBe = (kind: "excellent-representative" | "promotion", person: string) => boolean;

/** A month's evidence, laid in order by order; nothing of an order is kept but what it shows. */
export interface MonthOfRewards {
  /** Where events still matter to this month: it begins with the first of the months without an error. */
  readonly window: Period;
  add(events: readonly OrderEvent[]): void;
  standings(): Standing[];
  proposals(mayBe?: MayBe): Proposal[];
}

const WHOLE = 10_000;

function part(of: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((of * WHOLE) / whole);
}

function byText<T>(key: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}

/** Oldest first, each once: the same for any order in which orders were read. */
function sorted(shown: readonly Shown[]): Citation[] {
  const key = ({ at, orderNo, event, duty }: Citation) =>
    [at, orderNo, String(event).padStart(9, "0"), duty?.dutyId ?? ""].join("\u0000");
  const citations = new Map(shown.flatMap(({ cites }) => cites.map((each) => [key(each), each] as const)));
  return [...citations].toSorted(byText(([text]) => text)).map(([, each]) => each);
}

function months(count: number, last: Period): Period[] {
  const all = [last];
  while (all.length < count) all.unshift(monthAround((all[0] ?? last).from - 1));
  return all;
}

function standingOf(person: string, shown: readonly Shown[], { excellent }: RewardsPolicy): Standing {
  const met = shown.filter((each) => each.shows === "duty" && each.inTime).length;
  const late = shown.filter((each) => each.shows === "duty" && !each.inTime).length;
  const given = shown.flatMap((each) => (each.shows === "score" ? [each.score] : []));
  const scoreSum = given.reduce((sum, score) => sum + score, 0);
  const promptness = part(met, met + late);
  const satisfaction = part(scoreSum, 5 * given.length);
  const weight = excellent.promptnessWeightPercent;
  const penalised = shown.some(({ shows }) => shows === "entry-error" || shows === "late-untold" || shows === "grave-error");
  const short = {
    duties: met + late < excellent.minDuties,
    scores: given.length < excellent.minScores,
    promptness: met * 100 < excellent.promptnessAtLeastPercent * (met + late),
    satisfaction: scoreSum < excellent.satisfactionAtLeast * given.length,
    penalty: penalised,
  };
  return {
    person,
    met,
    late,
    scores: given.length,
    scoreSum,
    promptness,
    satisfaction,
    score: Math.floor((weight * promptness + (100 - weight) * satisfaction) / 100),
    short: (["duties", "scores", "promptness", "satisfaction", "penalty"] as const).filter((each) => short[each]),
  };
}

/** Better first: by score, then by more duties met in time, then by more satisfaction given in all. */
function better(a: Standing, b: Standing): number {
  return b.score - a.score || b.met - a.met || b.scoreSum - a.scoreSum;
}

/** R7.1: the best; who are even after all are proposed alike, and management chooses. */
function excellentOf(standings: readonly Standing[]): readonly Standing[] {
  const [first, ...others] = standings.filter(({ short }) => short.length === 0).toSorted(better);
  return first ? [first, ...others.filter((other) => better(first, other) === 0)] : [];
}

/** What each kind comes to: the regulation's measures, with policy's amounts. */
const measuresOf: { readonly [K in ProposalKind]: (policy: RewardsPolicy, orderFen: number) => readonly Measure[] } = {
  "excellent-representative": ({ excellent: { bonusFen, leaveDays } }) => [
    { measure: "bonus", amountFen: bonusFen },
    { measure: "leave", days: leaveDays },
  ],
  promotion: () => [{ measure: "promotion" }],
  "entry-error": ({ penalties }) => [{ measure: "fine", amountFen: penalties.entryErrorFen }],
  "late-untold": ({ penalties }) => [{ measure: "withheld-bonus", amountFen: penalties.lateUntoldFen }],
  "grave-error": ({ penalties }, orderFen) => [
    { measure: "compensation", amountFen: Math.floor((orderFen * penalties.compensationPercent) / 100) },
    { measure: "demotion" },
  ],
};

/** Opens a month to be derived, as things are known at `now`, ms. */
export function openMonth(month: Period, policy: RewardsPolicy, now: Ms): MonthOfRewards {
  const span = months(policy.promotion.months, month);
  const window = { ...month, from: (span[0] ?? month).from };
  const people = new Map<string, Shown[]>();
  const within = ({ at }: Shown, { from, to }: Period) => at >= from && at < to;
  /** What counts in the month itself; of the months before it only what the months without an error need. */
  const matters = (each: Shown) =>
    within(each, month) || ((each.shows === "entry" || each.shows === "order-error") && within(each, window));

  const inMonth = (shown: readonly Shown[]) => shown.filter((each) => within(each, month));
  const standings = () =>
    [...people]
      .map(([person, shown]) => standingOf(person, inMonth(shown), policy))
      .filter(({ met, late, scores }) => met + late + scores > 0)
      .toSorted(byText(({ person }) => person));

  function proposal(kind: ProposalKind, person: string, about: string, shown: readonly Shown[], orderFen = 0): Proposal {
    return {
      proposalId: `${month.name}:${kind}:${about}`,
      month: month.name,
      kind,
      person,
      choose: kind === "excellent-representative" ? "one" : "all",
      measures: measuresOf[kind](policy, orderFen),
      evidence: sorted(shown),
    };
  }

  function promotions(mayBe: MayBe): Proposal[] {
    const { errors, ordersEachMonth } = policy.promotion;
    return [...people].flatMap(([person, shown]) => {
      const entries = shown.filter(({ shows }) => shows === "entry");
      const busy = span.every((each) => entries.filter((entry) => within(entry, each)).length >= ordersEachMonth);
      const erred = shown.some((each) => each.shows === "order-error" && errors.includes(each.error));
      return busy && !erred && mayBe("promotion", person) ? [proposal("promotion", person, person, entries)] : [];
    });
  }

  return {
    window,
    add(events) {
      for (const each of shownBy(events, now, policy).filter(matters)) {
        const known = people.get(each.person);
        if (known) known.push(each);
        else people.set(each.person, [each]);
      }
    },
    standings,
    proposals(mayBe = () => true) {
      const excellent = excellentOf(standings().filter(({ person }) => mayBe("excellent-representative", person))).map(
        (standing) => {
          const counted = inMonth(people.get(standing.person) ?? []).filter(({ shows }) => shows === "duty" || shows === "score");
          return { ...proposal("excellent-representative", standing.person, standing.person, counted), standing };
        },
      );
      const penalties = [...people.values()].flatMap((shown) =>
        inMonth(shown).flatMap((each) =>
          each.shows === "entry-error" || each.shows === "late-untold" || each.shows === "grave-error"
            ? [proposal(each.shows, each.person, `${each.orderNo}:${each.complaintId}`, [each], each.amountFen)]
            : [],
        ),
      );
      return [...excellent, ...promotions(mayBe), ...penalties].toSorted(byText(({ proposalId }) => proposalId));
    },
  };
}
