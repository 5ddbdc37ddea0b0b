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

/** The body contract of a command, when it has one. */
function contractOf(command: string): z.ZodType | undefined {
  return Object.entries<z.ZodType>(bodySchemas).find(([name]) => name === command)?.[1];
}

/** What a report says that its command's wire contract does not allow; `at` is the envelope's. */
export function wrongIn({ command, body: { at: _at, ...body } }: Reported): unknown {
  return contractOf(command)?.safeParse(body).error?.issues ?? (contractOf(command) ? undefined : `no command ${command}`);
}

/** Something in Gendan's place: remembers reports and answers as a test says (202 unless told otherwise). */
export async function gendan(answer: (reported: Reported) => number = () => 202) {
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

/** Stand-ins that end with the test. */
export async function standIns(options: Partial<StandInsOptions> = {}) {
  const started = await startStandIns({
    mode: "auto",
    gendanUrl: "http://127.0.0.1:9",
    token: (role, id) => Promise.resolve(`${role}/${id}`),
    delays,
    ...options,
  });
  onTestFinished(started.close);
  const say = (system: OutsideSystem, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${started.urls[system]}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  return {
    ...started,
    ask: (system: OutsideSystem, ask: string, body: unknown, key: string = crypto.randomUUID()) =>
      say(system, `/${ask}`, body, { "idempotency-key": key }),
    control: (system: OutsideSystem, what: string, body: unknown = {}) => say(system, `/control/${what}`, body),
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

/** Waits until something holds. */
export async function until(holds: () => void | Promise<void>): Promise<void> {
  await vi.waitFor(holds, { timeout: 8_000, interval: 5 });
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
