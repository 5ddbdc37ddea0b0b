import { parser } from "@prometheus-io/lezer-promql";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { castOf, making } from "../scenarios/client.ts";
import { freePort, startGendan, type Gendan } from "../support/gendan.ts";
import { until } from "../support/until.ts";

/** The dashboard's and the alerts' queries, asked of what the running processes really tell. */

const deploy = (path: string): string => fileURLToPath(new URL(`../../deploy/${path}`, import.meta.url));

let gendan: Gendan;
let targets: { readonly job: string; readonly at: string }[];
beforeAll(async () => {
  const metricsPort = await freePort();
  gendan = await startGendan({ STAND_INS: "manual", WORKER_METRICS_PORT: String(metricsPort) });
  const cast = await castOf(gendan);
  await making(cast, "M-1");
  const { urls } = await gendan.run();
  const host = (url: string | undefined): string => new URL(url ?? "").host;
  targets = [
    { job: "gendan-api", at: host(urls["api"]) },
    { job: "gendan-worker", at: host(urls["worker"]) },
    { job: "gendan-sdk", at: `127.0.0.1:${metricsPort}` },
  ];
});
afterAll(() => gendan.end());

const dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
});
const rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(z.object({ alert: z.string(), expr: z.string(), annotations: z.record(z.string(), z.string()) })),
    }),
  ),
});

async function alerts() {
  return rules.parse(parse(await readFile(deploy("prometheus/alerts.yml"), "utf8"))).groups.flatMap((group) => group.rules);
}

/** Every query of the dashboard and of the alerts, under its title. */
async function queries(): Promise<{ readonly title: string; readonly expr: string }[]> {
  const { panels } = dashboard.parse(JSON.parse(await readFile(deploy("grafana/dashboards/gendan.json"), "utf8")));
  return [
    ...panels.flatMap(({ title, targets: asked }) => asked.map(({ expr }) => ({ title, expr }))),
    ...(await alerts()).map(({ alert, expr }) => ({ title: alert, expr })),
  ];
}

/** What a query reads: each metric with the labels that it must have. */
function selectors(expr: string): { readonly metric: string; readonly labels: readonly string[] }[] {
  const found: { metric: string; labels: string[] }[] = [];
  parser.parse(expr).iterate({
    enter(node) {
      if (node.type.isError) throw new SyntaxError(`no PromQL: ${expr}`);
      const text = expr.slice(node.from, node.to);
      if (node.name === "Identifier" && node.node.parent?.name === "VectorSelector") found.push({ metric: text, labels: [] });
      if (node.name === "LabelName" && node.node.parent?.name.endsWith("LabelMatcher") === true) found.at(-1)?.labels.push(text);
    },
  });
  return found;
}

/** Told only when it has happened. */
const onlyAfter = new Set(["temporal_workflow_task_execution_failed"]);
/** Put on by Prometheus itself. */
const scraped = new Set(["job", "instance"]);

test("every query is PromQL, and reads metrics with labels that the processes tell", async () => {
  const texts = await Promise.all(targets.map(async ({ at }) => (await fetch(`http://${at}/metrics`)).text()));
  const lines = texts.join("\n").split("\n");
  const all = await queries();
  expect(all.length).toBeGreaterThan(20);
  for (const { title, expr } of all) {
    const read = selectors(expr);
    expect(read, title).not.toEqual([]);
    for (const { metric, labels } of read) {
      if (metric === "up" || onlyAfter.has(metric)) continue;
      const samples = lines.filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
      const isDeclared = lines.some((line) => line.startsWith(`# TYPE ${metric} `));
      expect(samples.length > 0 || isDeclared, `${title}: ${metric}`).toBe(true);
      for (const label of labels.filter((name) => !scraped.has(name) && samples.length > 0)) {
        expect(
          samples.some((line) => line.includes(`${label}="`)),
          `${title}: ${metric} ${label}`,
        ).toBe(true);
      }
    }
  }
});

test("the business's figures are those of the records, and none while these are away", async () => {
  const told = async (): Promise<string> => (await fetch(`${gendan.url}/metrics`)).text();
  const text = await until(told, (said) => said.includes('gendan_orders_open{status="in_production"} 1'));
  expect(text).toContain('gendan_duties_open{duty="finish-production"} 1');
  expect(text).toContain('gendan_duties_overdue{duty="finish-production"} 0');
  expect(text).toContain('gendan_rungs_told_total{rung="due"} 0');
  const { pids } = await gendan.run();
  process.kill(pids["database"] ?? 0, "SIGSTOP");
  try {
    const away = await until(told, (said) => said.includes("gendan_records_up 0"));
    expect(away).not.toMatch(/^gendan_orders_open\{/mu);
  } finally {
    process.kill(pids["database"] ?? 0, "SIGCONT");
  }
  await until(told, (said) => said.includes("gendan_records_up 1"));
});

test("each alert is explained to the operator", async () => {
  const document = await readFile(fileURLToPath(new URL("../../docs/operations.md", import.meta.url)), "utf8");
  for (const { alert } of await alerts()) expect(document).toContain(`\`${alert}\``);
});

const run = promisify(execFile);
const isHere = await run("prometheus", ["--version"]).then(
  () => true,
  () => false,
);

test.runIf(isHere)("a real Prometheus takes the rules and answers every query", async () => {
  await run("promtool", ["check", "config", deploy("prometheus/prometheus.yml")]);
  const folder = await mkdtemp(join(tmpdir(), "gendan-prometheus-"));
  const port = await freePort();
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: [deploy("prometheus/alerts.yml")],
    scrape_configs: targets.map(({ job, at }) => ({ job_name: job, static_configs: [{ targets: [at] }] })),
  };
  await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config));
  const options = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`];
  const child: ChildProcess = spawn("prometheus", [...options, `--web.listen-address=127.0.0.1:${port}`], { stdio: "ignore" });
  try {
    const ask = async (expr: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expr)}`);
      return z
        .object({ status: z.string(), error: z.string().optional(), data: z.object({ result: z.array(z.unknown()) }).optional() })
        .parse(await answer.json());
    };
    await until(
      () => ask("sum(up)").catch(() => undefined),
      (answer) => JSON.stringify(answer?.data?.result ?? "").includes('"3"'),
      60_000,
    );
    for (const { title, expr } of await queries()) expect(await ask(expr), title).toMatchObject({ status: "success" });
    const listed = await fetch(`http://127.0.0.1:${port}/api/v1/rules`);
    expect(await listed.text()).toContain("GendanRecordsAway");
  } finally {
    child.kill("SIGTERM");
    await rm(folder, { recursive: true, force: true });
  }
});
