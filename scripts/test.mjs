/** `npm test`: brings what is missing, then every check and every test; the last line says how many passed and failed. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checks, runCheck } from "./check.mjs";
import { dependencies } from "./setup/dependencies.mjs";
import { bringEngine } from "./setup/engine.mjs";
import { bringTestServer } from "./setup/test-server.mjs";

const project = fileURLToPath(new URL("..", import.meta.url));
const env = {
  // The model test's whole length (`test/domain/model.test.ts`); by hand it is shorter.
  MODEL_STEPS: "100000",
  // Figures against an independent computation over so many orders (`test/records/performance.test.ts`); by hand fewer.
  PERFORMANCE_ORDERS: "2000",
  ...process.env,
  TZ: "UTC",
  FORCE_COLOR: process.stdout.isTTY ? "1" : "0",
};
const count = { passed: 0, failed: 0 };
const failures = [];

function start(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: project, env, stdio: "inherit" });
    child.once("error", (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(false);
    });
    child.once("exit", (code) => resolve(code === 0));
  });
}

const tool = (name, ...args) => start(join(project, "node_modules", ".bin", name), args);

/** One step; several counted things may be in it. */
async function step(name, work) {
  process.stdout.write(`\n── ${name}\n`);
  const began = Date.now();
  let passed = false;
  try {
    passed = await work();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
  }
  process.stdout.write(`── ${name}: ${passed ? "passed" : "FAILED"} (${((Date.now() - began) / 1_000).toFixed(1)} s)\n`);
  if (passed) count.passed += 1;
  else {
    count.failed += 1;
    failures.push(name);
  }
  return passed;
}

/** The tests' own counts, from vitest's report. A test that was skipped has not passed and has not failed. */
async function tests(args) {
  const folder = await mkdtemp(join(tmpdir(), "gendan-tests-"));
  const file = join(folder, "report.json");
  try {
    const passed = await tool("vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...args);
    const report = JSON.parse(await readFile(file, "utf8"));
    count.passed += report.numPassedTests;
    count.failed += report.numFailedTests;
    // A run without a test has shown nothing.
    return passed && report.numPassedTests > 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const ready = await step("set-up", async () => {
  await dependencies();
  env.TEMPORAL_CLI = await bringEngine();
  env.TEMPORAL_TEST_SERVER = await bringTestServer();
  return true;
});
if (ready) {
  // Side by side; each says what it has to say at its end.
  await Promise.all(checks.map((check) => step(check.name, () => runCheck(check))));
  await step("known vulnerabilities (npm audit)", () => start(process.execPath, [join(project, "scripts", "audit.mjs")]));
  await step("tests (vitest)", () => tests(process.argv.slice(2)));
}
if (failures.length > 0) process.stdout.write(`\nfailed: ${failures.join(", ")}\n`);
process.stdout.write(`${count.passed} passed, ${count.failed} failed\n`);
process.exitCode = count.failed === 0 ? 0 : 1;
