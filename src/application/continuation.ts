import { isSameEvent, type OrderEvent } from "../domain/order/events.ts";

/** How the events that a run knows relate to those in the records. */
export type Relation = "same" | "ahead" | "behind" | "apart";

/** `ahead`: the run has all recorded events and more; `behind`: the records have all of the run's and more; `apart`: they differ. */
export function relationOf(run: readonly OrderEvent[], recorded: readonly OrderEvent[]): Relation {
  const [shorter, longer] = run.length < recorded.length ? [run, recorded] : [recorded, run];
  if (!shorter.every((event, index) => isSameEvent(event, longer[index]))) return "apart";
  if (run.length === recorded.length) return "same";
  return run.length > recorded.length ? "ahead" : "behind";
}

/** The events that an order continues from when its run is replaced: the run's where they extend the recorded ones, else the recorded ones. */
export function continuationOf(run: readonly OrderEvent[] | undefined, recorded: readonly OrderEvent[]): readonly OrderEvent[] {
  return run && relationOf(run, recorded) === "ahead" ? run : recorded;
}
