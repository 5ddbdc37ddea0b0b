import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** The file of another module, `../workflows/workflows`, for who needs its path: as source in a test, as built otherwise. */
export function modulePath(name: string, from: string): string {
  return fileURLToPath(new URL(`${name}${extname(from)}`, from));
}
