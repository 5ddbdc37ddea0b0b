import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** What a program reads that was written against the document alone (`openapi/gendan.json`): types made by a generator of others. */

const run = promisify(execFile);
const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const program = `
import type { Event, Order } from "./client.ts";

export function sentences(order: Order): string[] {
  return [
    ...order.changes.map(({ changeId, kind, state, assessment }) => changeId + kind + state + (assessment?.extraCostFen ?? 0).toFixed()),
    ...order.delays.map(({ delayId, promisedDate, told }) => delayId + promisedDate.slice(0, 4) + (told?.remedy?.valueFen ?? 0).toFixed()),
    ...order.shipments.map(({ trackingNumber, tracking, problem }) => trackingNumber + (tracking[0]?.place ?? "") + (problem?.news?.[0]?.kind ?? "")),
    ...order.discrepancies.map(({ command, refusal, reporter }) => command + refusal + reporter.id),
    ...order.findings.map(({ rule, person, remedied }) => rule + person + (remedied?.done ?? "")),
    ...order.inspections.map(({ by, answered }) => by + (answered?.result ?? "")),
    ...order.complaints.map(({ complaintId, judged }) => complaintId + String(judged?.entryError ?? false)),
    ...order.forceMajeure.map(({ what, exempts }) => what + exempts.join()),
    ...order.terms.map(({ terms }) => (terms.lines?.[0]?.model ?? "") + terms.promisedDate),
    ...order.duties.map(({ duty, owner, dueAt }) => duty + (owner.id ?? owner.role) + dueAt),
    order.transport?.carrier ?? "",
    order.shippingData?.address.city ?? "",
  ];
}

export function told(event: Event): string {
  switch (event.event) {
    case "delay-opened":
      return event.data.cause;
    case "dispatched":
      return event.data.trackingNumber;
    case "received":
      return event.data.policy.transitAllowance ?? event.data.orderNo;
    default:
      return event.event;
  }
}

// @ts-expect-error an order has no such list
export const none = (order: Order): unknown => order.delay;
// @ts-expect-error a date is a text
export const wrong = (order: Order): number | undefined => order.delays[0]?.promisedDate;
`;

test("a client made from the document reads an order and its history without a cast", { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "gendan-client-"));
  try {
    const generator = at("node_modules/swagger-typescript-api/dist/cli.mjs");
    const made = ["generate", "-p", at("openapi/gendan.json"), "-o", folder, "-n", "client.ts", "--no-client"];
    await run(process.execPath, [generator, ...made]);
    await writeFile(join(folder, "program.ts"), program);
    const options = [
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "--allowImportingTsExtensions",
      "--target",
      "es2023",
    ];
    const modules = ["--module", "nodenext", "--types", ""];
    await symlink(at("node_modules"), join(folder, "node_modules"));
    const compiled = await run(at("node_modules/.bin/tsc"), [...options, ...modules, join(folder, "program.ts")]).catch(
      (error: { stdout?: string; message?: string }) => ({ stdout: error.stdout ?? error.message ?? "tsc failed" }),
    );
    expect(compiled.stdout).toBe("");
  } finally {
    await rm(folder, { recursive: true });
  }
});
