import { createHash, randomUUID } from "node:crypto";
import { once, setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { z } from "zod";
import { answersToLoopbackOnly } from "../node/loopback.ts";
import { affects, behaviour as behaviourShape, reportRequest, wellBehaved, type Behaviour, type Trouble } from "./behaviour.ts";
import type { Asked, Journal, Report } from "./journal.ts";
import type { AskHandler, Plan, StandIn, AskContext, WrongField } from "./kernel.ts";
import { standInApi } from "./openapi.ts";
import { renderStatePage, type State } from "./page.ts";
import type { Reporter } from "./reports.ts";

interface ServerOptions {
  readonly standIn: StandIn;
  readonly mode: "auto" | "manual";
  readonly journal: Journal;
  /** Opens the reporter; `manner` is the present misbehaviour of reports. */
  readonly reporter: (manner: () => Pick<Behaviour, "copies" | "backwards">) => Reporter;
  /** How long after an ask a command is reported, ms. */
  readonly delay: AskContext["delay"];
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

/** The carrier's state after each report. */
const carrierStates: Readonly<Record<string, string>> = {
  dispatch: "in_transit",
  "report-tracking": "in_transit",
  "report-delivery": "delivered",
};

/** The carrier's record of a tracking number: as set by `shipments`, else by the last report that is due, sent or not. */
function carrierRecord(trackingNumber: string, journal: Journal, { shipments }: Behaviour, now: number): object | undefined {
  const told = shipments[trackingNumber];
  if (told !== undefined) return { trackingNumber, state: told };
  const last = [...journal.reports.values()]
    .filter(({ body, dueAt, state }) => body["trackingNumber"] === trackingNumber && dueAt <= now && state !== "dropped")
    .toSorted((a, b) => a.dueAt - b.dueAt)
    .findLast(({ command, body }) => carrierStates[command] ?? body["result"]);
  if (!last) return undefined;
  const state = carrierStates[last.command] ?? last.body["result"];
  return { trackingNumber, state, since: new Date(last.dueAt).toISOString() };
}

/** Announces a length, sends half of the answer, and closes the connection. */
function cutOff(request: FastifyRequest, reply: FastifyReply, answer: object): void {
  const text = JSON.stringify(answer);
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  reply.raw.write(text.slice(0, text.length / 2), () => request.raw.socket.destroy());
}

/** Closes the connection without an answer. */
function hangUp(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  request.raw.socket.destroy();
}

async function refuseFields(reply: FastifyReply, error: z.ZodError): Promise<FastifyReply> {
  const errors = error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message }));
  return refuse(reply, 422, "invalid-body", errors.map(({ path, message }) => `${path}: ${message}`).join("; "), errors);
}

