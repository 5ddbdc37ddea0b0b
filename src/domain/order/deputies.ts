import { absentOnes, type Actor, type Author, type Role } from "../people.ts";
import type { EffectOutcome } from "./effects.ts";
import { fact, type Fact } from "./events.ts";
import type { Order } from "./state.ts";

/** The representative in whose stead somebody acts. */
function standsInFor(order: Order | undefined, actor: Actor, role: Role): string | undefined {
  const rep = order?.salesRep;
  const stands = role === "sales_rep" && rep !== undefined && rep !== actor.id && absentOnes(actor).includes(rep);
  return stands ? rep : undefined;
}

/** Work that changes hands, seen by the first that somebody is told or does in the representative's stead, or they again. */
export function handOver(order: Order | undefined, acting: string | undefined): readonly Fact[] {
  const rep = order?.salesRep;
  if (rep === undefined || acting === undefined) return [];
  if (acting !== rep) return order?.deputy?.id === acting ? [] : [fact("work-handed-over", { from: rep, to: acting })];
  return order?.deputy ? [fact("work-handed-back", { from: order.deputy.id, to: rep })] : [];
}

/** Who acts for the representative by a command, if it is one of theirs. */
export function actingRep(order: Order | undefined, actor: Actor, role: Role): string | undefined {
  const own = role === "sales_rep" && order?.salesRep === actor.id;
  return own || standsInFor(order, actor, role) !== undefined ? actor.id : undefined;
}

/** Who got a message for the representative: they, or their deputy. */
export function reachedRep(order: Order, { reached = [] }: EffectOutcome): string | undefined {
  return reached.find(({ id, deputyFor }) => order.salesRep !== undefined && order.salesRep === (deputyFor ?? id))?.id;
}

/** Who did something, as an event keeps it. */
export function authorOf(order: Order | undefined, actor: Actor, role: Role): Author {
  const deputyFor = standsInFor(order, actor, role);
  return { id: actor.id, role, ...(deputyFor === undefined ? {} : { deputyFor }) };
}
