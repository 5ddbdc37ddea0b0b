import type { SearchAttributeUpdatePair } from "@temporalio/common";
import { patched, upsertSearchAttributes } from "@temporalio/workflow";

/**
 * Sees to it that a workflow task that changes the order leaves a command in the history
 * (`docs/decisions/0002-every-change-leaves-a-command.md`). The command is an upsert of the search attributes, which is due anyway when one of
 * them has changed.
 */
export interface HistoryMarker {
  /** The search attributes are upserted at the end of this task, whether they have changed or not: the change takes its time from the task. */
  requireUpsert(): void;
  /** Any command will do in this task: the change brought its own time. */
  requireCommand(): void;
  /**
   * Upserts the search attributes if they have changed, or if a command is required and there is no other.
   * @param hasCommand whether this task gives Temporal another command
   */
  leave(attributes: SearchAttributeUpdatePair[], hasCommand: boolean): void;
}

/** Runs that began before it was known that a command is required go on without. */
const isRequired = (): boolean => patched("every-change-leaves-something");

/** The marker of a run, which has upserted nothing yet. */
export function openHistoryMarker(
  upsert: (attributes: SearchAttributeUpdatePair[]) => void = upsertSearchAttributes,
  required = isRequired,
): HistoryMarker {
  let lastUpserted: string | undefined;
  let commandRequired = false;
  return {
    requireUpsert: () => (lastUpserted = undefined),
    requireCommand: () => (commandRequired ||= required()),
    leave(attributes, hasCommand) {
      if (commandRequired && !hasCommand) lastUpserted = undefined;
      commandRequired = false;
      const text = JSON.stringify(attributes);
      if (text !== lastUpserted) upsert(attributes);
      lastUpserted = text;
    },
  };
}
