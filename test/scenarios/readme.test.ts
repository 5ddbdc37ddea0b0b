import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bringEngine } from "../../scripts/setup/engine.mjs";
import { answerSchema, orderSchema } from "../../src/contracts/answers.ts";
import { startGendan, type Gendan } from "../support/gendan.ts";
import { sender } from "../support/people.ts";
import { until } from "../support/until.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
const BETWEEN = "--- next ---";
let gendan: Gendan;
beforeAll(async () => {
  gendan = await startGendan();
});
afterAll(() => gendan.end());

/** The shell blocks of a document, in order. */
async function blocks(name: string): Promise<string[]> {
  const text = await readFile(`${project}/${name}`, "utf8");
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gmu)].map((match) => match[1] ?? "");
}

/** Types blocks into one shell, in the project, with the home and the ports of this run. */
async function type(...lines: readonly string[]): Promise<string> {
  const run = await gendan.run();
  const script = lines
    .join("\n")
    .replaceAll("http://127.0.0.1:3000", gendan.url)
    .replaceAll("http://127.0.0.1:8234", run.urls["codec"] ?? "")
    .replaceAll("127.0.0.1:7233", run.temporalAddress);
  const temporal = (await bringEngine()).replace(/\/[^/]*$/u, "");
  const env = { ...process.env, GENDAN_HOME: gendan.home, PATH: `${temporal}:${process.env["PATH"] ?? ""}` };
  const { stdout } = await promisify(execFile)("bash", ["-euc", script], { cwd: project, env });
  return stdout;
}

/** What is in a history's JSON, where the CLI writes payloads and their metadata in base64. */
function payloadsOf(json: string): string {
  return json.replaceAll(/"(?:data|encoding)": "([^"]+)"/gu, (_all, coded: string) => Buffer.from(coded, "base64").toString());
}

for (const name of ["README.md", "README.zh-CN.md"]) {
  test(`the first order of ${name} works as it is written`, async () => {
    const all = (await blocks(name)).filter((block) => block.includes("$URL") || block.includes("URL="));
    const [tokens = "", ...curls] = all.map((block) => block.replaceAll("SO-1", name.includes("zh") ? "SO-zh" : "SO-1"));
    expect(curls).toHaveLength(5);
    // In one shell, as a reader does: tokens are made once.
    const [received, ...answered] = (await type(tokens, curls.join(`echo "${BETWEEN}"\n`))).split(BETWEEN);
    expect(orderSchema.parse(JSON.parse(received ?? "")).stage).toBe("received");
    const stages = answered.map((answer) => answerSchema.parse(JSON.parse(answer)).order.stage);
    expect(stages).toEqual(["confirmed", "entered", "signed", "making"]);
  });
}

test.each([
  ["README.md", "SO-1", "asked for the date"],
  ["README.zh-CN.md", "SO-zh", "客户询问交期"],
])("a command can be signalled with the Temporal CLI, and the history be read, as %s says", async (name, orderNo, said) => {
  const all = await blocks(name);
  const temporal = await bringEngine();
  const [tokens = "", signal = "", show = ""] = ["URL=", "temporal workflow signal", "temporal workflow show"].map((start) =>
    all
      .find((each) => each.startsWith(start))
      ?.replaceAll("SO-1", orderNo)
      .replace("temporal workflow", `${temporal} workflow`),
  );
  await type(tokens, signal);
  const boss = await sender(gendan, "wang.fang", "supervisor");
  const history = async () => JSON.stringify((await boss.get(`/orders/${orderNo}/history`)).body);
  await until(history, (text) => text.includes("communication-recorded"));
  expect(payloadsOf(await type(tokens, `${show.trimEnd()} --output json`))).toContain(said);
  const undecoded = payloadsOf(
    await type(`${temporal} workflow show --address 127.0.0.1:7233 --workflow-id ${orderNo} --output json`),
  );
  expect(undecoded).toContain("binary/encrypted");
  expect(undecoded).not.toContain(said);
});

test("the curl that npm start prints works as it is printed", async () => {
  const [, block = ""] = /(\n {2}curl -s[\s\S]*?)\n\n/u.exec(gendan.output()) ?? [];
  expect(orderSchema.parse(JSON.parse(await type(block))).stage).toBe("received");
});

test("the commands of docs/administration.md work as they are written", async () => {
  const [tokens = "", ...commands] = await blocks("docs/administration.md");
  expect(commands.length).toBeGreaterThan(4);
  const said = await type(tokens, commands.join(`\necho "${BETWEEN}"\n`));
  expect(said).toContain("makeUpDays");
  expect(said).not.toContain("about:blank");
});
