import { Client, Connection } from "@temporalio/client";
import type { TestProject } from "vitest/node";
import { startGendan, type Gendan } from "./gendan.ts";
import { unrecorded } from "./histories.ts";

/** Where the one `npm start` of the scenarios is. */
export interface ServedAt {
  readonly url: string;
  readonly urls: Readonly<Record<string, string>>;
  readonly home: string;
}

/**
 * The regulation's own times, but for large orders: their weekly progress and their day to tell of a delay are seconds, so
 * that examples K and L can be waited for.
 */
const policy = { duties: { "update-progress": { special: "PT3S" }, "tell-customer-of-delay": { special: "PT3S" } } };

let gendan: Gendan | undefined;

/** One `npm start` for all scenarios that neither stop it nor need a policy of their own. */
export async function setup(project: TestProject): Promise<void> {
  gendan = await startGendan({ STAND_INS: "manual", GENDAN_POLICY: JSON.stringify(policy) });
  const { url, urls, home } = gendan;
  project.provide("served", { url, urls, home });
}

export async function teardown(): Promise<void> {
  if (!gendan) return;
  const connection = await Connection.connect({ address: (await gendan.run()).temporalAddress });
  const missing = await unrecorded(new Client({ connection }));
  await connection.close();
  await gendan.end();
  if (missing.length === 0 || process.env["RECORD_HISTORIES"] === "yes") return;
  // Vitest tells of an error here, and calls the run passed all the same.
  process.exitCode = 1;
  throw new Error(`no history in test/histories of ${missing.join(", ")}: docs/upgrading.md, Recording histories`);
}
