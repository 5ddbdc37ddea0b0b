import type { Settings } from "../settings.ts";
import { engineAddress } from "../temporal/connection.ts";
import { exit } from "./process.ts";

/** Where Temporal is, or one line that says why the configuration cannot be read, and the end. */
export function engineAddressOrExit(name: string, { EMBEDDED_ENGINE: embedded }: Settings): ReturnType<typeof engineAddress> {
  try {
    return engineAddress(embedded);
  } catch (error) {
    return exit(name, `TEMPORAL_*: ${error instanceof Error ? error.message : String(error)}`);
  }
}
