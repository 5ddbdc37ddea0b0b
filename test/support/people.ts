import { randomUUID } from "node:crypto";
import type { Bodies, CommandName } from "../../src/domain/order/bodies.ts";
import type { Role } from "../../src/domain/people.ts";
import type { Served } from "./gendan.ts";

/** An answer over HTTP, its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Whether no worker had the time to answer, so that the records did, which may be older than what somebody did last. */
export function isFromRecords({ headers }: Pick<Answer, "headers">): boolean {
  return headers.get("gendan-answered-from") === "records";
}

/** Somebody with a token, who sends requests as a program of theirs would. */
export interface Sender {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  /** Sends a command of an order. A machine's carries a key of its own. */
  send<K extends CommandName>(
    orderNo: string,
    command: K,
    body: Bodies[K] & { at?: string },
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

async function read(answer: Response): Promise<Answer> {
  const text = await answer.text();
  const json = (answer.headers.get("content-type") ?? "").includes("json");
  const body: unknown = json && text !== "" ? JSON.parse(text) : text;
  return { status: answer.status, headers: answer.headers, body };
}

export async function sender(gendan: Served, id: string, role: Role, machine = false): Promise<Sender> {
  const token = await gendan.token(id, role, machine);
  const authorization = `Bearer ${token}`;
  const post: Sender["post"] = async (path, body, headers = {}) =>
    read(
      await fetch(`${gendan.url}${path}`, {
        method: "POST",
        headers: {
          authorization,
          "content-type": "application/json",
          ...(machine ? { "idempotency-key": randomUUID() } : {}),
          ...headers,
        },
        body: JSON.stringify(body),
      }),
    );
  return {
    get: async (path) => read(await fetch(`${gendan.url}${path}`, { headers: { authorization } })),
    post,
    put: async (path, body) =>
      read(
        await fetch(`${gendan.url}${path}`, {
          method: "PUT",
          headers: { authorization, "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      ),
    send: (orderNo, command, body, headers) =>
      post(command === "receive" ? "/orders" : `/orders/${orderNo}/${command}`, body, headers),
  };
}
