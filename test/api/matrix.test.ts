import type { FastifyInstance, RouteOptions } from "fastify";
import diagnostics from "node:diagnostics_channel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dutiesSchema, ordersSchema, overdueCountSchema } from "../../src/contracts/answers.ts";
import { examples } from "../../src/contracts/bodies.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import { checkedCommand } from "../../src/domain/order/bodies.ts";
import { commandNames } from "../../src/domain/order/chapters.ts";
import { takeReport } from "../../src/domain/order/reports.ts";
import { roles, type Actor, type Role } from "../../src/domain/people.ts";
import { HOUR } from "../../src/domain/time.ts";
import { matrix } from "./matrix.ts";
import { openStage, type Stage } from "./api-under-test.ts";

/** Roles × routes × ownership, in full, through the real application: who is let in is what the matrix says. */

let stage: Stage;
const declared: { readonly route: string; readonly access: unknown }[] = [];

function watch(message: unknown): void {
  const { fastify } = message as { fastify: FastifyInstance };
  fastify.addHook("onRoute", ({ method, url, config }: RouteOptions) => {
    for (const each of [method].flat()) if (each !== "HEAD") declared.push({ route: `${each} ${url}`, access: config?.access });
  });
}

beforeAll(async () => {
  diagnostics.subscribe("fastify.initialization", watch);
  stage = await openStage();
  diagnostics.unsubscribe("fastify.initialization", watch);
  // An order of li.na's, another of he.jun's; both overdue by now.
  for (const [rep, orderNo] of [
    ["li.na", "SO-mine"],
    ["he.jun", "SO-theirs"],
  ] as const) {
    const received = await send("POST /orders", rep, "sales_rep", { ...examples.receive, orderNo, salesRep: rep });
    expect(received.statusCode).toBe(201);
  }
  stage.clock += 9 * HOUR;
});
afterAll(() => stage.end());

const guarded = Object.entries(matrix).filter(([, { may }]) => may !== "public");

/** A request of a route, with an example's body where it is a command's. */
async function ask(
  route: string,
  headers: Readonly<Record<string, string>>,
  orderNo = "SO-none",
  body?: object,
  remoteAddress = "127.0.0.1",
) {
  const [method = "", url = ""] = route.split(" ");
  const command = commandNames.find((each) => route === `POST /orders/:orderNo/${each}`);
  const payload = body ?? (command ? examples[command] : {});
  return stage.app.inject({
    method: method as "GET",
    remoteAddress,
    url: url.replace(":orderNo", orderNo).replace(/:\w+/gu, "none").replace("*", "none"),
    headers: { ...headers, "idempotency-key": `key-${Math.random()}` },
    ...(method === "GET" || method === "DELETE" ? {} : { payload }),
  });
}

const tokens = new Map<string, Promise<string>>();
function bearer(id: string, role: Role, machine = false): Promise<string> {
  const key = `${id} ${role} ${machine}`;
  const token = tokens.get(key) ?? stage.token(id, role, machine);
  tokens.set(key, token);
  return token;
}
async function send(route: string, id: string, role: Role, body?: object, orderNo?: string, machine = false) {
  return ask(route, { authorization: `Bearer ${await bearer(id, role, machine)}` }, orderNo, body);
}

test("every route has a row, and every row a route", () => {
  expect(declared.map(({ route }) => route).toSorted()).toEqual(Object.keys(matrix).toSorted());
});

test("public are the routes that say so here, and no other", () => {
  const open = declared.filter(({ access, route }) => access === "public" || route.startsWith("GET /docs"));
  expect(open.map(({ route }) => route).toSorted()).toEqual(
    Object.keys(matrix)
      .filter((route) => matrix[route]?.may === "public")
      .toSorted(),
  );
});

/** An address a route: of one that has sent many bad tokens no new one is looked at. */
const addresses = new Map(guarded.map(([route], index) => [route, `192.0.2.${index}`]));

describe.each(guarded)("%s", (route, { may, machine = false }) => {
  const allowed = (role: Role): boolean => may === "authenticated" || (may !== "public" && may.includes(role));

  test("without a token, and with one that is none: 401", async () => {
    for (const headers of [{}, { authorization: "Bearer x.y.z" }, { authorization: "Basic bGk6bmE=" }]) {
      const answer = await ask(route, headers, undefined, undefined, addresses.get(route));
      expect(answer.statusCode).toBe(401);
      expect(answer.headers["www-authenticate"]).toMatch(/^Bearer/u);
      expect(problemSchema.parse(answer.json()).code).toBe("unauthenticated");
    }
  });

  test("by role: 403 for those who may not, and for those who may it is not said", async () => {
    const statuses = await Promise.all(
      roles.map(async (role) => [role, (await send(route, "somebody", role)).statusCode] as const),
    );
    const refused = statuses.filter(([, status]) => status === 403).map(([role]) => role);
    expect(refused).toEqual(roles.filter((role) => !allowed(role)));
    expect(statuses.filter(([, status]) => status === 401 || status >= 500)).toEqual([]);
  });

  test("by machines: 403 unless it is one of theirs", async () => {
    const statuses = await Promise.all(
      roles.map(async (role) => [role, (await send(route, "a-system", role, undefined, undefined, true)).statusCode] as const),
    );
    const refused = statuses.filter(([, status]) => status === 403).map(([role]) => role);
    expect(refused).toEqual(roles.filter((role) => !machine || !allowed(role)));
  });
});

