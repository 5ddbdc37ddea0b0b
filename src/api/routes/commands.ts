import { createHash, randomBytes } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { acceptedSchema, answerSchema, commandStateSchema, orderSchema } from "../../contracts/answers.ts";
import { checkBody, commandSchema, orderNumber, type Said, examples } from "../../contracts/bodies.ts";
import { wrongPeople } from "../../contracts/named-people.ts";
import { scopedKey, sentUnder } from "../../contracts/keys.ts";
import type { CommandAnswer, CommandInput, CommandState } from "../../contracts/workflow.ts";
import type { CommandName } from "../../domain/order/bodies.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { commandNames, commands } from "../../domain/order/chapters.ts";
import { decide } from "../../domain/order/decide.ts";
import { replay } from "../../domain/order/evolve.ts";
import { authorise, permitted } from "../../domain/order/permission.ts";
import { isRefusal } from "../../domain/order/refusals.ts";
import { view } from "../../domain/order/view.ts";
import type { Staff } from "../../domain/staff.ts";
import { iso } from "../../domain/time.ts";
import type { Caller } from "../../identity/verify.ts";
import { eventsOf } from "../../records/read.ts";
import { localeOf } from "../../texts/locale.ts";
import { refusalText } from "../../texts/refusals.ts";
import { canonical, keyMissing, keyOf, sha256 } from "../idempotency.ts";
import { openingOf } from "../../application/opening.ts";
import { createOrderAccessCheck } from "../order-access.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { callerOf } from "../plugins/identity.ts";
import { respondsAsync } from "../requests/prefer.ts";
import { allWith, recorded, recordedSoon } from "../reading.ts";
import { problemResponses, ProblemError, problemOfRefusal } from "../responses/problem.ts";
import { restrictAnsweredOrder, toHistoryLines, mayReadSome, mayReadOrderOf, omitHiddenFields } from "../visibility.ts";
import type { Routes } from "./routes.ts";

/** Crockford's base 32: nothing that is mistaken for something else on the telephone. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
function numberFrom(bytes: Uint8Array): string {
  return `SO-${[...bytes.subarray(0, 12)].map((byte) => DIGITS[byte % 32]).join("")}`;
}

/** A request of a command, read and checked. */
interface Sent<K extends CommandName> {
  readonly command: K;
  readonly said: Said<K>;
  readonly caller: Caller;
  /** As the caller said it. */
  readonly key: string;
  readonly report: boolean;
  readonly input: CommandInput & { readonly key: string };
}

function read<K extends CommandName>(request: FastifyRequest, command: K, now: number, staff: Staff | undefined): Sent<K> {
  const caller = callerOf(request);
  const asynchronously = respondsAsync(request);
  const report = asynchronously || caller.kind === "machine";
  const given = keyOf(request);
  if (given === undefined && caller.kind === "machine") throw keyMissing();
  const locale = localeOf(request.headers["accept-language"]);
  const said = checkBody(command, request.body ?? {}, locale);
  const errors = [...("errors" in said ? said.errors : []), ...wrongPeople(command, request.body, staff, locale)];
  if ("errors" in said || errors.length > 0) throw new ProblemError("invalid-body", { detail: "body-fields", errors });
  if (said.at !== undefined && caller.kind === "person") {
    // People act when they act: a time of their own choosing would be evidence made up.
    const early = [{ path: "at", message: "only a machine says when it happened" }];
    throw new ProblemError("invalid-body", { detail: "body-fields", errors: early });
  }
  const key = given ?? randomBytes(16).toString("hex");
  const { id, roles, kind, deputyFor = [] } = caller;
  const input = {
    actor: { id, roles, kind, ...(deputyFor.length === 0 ? {} : { deputyFor }) },
    body: said.body,
    key: scopedKey(id, key),
    hash: sha256(command, id, canonical(said)),
    ...(said.at === undefined ? {} : { at: said.at }),
    ...(report ? { receivedAt: iso(now) } : {}),
    checked: true,
  };
  return { command, said, caller, key, report, input };
}

/** What a request of each command says, under a name of its own in the OpenAPI document; made once a process. */
const requestBodies = new Map(
  commandNames.map((command) => [command, commandSchema(command).meta({ id: `${command}-body`, example: examples[command] })]),
);

