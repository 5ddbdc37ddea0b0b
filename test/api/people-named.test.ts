import { afterAll, beforeAll, expect, test } from "vitest";
import { checkActivities } from "../../src/activities/check.ts";
import { examples } from "../../src/contracts/bodies.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import { staffFrom } from "../../src/contracts/staff.ts";
import type { Role } from "../../src/domain/people.ts";
import { customer, entry, lines } from "../domain/regular.ts";
import { until } from "../support/until.ts";
import { openStage, type Stage } from "./api-under-test.ts";

/** Who is named is somebody whom the staff list knows, in that role; a rule is one of the list (`docs/order.md`, Commands). */

const people = [
  { id: "li.na", name: "李娜", roles: ["sales_rep"] },
  { id: "wang.fang", name: "王芳", roles: ["supervisor"] },
];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

async function ask(id: string, role: Role, url: string, body: unknown, method: "POST" | "PUT" = "POST") {
  const answer = await stage.app.inject({
    url,
    method,
    headers: { authorization: `Bearer ${await stage.token(id, role)}`, "accept-language": "en" },
    payload: body as object,
  });
  const problem = problemSchema.safeParse(answer.json());
  return { status: answer.statusCode, wrong: problem.data?.errors?.map(({ path }) => path) };
}

test("without a list, anybody may be named; with one, those whom it knows, in that role", async () => {
  const S = ["wang.fang", "supervisor"] as const;
  expect((await ask(...S, "/orders/N-0/reassign", { salesRep: "nobody" })).status).toBe(404);
  expect((await ask(...S, "/staff", people, "PUT")).status).toBe(200);
  const C = ["sun.li", "customer_service"] as const;
  const received = { orderNo: "N-1", customer, lines };
  // Who is who is read anew every two seconds.
  await until(
    () => ask("wang.fang", "supervisor", "/orders/N-0/reassign", { salesRep: "nobody" }),
    ({ status }) => status === 422,
  );
  for (const salesRep of ["nobody", "wang.fang", "Li.Na"])
    expect(await ask(...C, "/orders", { ...received, salesRep })).toEqual({ status: 422, wrong: ["salesRep"] });
  expect((await ask(...C, "/orders", { ...received, salesRep: "li.na" })).status).toBe(201);
  const order = "/orders/N-1";
  const finding = { rule: "R3.2", person: "li.na", action: "call" };
  for (const [path, body, wrong] of [
    ["reassign", { salesRep: "ghost" }, ["salesRep"]],
    ["record-finding", { ...finding, person: "ghost" }, ["person"]],
    ["record-finding", { ...finding, rule: "R9.9", person: "ghost" }, ["rule", "person"]],
    ["answer-inspection", { inspectionId: "i", result: "finding", ...finding, person: "ghost" }, ["person"]],
    ["resolve-complaint", { complaintId: "k", remedy: "new lamps", fault: "ghost" }, ["fault"]],
  ] as const)
    expect([path, await ask(...S, `${order}/${path}`, body)]).toEqual([path, { status: 422, wrong }]);
  const entered = { ...entry, salesRep: "ghost" };
  expect(await ask("li.na", "sales_rep", `${order}/enter`, entered)).toEqual({ status: 422, wrong: ["salesRep"] });
  // A department that is named owes it as such.
  for (const person of ["li.na", "warehouse"])
    expect((await ask(...S, `${order}/record-finding`, { ...finding, person })).status).toBe(200);
});

test("the same is asked of what comes as a plain signal", async () => {
  const { check } = checkActivities(async () => staffFrom(people));
  expect(await check("reassign", { salesRep: "ghost" })).toMatchObject([{ path: "salesRep" }]);
  expect(await check("reassign", { salesRep: "li.na" })).toEqual({ body: { salesRep: "li.na" } });
  expect(await check("record-finding", { ...examples["record-finding"], rule: "R0.1" })).toMatchObject([{ path: "rule" }]);
});
