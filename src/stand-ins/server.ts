import { createHash, randomUUID } from "node:crypto";
import { once, setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { z } from "zod";
import { answersToLoopbackOnly } from "../node/loopback.ts";
import { affects, behaviour as behaviourShape, reportOrder, wellBehaved, type Behaviour, type Trouble } from "./behaviour.ts";
import type { Asked, Journal, Report } from "./journal.ts";
import type { Asking, Plan, StandIn, Surroundings, WrongField } from "./kernel.ts";
import { standInApi } from "./openapi.ts";
import { page, type State } from "./page.ts";
import type { Reporter } from "./reports.ts";

interface ServerOptions {
  readonly standIn: StandIn;
  readonly mode: "auto" | "manual";
  readonly journal: Journal;
  /** `manner` is how reports are sent now. */
  readonly reporter: (manner: () => Pick<Behaviour, "copies" | "backwards">) => Reporter;
  /** How long after an ask a command follows, ms. */
  readonly delay: Surroundings["delay"];
}

const filter = z.object({ orderNo: z.string().optional(), limit: z.coerce.number().int().min(1).default(1_000) });
const record = z.record(z.string(), z.unknown());
const addressed = z.object({ orderNo: z.string() });

function hashOf(body: unknown): string {
  return createHash("sha256").update(JSON.stringify(body)).digest("hex");
}

async function refuse(
  reply: FastifyReply,
  status: number,
  code: string,
  detail: string,
  errors?: readonly WrongField[],
): Promise<FastifyReply> {
  return reply
    .code(status)
    .type("application/problem+json")
    .send(JSON.stringify({ type: "about:blank", status, code, detail, ...(errors ? { errors } : {}) }));
}

const outcomes: Readonly<Record<string, string>> = {
  dispatch: "in_transit",
  "report-tracking": "in_transit",
  "report-delivery": "delivered",
};

/** The carrier's record of a number: as told, or by the last thing that happened to it; reports say so only afterwards. */
function carrierRecord(trackingNumber: string, journal: Journal, { shipments }: Behaviour, now: number): object | undefined {
  const told = shipments[trackingNumber];
  if (told !== undefined) return { trackingNumber, state: told };
  const last = [...journal.reports.values()]
    .filter(({ body, dueAt, state }) => body["trackingNumber"] === trackingNumber && dueAt <= now && state !== "dropped")
    .toSorted((a, b) => a.dueAt - b.dueAt)
    .findLast(({ command, body }) => outcomes[command] ?? body["result"]);
  if (!last) return undefined;
  const state = outcomes[last.command] ?? last.body["result"];
  return { trackingNumber, state, since: new Date(last.dueAt).toISOString() };
}

/** Says that an answer of some length comes, and ends the connection in the middle of it. */
function cutOff(request: FastifyRequest, reply: FastifyReply, answer: object): void {
  const text = JSON.stringify(answer);
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  reply.raw.write(text.slice(0, text.length / 2), () => request.raw.socket.destroy());
}

/** Ends the connection without an answer. */
function hangUp(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  request.raw.socket.destroy();
}

async function wrongFields(reply: FastifyReply, error: z.ZodError): Promise<FastifyReply> {
  const errors = error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message }));
  return refuse(reply, 422, "invalid-body", errors.map(({ path, message }) => `${path}: ${message}`).join("; "), errors);
}

