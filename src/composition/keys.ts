import { openLocalKeys, type KeyRing } from "../temporal/codec/keys.ts";
import type { Settings } from "../settings.ts";
import { exit } from "./process.ts";

/**
 * The keys of what the engine holds, or one line and the end. This home's own are used only when `npm start` has started the
 * process: production names its keys, and there is no default.
 */
export async function keysOrExit(
  name: string,
  { keys, GENDAN_HOME: home }: Settings,
  embedded = process.connected,
): Promise<KeyRing> {
  if (keys) return keys;
  if (!embedded)
    return exit(name, "GENDAN_KEYS: is needed; what the engine holds is encrypted (npm run new-key makes a file of keys)");
  return openLocalKeys(home).catch((error: unknown) => exit(name, error instanceof Error ? error.message : String(error)));
}
