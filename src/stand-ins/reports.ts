import { setMaxListeners } from "node:events";
import { timeLimit } from "../node/time-limit.ts";
import type { Journal, Report } from "./journal.ts";

interface ReporterOptions {
  readonly journal: Journal;
  /** `auto`: what a stand-in planned by itself is sent when due; `manual`: only what it was told to send. */
  readonly mode: "auto" | "manual";
  /** Where Gendan's API is. */
  readonly gendanUrl: () => string;
  /** A machine's token of the stand-in's department. */
  readonly token: () => Promise<string>;
  /** How often each report is sent, beside its own `times`, and whether an order's last one goes first. */
  readonly manner: () => { readonly copies: number; readonly backwards: boolean };
}

/** Sends reports to Gendan: those of one order in their order, each until Gendan took it on or refused it. */
export interface Reporter {
  /** Reports that the journal holds already. */
  add(reports: readonly Report[]): void;
  /** No longer to be sent: these commands of an order, or all. */
  drop(orderNo: string, commands: readonly string[] | "all"): void;
  /** Commands of an order that wait to be sent. */
  waiting(orderNo: string): string[];
  /** What Gendan said to the first try at a report. */
  firstTry(key: string): Promise<string>;
  forget(): void;
  close(): Promise<void>;
}

const AT_ONCE = 16;
const FIRST_WAIT = 200;
const LONGEST_WAIT = 15_000;
const ONE_TRY = 10_000;

/** What may pass: no answer, too early, too many, a server's fault, a token that ran out on the way. */
function mayPass(status: number): boolean {
  return status >= 500 || status === 401 || status === 408 || status === 425 || status === 429;
}

/** Told reports go at once, whatever waits; planned ones wait for the earlier ones of their order. */
function lane({ by, orderNo, key }: Report): string {
  return by === "itself" ? `order ${orderNo}` : `report ${key}`;
}

function earlier(one: Report, other: Report): boolean {
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.number < other.number);
}

export function openReporter({ journal, mode, gendanUrl, token, manner }: ReporterOptions): Reporter {
  const waiting = new Map<string, Report>();
  const retryAt = new Map<string, number>();
  const listeners = new Map<string, ((said: string) => void)[]>();
  const busy = new Map<string, Promise<void>>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  let timer: NodeJS.Timeout | undefined;

  const sent = (report: Report): boolean => report.by === "told" || mode === "auto";

  function settle(report: Report): void {
    // It may have been dropped while it was under way.
    if (journal.reports.get(report.key)?.state !== "waiting") return;
    journal.write({ report });
    if (report.state === "waiting") waiting.set(report.key, report);
    else waiting.delete(report.key);
  }

  async function tryOnce({ orderNo, command, key, body }: Report): Promise<{ state: Report["state"]; last: string }> {
    try {
      const response = await fetch(`${gendanUrl().replace(/\/$/, "")}/orders/${encodeURIComponent(orderNo)}/${command}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${await token()}`,
          "idempotency-key": encodeURI(key),
        },
        body: JSON.stringify(body),
        redirect: "manual",
        signal: timeLimit(ONE_TRY, closing.signal),
      });
      const text = await response.text();
      if (response.ok) return { state: "accepted", last: `${response.status}` };
      return {
        state: mayPass(response.status) ? "waiting" : "refused",
        last: `${response.status} ${text.slice(0, 1_000)}`.trim(),
      };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return { state: "waiting", last: `no answer: ${cause instanceof Error ? cause.message : "unknown"}` };
    }
  }

  async function send(report: Report): Promise<void> {
    const copies = Array.from({ length: report.times * manner().copies }, () => tryOnce(report));
    const outcomes = await Promise.all(copies);
    const outcome = outcomes.find(({ state }) => state !== "accepted") ?? outcomes[0] ?? { state: "waiting", last: "" };
    if (closing.signal.aborted) return;
    const tries = report.tries + 1;
    if (outcome.state === "waiting")
      retryAt.set(report.key, Date.now() + Math.min(FIRST_WAIT * 2 ** Math.min(tries - 1, 10), LONGEST_WAIT));
    else retryAt.delete(report.key);
    settle({ ...report, ...outcome, tries });
    const said = `${outcome.state === "waiting" ? "will be tried again: " : ""}${outcome.last}`;
    for (const listener of listeners.get(report.key) ?? []) listener(said);
    listeners.delete(report.key);
  }

  function pump(): void {
    clearTimeout(timer);
    if (closing.signal.aborted) return;
    const heads = new Map<string, Report>();
    const { backwards } = manner();
    for (const report of waiting.values()) {
      const head = heads.get(lane(report));
      const isFirst = !head || earlier(report, head) !== (backwards && report.by === "itself");
      if (isFirst && sent(report)) heads.set(lane(report), report);
    }
    let next = Number.POSITIVE_INFINITY;
    for (const [name, report] of heads) {
      if (busy.has(name)) continue;
      const at = Math.max(report.dueAt, retryAt.get(report.key) ?? 0);
      if (at > Date.now()) next = Math.min(next, at);
      else if (busy.size < AT_ONCE) {
        busy.set(
          name,
          send(report).finally(() => {
            busy.delete(name);
            pump();
          }),
        );
      }
    }
    if (next < Number.POSITIVE_INFINITY) timer = setTimeout(pump, Math.min(next - Date.now() + 1, 60_000));
  }

  for (const report of journal.reports.values()) if (report.state === "waiting") waiting.set(report.key, report);
  pump();

  return {
    add: (reports) => {
      for (const report of reports) waiting.set(report.key, report);
      pump();
    },
    drop: (orderNo, commands) => {
      for (const report of waiting.values()) {
        if (report.orderNo !== orderNo || report.by === "told" || (commands !== "all" && !commands.includes(report.command)))
          continue;
        journal.write({ report: { ...report, state: "dropped" } });
        waiting.delete(report.key);
        retryAt.delete(report.key);
      }
    },
    waiting: (orderNo) =>
      [...waiting.values()].filter((report) => report.orderNo === orderNo && sent(report)).map(({ command }) => command),
    firstTry: (key) => new Promise((resolve) => listeners.set(key, [...(listeners.get(key) ?? []), resolve])),
    forget: () => {
      waiting.clear();
      retryAt.clear();
    },
    close: async () => {
      closing.abort();
      clearTimeout(timer);
      await Promise.all(busy.values());
    },
  };
}
