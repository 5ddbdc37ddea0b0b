import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { problemSchema } from "../../src/contracts/problem.ts";
import { reportsSchema } from "../../src/contracts/reports.ts";
import { iso } from "../../src/domain/time.ts";
import { cursorOf } from "../../src/records/paging.ts";
import { beginReport, writeLine } from "../../src/records/routine-reports.ts";
import { openStage, type Stage } from "./api-under-test.ts";

/** Every list that takes a cursor goes on from one of its own, and refuses any other. */

/** The lists, with what each is asked beside the cursor. */
const lists: Readonly<Record<string, string>> = {
  "GET /orders": "",
  "GET /overdue": "",
  "GET /duties": "assignee=me",
  "GET /webhooks/{webhookId}/deliveries": "",
  "POST /policy/rehearsal": "",
  "GET /reports/performance": "from=2026-11-01&to=2026-11-30&by=customer",
  "GET /reports": "",
  "GET /inspections": "",
  "GET /inspections/{inspectionId}": "",
  "GET /rewards/{month}": "",
};

let stage: Stage;
let token: string;
let webhookId: string;
beforeAll(async () => {
  stage = await openStage();
  token = await stage.token("wang.fang", "supervisor");
  const subscribed = await ask("POST", "/webhooks", { url: "https://receiver.example/hook" });
  ({ webhookId } = z.object({ webhookId: z.string() }).parse(subscribed.json()));
  for (const reportId of ["full-1", "full-2", "full-3"]) {
    await beginReport(
      stage.db,
      { reportId, kind: "full", period: "2026-11", asOf: iso(stage.clock), about: { dueAt: iso(stage.clock) } },
      stage.clock,
    );
    await writeLine(stage.db, reportId, { orderNo: "SO-1", rank: 1, tags: [], body: {} });
  }
}, 120_000);
afterAll(() => stage.end());

async function ask(method: "GET" | "POST", url: string, payload?: object) {
  return stage.app.inject({ method, url, headers: { authorization: `Bearer ${token}` }, ...(payload ? { payload } : {}) });
}

/** A page of a list after a cursor. */
async function page(list: string, cursor: string) {
  const [method = "", path = ""] = list.split(" ");
  const url = path.replace("{webhookId}", webhookId).replace("{inspectionId}", "full-1").replace("{month}", "2026-11");
  if (method === "POST") return ask("POST", url, { ...examplePolicy, cursor });
  return ask("GET", `${url}?${lists[list]}&cursor=${encodeURIComponent(cursor)}`);
}
const examplePolicy = { policy: {}, from: "2026-11-01", to: "2026-11-30" };

test("the document tells of no list with a cursor that is not tried here", () => {
  const document = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(JSON.parse(readFileSync(new URL("../../openapi/gendan.json", import.meta.url), "utf8")));
  const named = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) =>
      JSON.stringify(operation).includes('"cursor"') ? [`${method.toUpperCase()} ${path}`] : [],
    ),
  );
  // The rehearsal's is in its body.
  expect([...named, "POST /policy/rehearsal"].toSorted()).toEqual(Object.keys(lists).toSorted());
});

const coded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

test.each(Object.keys(lists))("%s refuses a cursor that is not its own", async (list) => {
  const time = "2026-11-24T10:00:00.000Z";
  for (const cursor of [
    "WyIxIiwieCJd",
    "x",
    "full-1",
    "7",
    coded([]),
    coded(null),
    coded([1, 2, 3, 4, 5]),
    coded(["+300000-01-01T00:00:00.000Z", "x"]),
    coded(["0000-01-01T00:00:00.000Z", "x"]),
    coded(["2026-02-31T00:00:00.000Z", "x", "y"]),
    coded(["1", "x", "y"]),
    coded([time, "a\u0000b"]),
    coded([time, "a\u0000b", "x"]),
    coded([time, "\ud800"]),
    coded(["\u0000"]),
    coded([-1, "x"]),
    coded([1e20]),
    coded([0.5]),
    // Another way to write what a list might give.
    `${coded([time, "x"])}==`,
    Buffer.from(`[ "${time}", "x" ]`).toString("base64url"),
  ]) {
    const answer = await page(list, cursor);
    expect([cursor, answer.statusCode]).toEqual([cursor, 422]);
    expect(problemSchema.parse(answer.json()).errors?.map(({ path }) => path)).toEqual(["cursor"]);
  }
});

test.each(Object.keys(lists))("%s answers any cursor with a page or 422", async (list) => {
  const part = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.integer(),
    fc.maxSafeNat(),
    fc.double(),
    fc.jsonValue(),
  );
  const cursor = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.jsonValue().map(coded),
    fc.array(part, { maxLength: 5 }).map(coded),
    fc.array(fc.string(), { maxLength: 5 }).map(coded),
    fc.tuple(fc.date({ noInvalidDate: true }), fc.string(), fc.string()).map(([at, ...rest]) => coded([at, ...rest])),
    fc.tuple(fc.nat(), fc.string()).map(coded),
  );
  await fc.assert(
    fc.asyncProperty(cursor, async (each) => {
      expect([200, 422]).toContain((await page(list, each)).statusCode);
    }),
    { numRuns: 60, examples: [[cursorOf(Number.MAX_SAFE_INTEGER, "x")], [cursorOf(Number.MAX_SAFE_INTEGER)]] },
  );
});

test("a list goes on from its own, row by row", async () => {
  const seen: string[] = [];
  for (let cursor = ""; ;) {
    const answer = await ask("GET", `/inspections?limit=1${cursor && `&cursor=${cursor}`}`);
    const { items, next } = reportsSchema.parse(answer.json());
    seen.push(...items.map(({ reportId }) => reportId));
    if (next === null) break;
    cursor = next;
  }
  expect(seen).toEqual(["full-3", "full-2", "full-1"]);
});
