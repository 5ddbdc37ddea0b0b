import { isSameEvent, type OrderEvent } from "../domain/order/events.ts";

/** How what a run knows of an order stands to what the records hold of it. */
export type Relation = "same" | "ahead" | "behind" | "apart";

/** `ahead`: the run goes on from what the records hold; `behind`: the records go on from what it knows; `apart`: neither. */
export function relationOf(run: readonly OrderEvent[], recorded: readonly OrderEvent[]): Relation {
  const [shorter, longer] = run.length < recorded.length ? [run, recorded] : [recorded, run];
  if (!shorter.every((event, index) => isSameEvent(event, longer[index]))) return "apart";
  if (run.length === recorded.length) return "same";
  return run.length > recorded.length ? "ahead" : "behind";
}

/** The record that an order goes on from: the longer one, where one goes on from the other; else that of the records. */
export function recordFrom(run: readonly OrderEvent[] | undefined, recorded: readonly OrderEvent[]): readonly OrderEvent[] {
  return run && relationOf(run, recorded) === "ahead" ? run : recorded;
}