describe("whose order it is", () => {
  const ofAnOrder = guarded.filter(
    ([route, { may }]) => route.includes(":orderNo") && (may === "authenticated" || may.includes("sales_rep")),
  );

  test.each(ofAnOrder)(
    "%s: another's order is not there for a representative, whatever is asked of it, also as a report",
    async (route) => {
      const before = JSON.stringify(stage.runningOrders.get("SO-theirs")?.history());
      const asynchronously = { authorization: `Bearer ${await bearer("li.na", "sales_rep")}`, prefer: "respond-async" };
      for (const answer of [
        await send(route, "li.na", "sales_rep", undefined, "SO-theirs"),
        await ask(route, asynchronously, "SO-theirs"),
      ]) {
        expect(answer.statusCode).toBe(404);
        expect(answer.body).not.toMatch(/he\.jun|客户A/u);
      }
      // Nothing was said of it, and nothing came of it.
      expect(JSON.stringify(stage.runningOrders.get("SO-theirs")?.history())).toBe(before);
      const none = await send(route, "li.na", "sales_rep", undefined, "SO-nobodys");
      expect(none.statusCode).toBe(404);
    },
  );

  test("their own is", async () => {
    expect((await send("GET /orders/:orderNo", "li.na", "sales_rep", undefined, "SO-mine")).statusCode).toBe(200);
    expect((await send("GET /orders/:orderNo/history", "li.na", "sales_rep", undefined, "SO-mine")).statusCode).toBe(200);
  });

  test("an order cannot be received in another representative's name", async () => {
    const answer = await send("POST /orders", "li.na", "sales_rep", {
      ...examples.receive,
      orderNo: "SO-new",
      salesRep: "he.jun",
    });
    expect(answer.statusCode).toBe(403);
    expect(stage.runningOrders.has("SO-new")).toBe(false);
  });

  test("lists show a representative their own, also when they ask for another's", async () => {
    const listed = async (url: string, id: string, role: Role) =>
      (await stage.app.inject({ url, headers: { authorization: `Bearer ${await bearer(id, role)}` } })).json();
    for (const query of ["", "?salesRep=he.jun", "?customer=A"]) {
      const mine = ordersSchema.parse(await listed(`/orders${query}`, "li.na", "sales_rep"));
      expect(mine.items.map(({ orderNo }) => orderNo)).toEqual(query.includes("he.jun") ? [] : ["SO-mine"]);
    }
    expect(ordersSchema.parse(await listed("/orders", "wang.fang", "supervisor")).items).toHaveLength(2);
    for (const query of ["", "?salesRep=he.jun"]) {
      const overdue = dutiesSchema.parse(await listed(`/overdue${query}`, "li.na", "sales_rep"));
      expect(new Set(overdue.items.map(({ orderNo }) => orderNo))).toEqual(new Set(query === "" ? ["SO-mine"] : []));
      const count = overdueCountSchema.parse(await listed(`/overdue/count${query}`, "li.na", "sales_rep"));
      expect(count.total).toBe(query === "" ? 1 : 0);
    }
    const work = dutiesSchema.parse(await listed("/duties?assignee=me", "li.na", "sales_rep"));
    expect(new Set(work.items.map(({ orderNo }) => orderNo))).toEqual(new Set(["SO-mine"]));
  });
});

/** Beside persons and machines: what comes by the engine, and of whose author there is no proof. */
describe("by nobody who can be proved", () => {
  test.each(commandNames)("%s is not carried out, whoever it says that it is by", (command) => {
    const given = stage.runningOrders.get("SO-mine")?.order() ?? expect.fail("no order");
    const setting = { orderNo: given.orderNo, policy: given.policy };
    for (const role of roles)
      for (const kind of ["person", "machine"] as const) {
        const actor: Actor = { id: "li.na", roles: [role], kind };
        const at = stage.clock;
        const sent = checkedCommand(command, examples[command], {
          actor,
          key: "k",
          hash: "h",
          at,
          receivedAt: at,
          unverified: true,
        });
        const { order, events } = takeReport(given, sent, setting);
        expect([role, kind, events.map(({ event }) => event)]).toEqual([role, kind, ["discrepancy-opened"]]);
        expect(order.discrepancies.at(-1)).toMatchObject({ command, refusal: "unverified", state: "open" });
        expect(order.stage).toBe(given.stage);
      }
  });
});
