import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { openStage, type Stage } from "./api-under-test.ts";

/** What whoever looks for what became of a request has to go by. */

const lines: string[] = [];
let stage: Stage;
beforeAll(async () => {
  stage = await openStage(lines);
});
afterAll(() => stage.end());

const line = z.looseObject({ reqId: z.string(), msg: z.string(), workflowId: z.string().optional() });
/** What is said of the newest request, its lines together. */
function said(): readonly z.infer<typeof line>[] {
  const all = lines.map((text) => line.safeParse(JSON.parse(text))).flatMap((read) => (read.success ? [read.data] : []));
  return all.filter(({ reqId }) => reqId === all.at(-1)?.reqId);
}

test("each command is logged with its request, its order and its workflow, and nothing that it says", async () => {
  const rep = await stage.token("li.na", "sales_rep");
  const send = (url: string, payload: object, more: Record<string, string> = {}) =>
    stage.app.inject({ method: "POST", url, headers: { authorization: `Bearer ${rep}`, ...more }, payload });

  // Its number is made here: no address has it.
  const received = await send("/orders", { customer: { name: "客户A", contact: { phone: "+8613800000000" } }, channel: "phone" });
  const { orderNo } = z.object({ orderNo: z.string() }).parse(received.json());
  expect(said()).toContainEqual(expect.objectContaining({ workflowId: orderNo, command: "receive", msg: "carried out" }));
  expect(said().map(({ msg }) => msg)).toEqual(expect.arrayContaining(["incoming request", "request completed"]));

  const note = { with: "customer", channel: "phone", summary: "要三十个" };
  await send(`/orders/${orderNo}/record-communication`, note);
  expect(said()).toContainEqual(expect.objectContaining({ workflowId: orderNo, command: "record-communication" }));
  await send(`/orders/${orderNo}/record-communication`, note, { prefer: "respond-async" });
  expect(said()).toContainEqual(expect.objectContaining({ workflowId: orderNo, msg: "taken in" }));
  expect(lines.join("")).not.toMatch(/客户A|8613800000000|要三十个|Bearer/u);
});