/** A stand-in as an HTTP server that is not listening yet: the contract, the page, the controls. */
export function standInServer({ standIn, mode, journal, reporter: openReporter, delay }: ServerOptions): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  let behaviour: Behaviour = wellBehaved;
  const reporter = openReporter(() => behaviour);
  /** By key: how many tries have met with trouble; not to come again before, ms. */
  const met = new Map<string, number>();
  const notBefore = new Map<string, number>();
  const hurried = new Set<string>();

  function planned({ send = [] }: Plan, key: string, orderNo: string, now: number): Report[] {
    if (mode === "manual") return [];
    return send.map(({ command, after, body }): Report => {
      const dueAt = now + after;
      const at = new Date(dueAt).toISOString();
      const number = journal.next();
      return {
        key: `${key}-${command}`,
        number,
        orderNo,
        command,
        body: { ...body, at },
        dueAt,
        times: 1,
        by: "itself",
        state: "waiting",
        tries: 0,
      };
    });
  }

  /** Answers with a failure that was asked for, if any is. */
  async function misbehaved(ask: string, reply: FastifyReply): Promise<boolean> {
    if (!affects(behaviour, ask)) return false;
    if (behaviour.failTimes > 0) {
      behaviour = { ...behaviour, failTimes: behaviour.failTimes - 1 };
      if (behaviour.retryAfter !== undefined) void reply.header("retry-after", behaviour.retryAfter);
      await refuse(reply, behaviour.failStatus, "told-to-fail", "the stand-in was told to fail");
      return true;
    }
    if (behaviour.refuse === true || behaviour.refuse === ask) {
      await refuse(reply, 422, "refused", "the stand-in was told to refuse");
      return true;
    }
    return false;
  }

  /** Does what was asked, once a key; the same key is answered the same. */
  function work(ask: string, does: Asking, key: string, body: unknown): Asked | { wrong: readonly WrongField[] } | "conflict" {
    const hash = hashOf([ask, body]);
    const before = journal.asked.get(key);
    // A message's recipients may be others at a second try (somebody went on leave): it is the same message.
    if (before && before.hash !== hash && (before.ask !== ask || standIn.system !== "messages")) return "conflict";
    if (before) {
      const again = { ...before, times: before.times + 1 };
      journal.write({ asked: again });
      return again;
    }
    const to = addressed.safeParse(body);
    const orderNo = to.success ? to.data.orderNo : "";
    const now = Date.now();
    const last = (...asks: readonly string[]): unknown =>
      [...journal.asked.values()].findLast((one) => one.orderNo === orderNo && asks.includes(one.ask))?.body;
    const read = does(body, { now, key, behaviour, waiting: reporter.waiting(orderNo), last, delay });
    if ("wrong" in read) return read;
    const number = journal.next();
    const answer = { reference: `${standIn.system}-${number}`, ...read.plan.answer };
    const taken: Asked = {
      number,
      at: new Date(now).toISOString(),
      ask,
      key,
      orderNo,
      hash,
      body: record.parse(body),
      answer,
      times: 1,
    };
    reporter.drop(orderNo, read.plan.drop ?? []);
    // In one go: what was taken on and is not planned would be answered the same for ever, and never reported.
    const plans = planned(read.plan, key, orderNo, now);
    journal.write(...plans.map((report) => ({ report })), { asked: taken });
    reporter.add(plans);
    return taken;
  }

  /** What the next try of a request meets. */
  function nextTrouble(key: string): Trouble | undefined {
    if ((notBefore.get(key) ?? 0) > Date.now()) hurried.add(key);
    const tries = met.get(key) ?? 0;
    met.set(key, tries + 1);
    return behaviour.troubles[tries];
  }

  async function tellBusy(key: string, reply: FastifyReply): Promise<FastifyReply> {
    const { retryAfter = 1 } = behaviour;
    notBefore.set(key, Date.now() + retryAfter * 1_000);
    return refuse(reply.header("retry-after", retryAfter), 429, "told-to-be-busy", "the stand-in was told to be busy");
  }

  /** Resolves when whoever asked has gone, or this server closes. */
  async function gone({ raw }: FastifyRequest): Promise<void> {
    if (!raw.socket.destroyed) await once(raw.socket, "close", { signal: closing.signal }).catch(() => undefined);
  }

  async function asked(ask: string, does: Asking, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const affected = affects(behaviour, ask);
    if (affected && behaviour.slowMs > 0) await sleep(behaviour.slowMs, undefined, { signal: closing.signal });
    if (affected && behaviour.away) return hangUp(request, reply);
    if (await misbehaved(ask, reply)) return;
    const key = request.headers["idempotency-key"];
    if (typeof key !== "string" || key === "")
      return void (await refuse(reply, 400, "malformed", "the header Idempotency-Key is missing"));
    const trouble = affected ? nextTrouble(key) : undefined;
    if (trouble === "fail") return void (await refuse(reply, 500, "told-to-fail", "the stand-in was told to fail"));
    if (trouble === "busy") return void (await tellBusy(key, reply));
    const outcome = work(ask, does, key, request.body);
    if (outcome === "conflict")
      return void (await refuse(reply, 422, "idempotency-conflict", "this Idempotency-Key came with another body before"));
    if ("wrong" in outcome) {
      const detail = outcome.wrong.map(({ path, message }) => `${path}: ${message}`).join("; ");
      return void (await refuse(reply, 422, "invalid-body", detail, outcome.wrong));
    }
    if (trouble === "late") await gone(request);
    if (trouble === "cut") return cutOff(request, reply, outcome.answer);
    if (trouble === "hang-up") return hangUp(request, reply);
    if (trouble === "garbage") return void (await reply.type("text/html").send("<html>not what the contract says"));
    await reply.send(outcome.answer);
  }

  function state(orderNo: string | undefined, limit: number): State {
    const mine = (one: { orderNo: string }): boolean => orderNo === undefined || one.orderNo === orderNo;
    const newest = <T extends { number: number; orderNo: string }>(all: Iterable<T>): T[] =>
      [...all]
        .filter(mine)
        .toSorted((a, b) => b.number - a.number)
        .slice(0, limit);
    return {
      system: standIn.system,
      mode,
      behaviour,
      asks: newest(journal.asked.values()),
      reports: newest(journal.reports.values()),
      hurried: [...hurried],
    };
  }

  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) =>
    refuse(reply, error.statusCode ?? 500, error.statusCode === undefined ? "failed" : "malformed", error.message),
  );
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404, "not-found", `asks: ${Object.keys(standIn.asks).join(", ")}`));
  answersToLoopbackOnly(app);
  // A page of another site may not make a browser change anything here. `Origin` comes with every such request; a body that is no JSON
  // is all that a page can send without being asked first.
  app.removeContentTypeParser("text/plain");
  app.addHook("onRequest", async ({ method, headers }, reply) => {
    const { origin, host, "sec-fetch-site": site = "none" } = headers;
    const ours = (origin === undefined || origin === `http://${host}`) && (site === "same-origin" || site === "none");
    if (method !== "GET" && !ours) await refuse(reply, 403, "forbidden", "not from another site");
  });
  // Nor may it load what is told here as a script or a picture of its own.
  app.addHook("onSend", async (_request, reply) => {
    void reply.header("x-content-type-options", "nosniff").header("cross-origin-resource-policy", "same-origin");
  });
  app.addHook("onClose", async () => {
    closing.abort();
    await reporter.close();
  });

  for (const [ask, does] of Object.entries(standIn.asks))
    app.post(`/${ask}`, (request, reply) => asked(ask, does, request, reply));

  if (standIn.tracks)
    app.get<{ Params: { trackingNumber: string } }>("/shipments/:trackingNumber", async (request, reply) => {
      const affected = affects(behaviour, "shipments");
      if (affected && behaviour.slowMs > 0) await sleep(behaviour.slowMs, undefined, { signal: closing.signal });
      if (affected && behaviour.away) return hangUp(request, reply);
      if (await misbehaved("shipments", reply)) return reply;
      const { trackingNumber } = request.params;
      const record = carrierRecord(trackingNumber, journal, behaviour, Date.now());
      return record ?? refuse(reply, 404, "not-found", `the carrier has no shipment ${trackingNumber}`);
    });
  app.get("/", async (_request, reply) =>
    reply
      .type("text/html; charset=utf-8")
      .header(
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      )
      .send(page(standIn.title, state(undefined, Number.POSITIVE_INFINITY))),
  );
  app.get("/openapi.json", async () => standInApi(standIn.system));
  app.get("/state", async (request, reply) => {
    const shown = filter.safeParse(request.query);
    return shown.success ? state(shown.data.orderNo, shown.data.limit) : wrongFields(reply, shown.error);
  });
  app.post("/control/behaviour", async (request, reply) => {
    const told = behaviourShape.safeParse(request.body ?? {});
    if (!told.success) return wrongFields(reply, told.error);
    behaviour = told.data;
    met.clear();
    return behaviour;
  });
  app.post("/control/report", async (request, reply) => {
    const told = reportOrder.safeParse(request.body);
    if (!told.success) return wrongFields(reply, told.error);
    if (standIn.role === undefined) return refuse(reply, 409, "reports-nothing", "this system reports nothing to Gendan");
    const { key = `${standIn.system}-${randomUUID()}`, body, ...what } = told.data;
    const dueAt = Date.now();
    // The business time of a report that was sent before stays, so that it is the same report.
    const at = journal.reports.get(key)?.body["at"] ?? new Date(dueAt).toISOString();
    const said = reporter.firstTry(key);
    const number = journal.next();
    const ordered: Report = { ...what, key, number, body: { at, ...body }, dueAt, by: "told", state: "waiting", tries: 0 };
    journal.write({ report: ordered });
    reporter.add([ordered]);
    return reply.code(202).send({ key, gendan: await said });
  });
  app.post("/control/reset", async () => {
    behaviour = wellBehaved;
    reporter.forget();
    journal.write({ reset: true });
    return { reset: true };
  });
  return app;
}