/** The routes of the commands: one a row of the table, and nothing said twice. */
export function commandRoutes(dependencies: ApiDependencies): Routes {
  const { engine, db, now, staff } = dependencies;
  const { begin, recordOf, askAgain, reportAgain } = openingOf(dependencies);
  const checkOrderAccess = createOrderAccessCheck(dependencies);

  /** The answer to a repeated key, as far as it is on record. */
  function repeated(events: readonly OrderEvent[], { input }: Sent<CommandName>): CommandAnswer | undefined {
    const before = sentUnder(events, input.key);
    const [first] = before;
    if (!first) return undefined;
    if (first.hash !== input.hash) throw new ProblemError("idempotency-conflict", { detail: "key-used" });
    return { events: before, hash: first.hash ?? "" };
  }

  function checked(answer: CommandAnswer, { input }: Sent<CommandName>): CommandAnswer {
    if (answer.hash !== input.hash) throw new ProblemError("idempotency-conflict", { detail: "key-used" });
    return answer;
  }

  /** A report of a key that was used with another body is refused before it is sent. */
  async function conflictFree(orderNo: string, { input }: Sent<CommandName>, noOrder: ProblemError): Promise<void> {
    const state: CommandState = await engine.state(orderNo, input.key);
    if (state.state === "no-order") throw noOrder;
    if (state.state === "unknown" && state.full) throw problemOfRefusal({ refused: "order-full", details: {}, permitted: [] });
    if (state.state !== "unknown" && state.hash !== undefined && state.hash !== input.hash) {
      throw new ProblemError("idempotency-conflict", { detail: "key-used" });
    }
  }

  /** An order whose run has ended: answered from its record, or opened again by what may still be said of it. */
  async function ended(orderNo: string, sent: Sent<CommandName>): Promise<CommandAnswer | "reported"> {
    const { command, input, caller, said } = sent;
    const events = await recordOf(orderNo);
    const order = replay(events);
    const visible = authorise(order, command, caller);
    if (isRefusal(visible)) throw problemOfRefusal({ ...visible, permitted: permitted(order, caller, now()) });
    const before = repeated(events, sent);
    if (before) return before;
    if (!sent.report) return askAgain(orderNo, events, command, said.body, input, caller);
    await reportAgain(orderNo, events, command, input);
    return "reported";
  }

  function accepted(
    request: FastifyRequest,
    reply: FastifyReply,
    orderNo: string,
    { key }: Sent<CommandName>,
    location?: string,
  ) {
    void reply
      .code(202)
      .header("location", location ?? `/orders/${encodeURIComponent(orderNo)}/commands/${encodeURIComponent(key)}`);
    if (respondsAsync(request)) void reply.header("preference-applied", "respond-async");
    return { accepted: true as const };
  }

  /** By which a request is found in the logs of the workers, and in the engine: the order's number is its workflow's id. */
  function log(request: FastifyRequest, orderNo: string, { command, report }: Sent<CommandName>): void {
    request.log.info({ workflowId: orderNo, command }, report ? "taken in" : "carried out");
  }

  async function receive(request: FastifyRequest, reply: FastifyReply) {
    const sent = read(request, "receive", now(), await staff());
    const { caller, input, said, report } = sent;
    const may = authorise(undefined, "receive", caller);
    if (isRefusal(may)) throw new ProblemError("forbidden", { detail: "role-missing" });
    const own = said.orderNo;
    const given = keyOf(request);
    const orderNo =
      own ?? numberFrom(given === undefined ? randomBytes(12) : createHash("sha256").update(sha256(caller.id, given)).digest());
    const location = `/orders/${encodeURIComponent(orderNo)}`;
    const start = { argument: await begin(orderNo), fresh: true };

    const trial = decide(
      undefined,
      { command: "receive", body: said.body, actor: caller, key: input.key, hash: "", at: now(), receivedAt: now() },
      start.argument,
    );
    // Whose order it would be is decided before a run is begun for it.
    if (isRefusal(trial))
      throw trial.refused === "order-full"
        ? problemOfRefusal({ ...trial, permitted: [] })
        : new ProblemError("forbidden", { detail: "role-missing" });

    const events = await recorded(db, orderNo);
    // Of an order that is somebody else's by now, nobody is told whose key it was received under.
    const before = events.length > 0 && mayReadOrderOf(caller, replay(events).salesRep) ? repeated(events, sent) : undefined;
    const exists = () => problemOfRefusal({ refused: "order-exists", details: {}, permitted: [] });
    if (events.length > 0 && !before) throw exists();
    if (report) {
      if (!before) {
        await conflictFree(orderNo, sent, exists());
        if (!(await engine.report(orderNo, "receive", input, start))) throw exists();
      }
      log(request, orderNo, sent);
      return accepted(request, reply, orderNo, sent, location);
    }
    const answer = before ?? (await engine.ask(orderNo, "receive", input, start));
    if (!answer) throw exists();
    log(request, orderNo, sent);
    const all = await allWith(dependencies, orderNo, checked(answer, sent).events);
    void reply.code(201).header("location", location);
    return omitHiddenFields(caller, view(replay(all), caller, now()));
  }

  async function send(request: FastifyRequest, reply: FastifyReply, orderNo: string, command: CommandName) {
    const sent = read(request, command, now(), await staff());
    const { caller, input, report } = sent;
    const access = await checkOrderAccess(caller, orderNo);
    if (report) {
      if (access === "own-duties") {
        const may = authorise(replay(await eventsOf(db, orderNo)), command, caller);
        if (isRefusal(may)) throw problemOfRefusal({ ...may, permitted: [] });
      }
      await conflictFree(orderNo, sent, new ProblemError("not-found", { detail: "no-such-order" }));
      if (!(await engine.report(orderNo, command, input))) await ended(orderNo, sent);
      log(request, orderNo, sent);
      return accepted(request, reply, orderNo, sent);
    }
    const answer = (await engine.ask(orderNo, command, input)) ?? (await ended(orderNo, sent));
    if (answer === "reported") return accepted(request, reply, orderNo, sent);
    const { events } = checked(answer, sent);
    log(request, orderNo, sent);
    const order = view(replay(await allWith(dependencies, orderNo, events)), caller, now());
    return { order: restrictAnsweredOrder(caller, order), events: toHistoryLines(caller, events) };
  }

  const headers = z.object({
    "idempotency-key": z
      .string()
      .max(200)
      .optional()
      .meta({ description: "The same key with the same body gives the same answer once; a machine must send one" }),
    prefer: z
      .string()
      .optional()
      .meta({ description: "`respond-async`: report it instead of waiting for the answer (RFC 7240)" }),
    "accept-language": z.string().optional().meta({ description: "`zh` or `en`: the language of problems" }),
  });

  return async function routesOfCommands(app) {
    for (const command of commandNames) {
      const { by, rule, machine, stages } = commands[command];
      const when = stages ? `In stage ${stages.join(", ")}.` : "";
      const who = `By ${by.join(", ")}${by.includes("supervisor") ? ", management" : ""}${machine ? "; a machine may report it" : ""}.`;
      const body = requestBodies.get(command);
      const schema = {
        tags: ["commands"],
        operationId: command,
        summary: command,
        description: `Rule ${rule}. ${who} ${when}`.trim(),
        headers,
        body,
      };
      const refusals = problemResponses(400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503);
      const config = { access: by, machine: machine === true };
      if (command === "receive") {
        app.post(
          "/orders",
          { config, schema: { ...schema, response: { 201: orderSchema, 202: acceptedSchema, ...refusals } } },
          receive,
        );
        continue;
      }
      app.post(
        `/orders/:orderNo/${command}`,
        {
          config,
          schema: {
            ...schema,
            params: z.object({ orderNo: orderNumber }),
            response: { 200: answerSchema, 202: acceptedSchema, ...refusals },
          },
        },
        (request, reply) => send(request, reply, request.params.orderNo, command),
      );
    }

    app.get(
      "/orders/:orderNo/commands/:key",
      {
        config: { access: "authenticated", machine: true },
        schema: {
          tags: ["commands"],
          operationId: "command-state",
          summary: "What became of a command",
          params: z.object({ orderNo: orderNumber, key: z.string().min(1).max(200) }),
          response: { 200: commandStateSchema, ...problemResponses(401, 404, 422, 429, 500, 503) },
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const { orderNo, key: given } = request.params;
        const access = await checkOrderAccess(caller, orderNo, "no-such-command");
        const nothing = new ProblemError("not-found", { detail: "no-such-command" });
        // Of something that was theirs to do and is no more, they are told no more.
        if (access === "own-duties" && !mayReadSome(caller, await eventsOf(db, orderNo), now())) throw nothing;
        const key = scopedKey(caller.id, given);
        const state = await engine.state(orderNo, key);
        if (state.state === "no-order") throw nothing;
        if (state.state === "waiting") return { state: "waiting" as const };
        const events = state.state === "unknown" ? sentUnder(await eventsOf(db, orderNo), key) : state.events;
        const [first] = events;
        // What is durable must not be said to be unknown because no worker could be asked.
        if (!first && state.state === "unknown" && state.unsure)
          throw new ProblemError("unavailable", { detail: "cannot-be-said", retryAfter: 2 });
        if (!first) throw nothing;
        await recordedSoon(db, orderNo, events);
        const lines = toHistoryLines(caller, events);
        const refused = first.event === "command-refused" || first.event === "discrepancy-opened" ? first.data : undefined;
        if (!refused) return { state: "done" as const, events: lines };
        const detail = refusalText(refused.refusal, refused.details, localeOf(request.headers["accept-language"]));
        return { state: "refused" as const, reason: refused.refusal, detail, events: lines };
      },
    );
  };
}
