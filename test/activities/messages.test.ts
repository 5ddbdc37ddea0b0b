import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { messagesActivities } from "../../src/activities/messages.ts";
import { requests } from "../../src/contracts/outside.ts";
import { staffFrom } from "../../src/contracts/staff.ts";
import type { Tell, TellOutcome } from "../../src/contracts/workflow.ts";
import type { Message } from "../../src/domain/order/effects.ts";
import { activityWith } from "./environment.ts";
import { serverThat, type Received } from "./server.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const known = staffFrom([
  { id: "li.na", name: "李娜", roles: ["sales_rep"], deputies: ["zhao"], reach: { email: "li.na@example.com" } },
  { id: "zhao", name: "赵", roles: ["sales_rep"] },
  { id: "wang", name: "王", roles: ["supervisor"] },
  { id: "sun", name: "孙", roles: ["supervisor"] },
]);
const staff = async () => known;

const body = (received: Received | undefined) => requests.messages.tell.parse(JSON.parse(received?.body ?? ""));

/** A message system that delivers to all but those who are named. */
async function messageSystem(
  not: readonly string[] = [],
  before: (received: Received) => { status: number; text: string } | undefined = () => undefined,
) {
  const server = await serverThat((received, response) => {
    const instead = before(received);
    if (instead) {
      response.writeHead(instead.status).end(instead.text);
      return;
    }
    const { to } = body(received);
    const unreached = to.filter(({ id, role }) => not.includes(id ?? role));
    response.writeHead(200).end(JSON.stringify({ delivered: to.filter((one) => !unreached.includes(one)), unreached }));
  });
  closers.push(server.close);
  return server;
}

function telling(effectId: string, message: Partial<Message>): Tell {
  return {
    orderNo: "A-1",
    effectId,
    message: { to: [{ role: "sales_rep", id: "li.na" }], message: "made", params: { orderNo: "A-1" }, ...message },
  };
}

async function tell(options: Parameters<typeof messagesActivities>[0], messages: readonly Tell[], time = 5_000) {
  const asked = Date.now();
  const outcomes = await activityWith(time).run(async (): Promise<readonly TellOutcome[]> =>
    messagesActivities(options).tell(messages),
  );
  return outcomes.map((outcome) => {
    if (outcome.result === "again") return outcome;
    const { at = 0, ...rest } = outcome;
    expect(at).toBeGreaterThanOrEqual(asked);
    return rest;
  });
}

