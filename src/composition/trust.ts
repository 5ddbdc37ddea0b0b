import { openLocalIssuer } from "../identity/local-keys.ts";
import type { Trust } from "../identity/verify.ts";
import type { Settings } from "../settings.ts";
import { exit } from "./process.ts";

/** Production trusts an OpenID Connect issuer; this home's own key is trusted only when `npm start` has started the process. */
export async function trustOrExit(name: string, settings: Settings): Promise<Trust> {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, GENDAN_HOME: home } = settings;
  if (issuer !== undefined && audience !== undefined) return { issuer, audience };
  if (issuer !== undefined) return exit(name, "OIDC_AUDIENCE: is needed with OIDC_ISSUER");
  if (audience !== undefined) return exit(name, "OIDC_ISSUER: is needed with OIDC_AUDIENCE");
  if (!process.connected) return exit(name, "OIDC_ISSUER: is needed; whose tokens are trusted must be said");
  return (
    await openLocalIssuer(home).catch((error: unknown) => exit(name, error instanceof Error ? error.message : String(error)))
  ).trust;
}
