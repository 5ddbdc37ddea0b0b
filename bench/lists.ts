import { parseArgs } from "node:util";
import { DAY, dayOf, type Day } from "../src/domain/time.ts";
import { openDatabase } from "../src/records/database.ts";
import { get, inScratch, machine, printTable, quantile, spreadOf, startApi, startRecords } from "./common.ts";
import { fillRecords } from "./records.ts";

/**
 * `npm run bench -- lists [--records pglite] [--orders 131000] [--requests 60]`: lists and reports over many open orders, each asked one
 * request after another, three times; printed are the least, the median and the greatest of the three.
 */

const RUNS = 3;
/** A list that takes long is asked less often, ms. */
const LONGEST_RUN = 20_000;

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    records: { type: "string", default: "postgres" },
    orders: { type: "string", default: "131000" },
    requests: { type: "string", default: "60" },
  },
});

/** The month that most of the generated orders fall into. */
function month(): { from: Day; to: Day } {
  const day = dayOf(Date.now() - 20 * DAY);
  const [year = 0, number = 1] = day.split("-").map(Number);
  return { from: `${day.slice(0, 7)}-01`, to: dayOf(Date.UTC(year, number, 0)) };
}

/** The cursor of the page that is so many pages deep, or of the last. */
async function cursorAt(ask: (path: string) => Promise<string>, pages: number): Promise<string> {
  let cursor = "";
  for (let page = 0; page < pages; page++) {
    const { next } = JSON.parse(await ask(`/overdue?limit=50${cursor && `&cursor=${cursor}`}`)) as { next: string | null };
    if (next === null) break;
    cursor = next;
  }
  return cursor;
}

await inScratch(async (scratch) => {
  const kind = values.records === "pglite" ? "pglite" : "postgres";
  const url = await startRecords(kind, scratch);
  const db = openDatabase(url, { max: 1, statementTimeout: 0 });
  const filled = await fillRecords(db, Number(values.orders));
  const rare = await db
    .selectFrom("orders")
    .select(["customer", (eb) => eb.fn.countAll().as("count")])
    .groupBy("customer")
    .orderBy("count")
    .executeTakeFirstOrThrow();
  await db.destroy();
  const { port, tokenOf } = await startApi(url, scratch);
  const [supervisor, rep] = [await tokenOf("wang.fang", "supervisor"), await tokenOf("li.na", "sales_rep")];
  const cursor = await cursorAt(async (path) => (await get(port, path, supervisor)).text, Math.floor(filled.overdue / 100));
  const { from, to } = month();
  const customer = (name: string) => `/orders?limit=50&customer=${encodeURIComponent(name)}`;
  const performance = `/reports/performance?from=${from}&to=${to}`;
  const lists: readonly (readonly [name: string, path: string, token: string])[] = [
    ["overdue, first page", "/overdue?limit=50", supervisor],
    ["overdue, half way", `/overdue?limit=50&cursor=${cursor}`, supervisor],
    ["overdue, one representative's", "/overdue?limit=50&salesRep=li.na", supervisor],
    ["overdue, duty=confirm", "/overdue?limit=50&duty=confirm", supervisor],
    ["overdue, duty=take-over (rare)", "/overdue?limit=50&duty=take-over", supervisor],
    ["overdue, role=production", "/overdue?limit=50&role=production", supervisor],
    ["overdue, as a representative", "/overdue?limit=50", rep],
    ["overdue/count", "/overdue/count", supervisor],
    ["overdue/count, as a representative", "/overdue/count", rep],
    ["duties of mine, representative", "/duties?assignee=me&limit=50", rep],
    ["duties of mine, supervisor", "/duties?assignee=me&limit=50", supervisor],
    ["orders, customer (frequent part)", customer("客户"), supervisor],
    ["orders, customer (rare)", customer(rare.customer), supervisor],
    ["orders, customer (none)", customer("无此客户"), supervisor],
    ["performance, a month", performance, supervisor],
    ["performance, a month by rep", `${performance}&by=rep`, supervisor],
    ["performance, a month by duty", `${performance}&by=duty`, supervisor],
    ["metrics", "/metrics", supervisor],
  ];
  const rows: string[][] = [];
  for (const [name, path, token] of lists) {
    const runs: number[][] = [];
    let status = (await get(port, path, token)).status;
    for (let run = 0; run < RUNS; run++) {
      const took: number[] = [];
      const begun = globalThis.performance.now();
      for (let turn = 0; turn < Number(values.requests) && globalThis.performance.now() - begun < LONGEST_RUN; turn++) {
        const asked = globalThis.performance.now();
        ({ status } = await get(port, path, token));
        took.push(globalThis.performance.now() - asked);
      }
      runs.push(took);
    }
    rows.push([name, String(status), ...[0.5, 0.95].map((part) => spreadOf(runs.map((took) => quantile(took, part))))]);
    process.stderr.write(`${name}\n`);
  }
  process.stdout.write(`${kind}, ${JSON.stringify(filled)}; ${machine()}\n\n`);
  printTable(["list", "status", "p50 ms: min / median / max", "p95 ms: min / median / max"], rows);
});
