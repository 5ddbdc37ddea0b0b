import { randomBytes } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { acceptedSchema, answerSchema, commandStateSchema, orderSchema } from "../../contracts/answers.ts";
import { checkBody, commandSchema, orderNumber, examples } from "../../contracts/bodies.ts";
import { wrongPeople } from "../../contracts/named-people.ts";
import type { CommandName } from "../../domain/order/bodies.ts";
import { commandNames, commands } from "../../domain/order/chapters.ts";
import { view } from "../../domain/order/view.ts";
import type { Staff } from "../../domain/staff.ts";
import type { Caller } from "../../identity/verify.ts";
import { eventsOf } from "../../records/read.ts";
import { localeOf } from "../../texts/locale.ts";
import { refusalText } from "../../texts/refusals.ts";
import type { OutgoingCommand } from "../../application/commands.ts";
import { makeOrderNumber } from "../../application/order-number.ts";
import { canonical, sha256 } from "../../application/request-hash.ts";
import { keyMissing, keyOf } from "../requests/idempotency.ts";
import { problemOfOutcome } from "../responses/outcomes.ts";
import { createOrderAccessCheck } from "../order-access.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { callerOf } from "../plugins/identity.ts";
import { respondsAsync } from "../requests/prefer.ts";
import { problemResponses, ProblemError } from "../responses/problem.ts";
import { restrictAnsweredOrder, toHistoryLines, mayReadSome, omitHiddenFields } from "../visibility.ts";
import type { Routes } from "./routes.ts";

/** A request of a command, read and checked. */
interface CommandRequest<K extends CommandName> {
  readonly outgoing: OutgoingCommand<K>;
  readonly caller: Caller;
  /** Whether it is sent as a report, whose decision is not waited for. */
  readonly report: boolean;
  /** The number that a new order is to have, where the body says one. */
  readonly orderNo: string | undefined;
}

/** @throws ProblemError when key or body are not what they have to be */
function readCommand<K extends CommandName>(request: FastifyRequest, command: K, staff: Staff | undefined): CommandRequest<K> {
  const caller = callerOf(request);
  const report = respondsAsync(request) || caller.kind === "machine";
  const ownKey = keyOf(request);
  if (ownKey === undefined && caller.kind === "machine") throw keyMissing();
  const locale = localeOf(request.headers["accept-language"]);
  const said = checkBody(command, request.body ?? {}, locale);
  const errors = [...("errors" in said ? said.errors : []), ...wrongPeople(command, request.body, staff, locale)];
  if ("errors" in said || errors.length > 0) throw new ProblemError("invalid-body", { detail: "body-fields", errors });
  const { body, at, orderNo } = said;
  if (at !== undefined && caller.kind === "person") {
    // A person acts at the moment of the request: a time of their own choosing would be invented evidence.
    const early = [{ path: "at", message: "only a machine says when it happened" }];
    throw new ProblemError("invalid-body", { detail: "body-fields", errors: early });
  }
  const { id, roles, kind, deputyFor = [] } = caller;
  const actor = { id, roles, kind, ...(deputyFor.length === 0 ? {} : { deputyFor }) };
  const hash = sha256(command, id, canonical(said));
  const key = ownKey ?? randomBytes(16).toString("hex");
  return { outgoing: { command, body, actor, key, hash, at }, caller, report, orderNo };
}

/** The schema of each command's body, by its name in the OpenAPI document. Made once in a process. */
const requestBodies = new Map(
  commandNames.map((command) => [command, commandSchema(command).meta({ id: `${command}-body`, example: examples[command] })]),
);

/** A route for each command of the table. */
export function commandRoutes(dependencies: ApiDependencies): Routes {
  const { application, db, now, staff } = dependencies;
  const { commands: service } = application;
  const checkOrderAccess = createOrderAccessCheck(dependencies);

  function accept(request: FastifyRequest, reply: FastifyReply, location: string) {
    void reply.code(202).header("location", location);
    if (respondsAsync(request)) void reply.header("preference-applied", "respond-async");
    return { accepted: true as const };
  }

  /** Logs a command with the id of its workflow, by which it is found in the workers' logs and in the Temporal UI. */
  function log(request: FastifyRequest, orderNo: string, { outgoing: { command }, report }: CommandRequest<CommandName>): void {
    request.log.info({ workflowId: orderNo, command }, report ? "taken in" : "carried out");
  }

  async function receive(request: FastifyRequest, reply: FastifyReply) {
    const sent = readCommand(request, "receive", await staff());
    const { outgoing, caller, report } = sent;
    const orderNo = sent.orderNo ?? makeOrderNumber(caller.id, keyOf(request));
    const location = `/orders/${encodeURIComponent(orderNo)}`;
    if (report) {
      const outcome = await service.reportReceive(orderNo, outgoing);
      if (outcome.outcome !== "taken-in") throw problemOfOutcome(outcome);
      log(request, orderNo, sent);
      return accept(request, reply, location);
    }
    const outcome = await service.receive(orderNo, outgoing);
    if (outcome.outcome !== "answered") throw problemOfOutcome(outcome);
    log(request, orderNo, sent);
    void reply.code(201).header("location", location);
    return omitHiddenFields(caller, view(outcome.order, caller, now()));
  }

  async function send(request: FastifyRequest, reply: FastifyReply, orderNo: string, command: CommandName) {
    const sent = readCommand(request, command, await staff());
    const { outgoing, caller, report } = sent;
    const access = await checkOrderAccess(caller, orderNo);
    if (report) {
      const outcome = await (access === "own-duties"
        ? service.reportIfAllowed(orderNo, outgoing)
        : service.report(orderNo, outgoing));
      if (outcome.outcome !== "taken-in") throw problemOfOutcome(outcome);
      log(request, orderNo, sent);
      return accept(request, reply, `/orders/${encodeURIComponent(orderNo)}/commands/${encodeURIComponent(outgoing.key)}`);
    }
    const outcome = await service.send(orderNo, outgoing);
    if (outcome.outcome !== "answered") throw problemOfOutcome(outcome);
    log(request, orderNo, sent);
    const { order, events } = outcome;
    return { order: restrictAnsweredOrder(caller, view(order, caller, now())), events: toHistoryLines(caller, events) };
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
        const notFound = new ProblemError("not-found", { detail: "no-such-command" });
        // A caller who owed a duty on another's order and owes none now may not read about it any more.
        if (access === "own-duties" && !mayReadSome(caller, await eventsOf(db, orderNo), now())) throw notFound;
        const outcome = await service.stateOf(orderNo, caller.id, given);
        if (outcome.outcome === "waiting") return { state: "waiting" as const };
        if (outcome.outcome === "unknown") throw notFound;
        if (outcome.outcome !== "decided") throw problemOfOutcome(outcome);
        const { events } = outcome;
        const [first] = events;
        if (!first) throw notFound;
        const lines = toHistoryLines(caller, events);
        const refused = first.event === "command-refused" || first.event === "discrepancy-opened" ? first.data : undefined;
        if (!refused) return { state: "done" as const, events: lines };
        const detail = refusalText(refused.refusal, refused.details, localeOf(request.headers["accept-language"]));
        return { state: "refused" as const, reason: refused.refusal, detail, events: lines };
      },
    );
  };
}
