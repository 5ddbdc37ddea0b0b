import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { verdictOf } from "../../scripts/audit.mjs";

/** The audit as CI runs it, asked of a registry that says what is wanted. */
async function auditOf(answer: {
  status: number;
  body?: object;
}): Promise<{ code: number | null; stdout: string; asked: string }> {
  let asked = "";
  const registry = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const isAudit = request.method === "POST" && request.url === "/-/npm/v1/security/advisories/bulk";
      if (isAudit) asked = gunzipSync(Buffer.concat(chunks)).toString();
      response.writeHead(request.method === "POST" ? answer.status : 404, { "content-type": "application/json" });
      response.end(JSON.stringify(isAudit ? (answer.body ?? {}) : {}));
    });
  });
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  const address = registry.address();
  const port = address && typeof address === "object" ? address.port : 0;
  // npm keeps what it made of an advisory by its number.
  const cache = await mkdtemp(join(tmpdir(), "gendan-audit-"));
  try {
    return await new Promise((resolve) => {
      const script = fileURLToPath(new URL("../../scripts/audit.mjs", import.meta.url));
      const env = {
        ...process.env,
        npm_config_registry: `http://127.0.0.1:${port}`,
        npm_config_fetch_retries: "0",
        npm_config_cache: cache,
      };
      const child = execFile(process.execPath, [script], { env }, (_error, stdout) =>
        resolve({ code: child.exitCode, stdout, asked }),
      );
    });
  } finally {
    registry.close();
    await rm(cache, { recursive: true, force: true });
  }
}

const advisory = (severity: string) => ({
  fastify: [{ id: 1, url: "", title: "a hole", severity, vulnerable_versions: ">=0.0.0", cwe: [], cvss: { score: 0 } }],
});

test("a grave vulnerability of what is shipped fails, and is named", async () => {
  const { code, stdout, asked } = await auditOf({ status: 200, body: advisory("high") });
  expect(stdout).toMatch(/^high: fastify: a hole$/mu);
  expect(code).toBe(1);
  // Asked of what is shipped, not of what only builds and tests.
  expect(Object.keys(JSON.parse(asked))).toContain("pino");
  expect(Object.keys(JSON.parse(asked))).not.toContain("vitest");
});

test("lower ones are told and fail nothing; none is said too", async () => {
  const lower = await auditOf({ status: 200, body: advisory("moderate") });
  expect([lower.code, lower.stdout]).toEqual([
    0,
    expect.stringMatching(/^moderate: fastify: a hole\n[^]*audited: 0 high or critical, \d lower\n$/u),
  ]);
  expect(await auditOf({ status: 200 })).toMatchObject({ code: 0, stdout: "audited: 0 high or critical, 0 lower\n" });
});

test("a registry without an audit fails nothing, and is not taken for a good one", async () => {
  const { code, stdout } = await auditOf({ status: 405 });
  expect([code, stdout]).toEqual([0, "NOTHING WAS AUDITED: the registry has no audit for us (it answered 405)\n"]);
});

test.each(["", "npm: not found", "{}"])("no report is no audit: %j", (printed) => {
  expect(verdictOf(printed)).toMatchObject({ audited: false });
});
