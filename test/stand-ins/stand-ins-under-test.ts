import { createServer, type IncomingHttpHeaders } from "node:http";
import { onTestFinished, vi } from "vitest";
import { z } from "zod";
import { bodySchemas } from "../../src/contracts/bodies.ts";
import type { OutsideSystem } from "../../src/domain/order/effects.ts";
import { startStandIns, type StandInsOptions } from "../../src/stand-ins/start.ts";

export interface Reported {
  readonly orderNo: string;
  readonly command: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** The body's schema of a command; `undefined` if there is no such command. */
function bodySchemaOf(command: string): z.ZodType | undefined {
  return Object.entries<z.ZodType>(bodySchemas).find(([name]) => name === command)?.[1];
}

/** What is wrong with a report's body by its command's schema, besides `at`. */
export function contractErrors({ command, body: { at: _at, ...body } }: Reported): unknown {
  return bodySchemaOf(command)?.safeParse(body).error?.issues ?? (bodySchemaOf(command) ? undefined : `no command ${command}`);
}

/** A server in place of Gendan's API: keeps the reports and answers as the test says (default: 202). */
export async function receiveReports(answer: (reported: Reported) => number = () => 202) {
  const reported: Reported[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const [, , orderNo = "", command = ""] = (request.url ?? "").split("/");
      const body = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
      const one = { orderNo: decodeURIComponent(orderNo), command, headers: request.headers, body };
      reported.push(one);
      response.writeHead(answer(one), { "content-type": "application/json" }).end('{"accepted":true}');
    });
  });
  let port = 0;
  const listen = async (): Promise<void> => {
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const address = server.address();
    if (address !== null && typeof address !== "string") port = address.port;
  };
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen();
  onTestFinished(close);
  return { url: `http://127.0.0.1:${port}`, reported, close, listen };
}

const delays = {
  "report-lead-time": 5,
  "report-progress": 15,
  "finish-production": 25,
  "answer-amendment": 5,
  "check-goods": 5,
  "arrange-transport": 5,
  dispatch: 5,
  "report-tracking": 15,
  "report-delivery": 25,
  "report-trace": 5,
};

/** Starts stand-ins, which are closed at the end of the test. */
export async function openStandIns(options: Partial<StandInsOptions> = {}) {
  const started = await startStandIns({
    mode: "auto",
    gendanUrl: "http://127.0.0.1:9",
    token: (role, id) => Promise.resolve(`${role}/${id}`),
    delays,
    ...options,
  });
  onTestFinished(started.close);
  const post = (system: OutsideSystem, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${started.urls[system]}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  return {
    ...started,
    ask: (system: OutsideSystem, ask: string, body: unknown, key: string = crypto.randomUUID()) =>
      post(system, `/${ask}`, body, { "idempotency-key": key }),
    control: (system: OutsideSystem, what: string, body: unknown = {}) => post(system, `/control/${what}`, body),
    state: async (system: OutsideSystem): Promise<StateShown> =>
      stateShown.parse(await (await fetch(`${started.urls[system]}/state`)).json()),
  };
}

const stateShown = z.looseObject({
  asks: z.array(z.looseObject({ ask: z.string(), key: z.string(), times: z.number(), orderNo: z.string() })),
  reports: z.array(
    z.looseObject({ command: z.string(), key: z.string(), state: z.string(), tries: z.number(), last: z.string().optional() }),
  ),
});
export type StateShown = z.infer<typeof stateShown>;

/** Waits until an assertion holds. */
export async function until(assertion: () => void | Promise<void>): Promise<void> {
  await vi.waitFor(assertion, { timeout: 8_000, interval: 5 });
}

export const lines = [{ model: "LED-A60", specification: "E27 9W 3000K", quantity: 100, unitPriceFen: 3_500 }];
export const address = { province: "广东", city: "中山", street: "…" };
export const place = { orderNo: "A-1", lines, custom: null, run: 1, plannedFinish: "2027-01-10", promisedDate: "2027-01-13" };
export const ship = {
  orderNo: "A-1",
  lines,
  carrier: "顺丰",
  method: "courier",
  recipient: "陈先生",
  phone: "+8613800000000",
  address,
};
