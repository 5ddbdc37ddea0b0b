import { afterAll, beforeAll, expect, test } from "vitest";
import { answeredSchema } from "../../src/contracts/reports.ts";
import type { Role } from "../../src/domain/people.ts";
import { iso } from "../../src/domain/time.ts";
import { beginReport, finishReport, writeLine } from "../../src/records/routine-reports.ts";
import { customer, lines } from "../domain/regular.ts";
import { openStage, type Stage } from "./api-under-test.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

async function post(id: string, role: Role, url: string, payload: object) {
  const authorization = `Bearer ${await stage.token(id, role)}`;
  const answer = await stage.app.inject({ method: "POST", url, headers: { authorization }, payload });
  return { status: answer.statusCode, json: answer.json() as unknown };
}

test("nobody finds in order, by name or with the rest, what they followed or entered, whatever they are by then", async () => {
  const orders = ["I-1", "I-2", "I-3", "I-4"];
  for (const orderNo of orders) await post("li.na", "sales_rep", "/orders", { orderNo, customer, lines });
  for (const orderNo of ["I-3", "I-4"])
    await post("wang.fang", "supervisor", `/orders/${orderNo}/reassign`, { salesRep: "he.jun" });
  const asOf = iso(stage.clock);
  await beginReport(stage.db, { reportId: "full-2026-11", kind: "full", period: "2026-11", asOf, about: {} }, stage.clock);
  for (const orderNo of [...orders, "I-5"]) {
    if (orderNo === "I-5") await post("he.jun", "sales_rep", "/orders", { orderNo, customer, lines });
    await writeLine(stage.db, "full-2026-11", { orderNo, rank: 2, tags: ["nothing-found"], body: { orderNo } });
  }
  await finishReport(stage.db, "full-2026-11", stage.clock);
  const url = "/inspections/full-2026-11/answers";
  const answers = [{ orderNo: "I-1", result: "in_order" }];
  const own = await post("LI.NA", "supervisor", url, { answers, rest: "in_order" });
  expect(answeredSchema.parse(own.json)).toMatchObject({ answered: 1, refused: [{ orderNo: "I-1" }], unanswered: 4 });
  const others = await post("wang.fang", "supervisor", url, { answers, rest: "in_order" });
  expect(answeredSchema.parse(others.json)).toMatchObject({ answered: 4, refused: [], unanswered: 0 });
});