/** Builds a stand-in's HTTP server, not listening yet: contract, page, controls. */
export function buildStandInServer({ standIn, mode, journal, reporter: openReporter, delay }: ServerOptions): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  let behaviour: Behaviour = wellBehaved;
  const reporter = openReporter(() => behaviour);
  /** By key: attempts so far. */
  const attempts = new Map<string, number>();
  /** By key: when the `Retry-After` of a 429 has passed, ms. */
  const notBefore = new Map<string, number>();
  const hurried = new Set<string>();

  function toReports({ send = [] }: Plan, key: string, orderNo: string, now: number): Report[] {
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

  /** Answers with the failure or refusal that was set, if any. Returns whether it did. */
  async function answerWithFailure(ask: string, reply: FastifyReply): Promise<boolean> {
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

  /** Does what was asked, once per key; a repeated key gets the same answer. */
  function acceptAsk(
    ask: string,
    does: AskHandler,
    key: string,
    body: unknown,
  ): Asked | { wrong: readonly WrongField[] } | "conflict" {
    const hash = hashOf([ask, body]);
    const before = journal.asked.get(key);
    // A repeated message may have other recipients (somebody went on leave meanwhile).
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
    const accepted: Asked = {
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
    // Written together: a request in the journal without its reports would be answered, but never reported on.
    const plans = toReports(read.plan, key, orderNo, now);
    journal.write(...plans.map((report) => ({ report })), { asked: accepted });
    reporter.add(plans);
    return accepted;
  }

  /** How this attempt of a request goes wrong, if it does. */
  function nextTrouble(key: string): Trouble | undefined {
    if ((notBefore.get(key) ?? 0) > Date.now()) hurried.add(key);
    const before = attempts.get(key) ?? 0;
    attempts.set(key, before + 1);
    return behaviour.troubles[before];
  }

  async function answerBusy(key: string, reply: FastifyReply): Promise<FastifyReply> {
    const { retryAfter = 1 } = behaviour;
    notBefore.set(key, Date.now() + retryAfter * 1_000);
    return refuse(reply.header("retry-after", retryAfter), 429, "told-to-be-busy", "the stand-in was told to be busy");
  }

  /** Resolves when the client has disconnected or this server closes. */
  async function waitForDisconnect({ raw }: FastifyRequest): Promise<void> {
    if (!raw.socket.destroyed) await once(raw.socket, "close", { signal: closing.signal }).catch(() => undefined);
  }

  async function answerAsk(ask: string, does: AskHandler, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const affected = affects(behaviour, ask);
    if (affected && behaviour.slowMs > 0) await sleep(behaviour.slowMs, undefined, { signal: closing.signal });
    if (affected && behaviour.away) return hangUp(request, reply);
    if (await answerWithFailure(ask, reply)) return;
    const key = request.headers["idempotency-key"];
    if (typeof key !== "string" || key === "")
      return void (await refuse(reply, 400, "malformed", "the header Idempotency-Key is missing"));
    const trouble = affected ? nextTrouble(key) : undefined;
    if (trouble === "fail") return void (await refuse(reply, 500, "told-to-fail", "the stand-in was told to fail"));
    if (trouble === "busy") return void (await answerBusy(key, reply));
    const outcome = acceptAsk(ask, does, key, request.body);
    if (outcome === "conflict")
      return void (await refuse(reply, 422, "idempotency-conflict", "this Idempotency-Key came with another body before"));
    if ("wrong" in outcome) {
      const detail = outcome.wrong.map(({ path, message }) => `${path}: ${message}`).join("; ");
      return void (await refuse(reply, 422, "invalid-body", detail, outcome.wrong));
    }
    if (trouble === "late") await waitForDisconnect(request);
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
  // Pages of other sites may change nothing here (CSRF): browsers send `Origin` or `Sec-Fetch-Site` with such requests, and without a
  // preflight a page could send only a body that is not JSON.
  app.removeContentTypeParser("text/plain");
  app.addHook("onRequest", async ({ method, headers }, reply) => {
    const { origin, host, "sec-fetch-site": site = "none" } = headers;
    const sameOrigin = (origin === undefined || origin === `http://${host}`) && (site === "same-origin" || site === "none");
    if (method !== "GET" && !sameOrigin) await refuse(reply, 403, "forbidden", "not from another site");
  });
  // Nor may they load answers as scripts or images.
  app.addHook("onSend", async (_request, reply) => {
    void reply.header("x-content-type-options", "nosniff").header("cross-origin-resource-policy", "same-origin");
  });
  app.addHook("onClose", async () => {
    closing.abort();
    await reporter.close();
  });

  for (const [ask, does] of Object.entries(standIn.asks))
    app.post(`/${ask}`, (request, reply) => answerAsk(ask, does, request, reply));

  if (standIn.tracks)
    app.get<{ Params: { trackingNumber: string } }>("/shipments/:trackingNumber", async (request, reply) => {
      const affected = affects(behaviour, "shipments");
      if (affected && behaviour.slowMs > 0) await sleep(behaviour.slowMs, undefined, { signal: closing.signal });
      if (affected && behaviour.away) return hangUp(request, reply);
      if (await answerWithFailure("shipments", reply)) return reply;
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
      .send(renderStatePage(standIn.title, state(undefined, Number.POSITIVE_INFINITY))),
  );
  app.get("/openapi.json", async () => standInApi(standIn.system));
  app.get("/state", async (request, reply) => {
    const shown = filter.safeParse(request.query);
    return shown.success ? state(shown.data.orderNo, shown.data.limit) : refuseFields(reply, shown.error);
  });
  app.post("/control/behaviour", async (request, reply) => {
    const told = behaviourShape.safeParse(request.body ?? {});
    if (!told.success) return refuseFields(reply, told.error);
    behaviour = told.data;
    attempts.clear();
    return behaviour;
  });
  app.post("/control/report", async (request, reply) => {
    const told = reportRequest.safeParse(request.body);
    if (!told.success) return refuseFields(reply, told.error);
    if (standIn.role === undefined) return refuse(reply, 409, "reports-nothing", "this system reports nothing to Gendan");
    const { key = `${standIn.system}-${randomUUID()}`, body, ...what } = told.data;
    const dueAt = Date.now();
    // A repeated report keeps its business time, so that it is the same report.
    const at = journal.reports.get(key)?.body["at"] ?? new Date(dueAt).toISOString();
    const answered = reporter.nextAttempt(key);
    const number = journal.next();
    const ordered: Report = { ...what, key, number, body: { at, ...body }, dueAt, by: "told", state: "waiting", tries: 0 };
    journal.write({ report: ordered });
    reporter.add([ordered]);
    return reply.code(202).send({ key, gendan: await answered });
  });
  app.post("/control/reset", async () => {
    behaviour = wellBehaved;
    reporter.forget();
    journal.write({ reset: true });
    return { reset: true };
  });
  return app;
}
