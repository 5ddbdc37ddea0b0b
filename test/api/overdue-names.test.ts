import { expect, test } from "vitest";
import { overdueCountSchema } from "../../src/contracts/answers.ts";
import { DAY } from "../../src/domain/time.ts";
import { customer } from "../domain/regular.ts";
import { openStage } from "./api-under-test.ts";

test("what is overdue is counted by representative, whatever their ids are", async () => {
  const stage = await openStage();
  const reps = ["constructor", "toString", "__proto__", "li.na"];
  const headers = { authorization: `Bearer ${await stage.token("sun.li", "customer_service")}` };
  for (const salesRep of reps)
    await stage.app.inject({ method: "POST", url: "/orders", payload: { customer, salesRep }, headers });
  stage.clock += DAY;
  const counted = await stage.app.inject({ url: "/overdue/count", headers });
  const { bySalesRep } = overdueCountSchema.parse(JSON.parse(counted.body));
  expect(new Map(Object.entries(bySalesRep))).toMatchObject(
    new Map(reps.filter((rep) => rep !== "__proto__").map((rep) => [rep, 1])),
  );
  expect(counted.body).toContain('"__proto__":1');
  await stage.end();
});
