/**
 * `npm run audit`: what the registry knows against the production dependencies. Fails on high and critical vulnerabilities. A
 * registry that answers no audit fails nothing: it is said that nothing was audited.
 */
import { execFile } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";

const GRAVE = ["high", "critical"];

/** What `npm audit --json` prints; it ends with an error when it has found something, too. */
function npmAudit() {
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const options = { cwd, timeout: 120_000, maxBuffer: 64 * 1_048_576 };
  return new Promise((resolve) => {
    execFile("npm", ["audit", "--json", "--omit=dev"], options, (error, stdout) => resolve(stdout || error?.message || ""));
  });
}

/**
 * What an audit amounts to.
 * @param {string} printed by `npm audit --json`
 * @returns {{ audited: false, why: string } | { audited: true, grave: string[], others: string[] }} each vulnerability in a line
 */
export function verdictOf(printed) {
  let report;
  try {
    report = JSON.parse(printed);
  } catch {
    return { audited: false, why: printed.trim().split("\n")[0] || "npm printed nothing" };
  }
  if (report.metadata?.vulnerabilities === undefined) {
    return {
      audited: false,
      why: report.statusCode ? `it answered ${report.statusCode}` : report.message || "it gave no report",
    };
  }
  const found = Object.values(report.vulnerabilities ?? {});
  // `via`: what is wrong itself, or the names of the dependencies that it has it from.
  const told = (those) =>
    those.map(({ name, severity, via }) => `${severity}: ${name}: ${via.map((each) => each.title ?? each).join("; ")}`);
  return {
    audited: true,
    grave: told(found.filter(({ severity }) => GRAVE.includes(severity))),
    others: told(found.filter(({ severity }) => !GRAVE.includes(severity))),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const verdict = verdictOf(await npmAudit());
  if (!verdict.audited) process.stdout.write(`NOTHING WAS AUDITED: the registry has no audit for us (${verdict.why})\n`);
  else {
    const { grave, others } = verdict;
    for (const line of [...grave, ...others]) process.stdout.write(`${line}\n`);
    process.stdout.write(`audited: ${grave.length} high or critical, ${others.length} lower\n`);
    if (grave.length > 0) process.exitCode = 1;
  }
}