describe("messages", () => {
  it("go out with their texts in both languages and are told as reached", async () => {
    const { url, received } = await messageSystem();
    const outcome = await tell({ url, staff }, [telling("e1", {})]);
    expect(outcome).toEqual([{ effectId: "e1", result: "done", reached: [{ role: "sales_rep", id: "li.na" }], unreached: [] }]);
    expect(received[0]?.url).toBe("/tell");
    expect(received[0]?.headers["idempotency-key"]).toBe("e1");
    const sent = body(received[0]);
    expect(sent).toMatchObject({ orderNo: "A-1", message: "made", params: { orderNo: "A-1" } });
    expect(sent.to).toEqual([{ role: "sales_rep", id: "li.na", name: "李娜", address: { email: "li.na@example.com" } }]);
    expect(sent.texts.zh.body).toContain("A-1");
    expect(sent.texts.en.body).toContain("A-1");
  });

  it("to a role go to everybody of it but the one who is barred, and to nobody twice", async () => {
    const { url, received } = await messageSystem();
    await tell({ url, staff }, [
      telling("e1", { to: [{ role: "supervisor" }, { role: "staff", id: "wang" }] }),
      telling("e2", { to: [{ role: "supervisor", except: "wang" }] }),
    ]);
    const to = Object.fromEntries(received.map((one) => [one.headers["idempotency-key"], body(one).to.map(({ id }) => id)]));
    expect(to).toEqual({ e1: ["wang", "sun"], e2: ["sun"] });
  });

  it("to a customer carry how the customer is reached", async () => {
    const { url, received } = await messageSystem();
    const customer = { name: "客户A", person: "陈先生", phone: "+8613800000000" };
    const outcome = await tell({ url, staff }, [telling("e1", { to: [{ role: "customer" }], customer })]);
    expect(outcome[0]).toMatchObject({ result: "done", reached: [{ role: "customer" }] });
    expect(body(received[0]).to).toEqual([{ role: "customer", name: "陈先生", address: { phone: "+8613800000000" } }]);
  });

  it("to somebody whom the staff file does not know reach nobody, and are not sent", async () => {
    const { url, received } = await messageSystem();
    const to = [{ role: "sales_rep" as const, id: "ghost" }];
    const outcome = await tell({ url, staff }, [telling("e1", { to })]);
    expect(outcome).toEqual([
      { effectId: "e1", result: "unreached", detail: "nobody to send it to", reached: [], unreached: to },
    ]);
    expect(received).toHaveLength(0);
  });

  it("without a staff file are left to the message system to find by role and id", async () => {
    const { url, received } = await messageSystem();
    const to = [
      { role: "supervisor" as const, except: "wang" },
      { role: "sales_rep" as const, id: "ghost" },
    ];
    expect(await tell({ url }, [telling("e1", { to })])).toMatchObject([{ result: "done" }]);
    expect(body(received[0]).to).toEqual(to);
  });

  it("name whom they reached and whom not; a recipient in neither list was not reached", async () => {
    const { url } = await messageSystem(["li.na"]);
    const to = [{ role: "sales_rep" as const, id: "li.na" }, { role: "supervisor" as const }];
    expect(await tell({ url, staff }, [telling("e1", { to })])).toEqual([
      {
        effectId: "e1",
        result: "done",
        reached: [
          { role: "supervisor", id: "wang" },
          { role: "supervisor", id: "sun" },
        ],
        unreached: [{ role: "sales_rep", id: "li.na" }],
      },
    ]);
    const silent = await messageSystem([], () => ({ status: 200, text: '{"delivered":[],"unreached":[]}' }));
    expect(await tell({ url: silent.url, staff }, [telling("e1", {})])).toMatchObject([
      { result: "unreached", reached: [], unreached: [{ role: "sales_rep", id: "li.na" }] },
    ]);
  });

  it("fail each on its own: done, refused, again and unreadable in one call, in the order asked", async () => {
    const answers: Record<string, { status: number; text: string }> = {
      refused: { status: 422, text: '{"detail":"no such template"}' },
      again: { status: 503, text: "" },
      garbage: { status: 200, text: "{}" },
    };
    const { url, received } = await messageSystem([], ({ headers }) => answers[z.string().parse(headers["idempotency-key"])]);
    const keys = ["refused", "ok-1", "again", "garbage", "ok-2", "ok-3", "ok-4", "ok-5", "ok-6"];
    const outcome = await tell(
      { url, staff },
      keys.map((key) => telling(key, {})),
    );
    expect(outcome.map(({ effectId, result }) => [effectId, result])).toEqual(
      keys.map((key) => [key, key === "refused" ? "refused" : key === "again" || key === "garbage" ? "again" : "done"]),
    );
    expect(outcome[0]).toMatchObject({ detail: "no such template" });
    expect(received).toHaveLength(keys.length);
  });

  it("are tried a few at a time", async () => {
    let now = 0;
    let most = 0;
    const server = await serverThat((received, response) => {
      most = Math.max(most, (now += 1));
      setTimeout(() => {
        now -= 1;
        response.writeHead(200).end(JSON.stringify({ delivered: body(received).to, unreached: [] }));
      }, 20);
    });
    closers.push(server.close);
    const outcome = await tell(
      { url: server.url, staff },
      Array.from({ length: 12 }, (_, index) => telling(`e${index}`, {})),
    );
    expect(outcome.every(({ result }) => result === "done")).toBe(true);
    expect(most).toBe(4);
  });

  it("are not sent again before the time that was asked for, whoever sends them", async () => {
    const { url, received } = await messageSystem();
    const busy = await serverThat((_received, response) => response.writeHead(429, { "retry-after": "120" }).end());
    closers.push(busy.close);
    const asked = Date.now();
    const [outcome] = await tell({ url: busy.url, staff }, [telling("e1", {})]);
    if (outcome?.result !== "again") throw new Error(`was ${outcome?.result}`);
    const { notBefore = 0 } = outcome;
    expect(notBefore).toBeGreaterThanOrEqual(asked + 120_000);

    const again = async (to: string, time?: number): Promise<unknown> =>
      activityWith(5_000)
        .run(async () => messagesActivities({ url: to, staff }).tellAgain({ ...telling("e1", {}), notBefore: time }))
        .catch((error: unknown) => error);
    const waits: unknown = await again(url, notBefore);
    expect(waits).toMatchObject({ nonRetryable: false, nextRetryDelay: expect.any(Number) });
    expect(received).toEqual([]);
    expect(await again(url, asked)).toMatchObject({ result: "done" });
    expect(await again(busy.url)).toMatchObject({ nonRetryable: false, nextRetryDelay: expect.any(Number) });
  });

  it("that are not answered in the activity's time are to be sent again, all of them", async () => {
    const server = await serverThat(() => undefined);
    closers.push(server.close);
    const outcome = await tell(
      { url: server.url, staff },
      Array.from({ length: 6 }, (_, index) => telling(`e${index}`, {})),
      200,
    );
    expect(outcome).toEqual(
      Array.from({ length: 6 }, (_, index) => ({ effectId: `e${index}`, result: "again", detail: "time-out" })),
    );
  });
});
