import { setMaxListeners } from "node:events";
import { timeLimit } from "../node/time-limit.ts";
import type { Journal, Report } from "./journal.ts";

interface ReporterOptions {
  readonly journal: Journal;
  /** `auto`: planned reports are sent when due; `manual`: only those ordered by `POST /control/report`. */
  readonly mode: "auto" | "manual";
  /** Where Gendan's API is. */
  readonly gendanUrl: () => string;
  /** A token of the stand-in's machine. */
  readonly token: () => Promise<string>;
  /** The present misbehaviour of reports: copies of each (times its own `times`), and reverse order. */
  readonly manner: () => { readonly copies: number; readonly backwards: boolean };
}

/** Sends reports to Gendan, those of one order one after the other, each until Gendan accepts or refuses it. */
export interface Reporter {
  /** Adds reports that are already in the journal. */
  add(reports: readonly Report[]): void;
  /** Drops waiting reports of an order: of these commands, or all. */
  drop(orderNo: string, commands: readonly string[] | "all"): void;
  /** The commands of an order's waiting reports. */
  waiting(orderNo: string): string[];
  /** Gendan's answer to the next attempt of a report. */
  nextAttempt(key: string): Promise<string>;
  forget(): void;
  close(): Promise<void>;
}

/** Lanes that send at the same time. */
const CONCURRENCY = 16;
/** The first pause before a retry, ms; it doubles each time. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 15_000;
/** Time limit of an attempt, ms. */
const TIMEOUT = 10_000;

/** Statuses worth a retry: server errors, time-out, too early, too many requests, and a token that expired on the way. */
function isTemporary(status: number): boolean {
  return status >= 500 || status === 401 || status === 408 || status === 425 || status === 429;
}

/** Reports of one lane are sent one after the other: the planned ones of an order; each ordered one has a lane of its own. */
function laneOf({ by, orderNo, key }: Report): string {
  return by === "itself" ? `order ${orderNo}` : `report ${key}`;
}

function isEarlier(one: Report, other: Report): boolean {
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.number < other.number);
}

/** Opens a reporter and starts sending the reports that wait in the journal. */
export function openReporter({ journal, mode, gendanUrl, token, manner }: ReporterOptions): Reporter {
  const waiting = new Map<string, Report>();
  const retryAt = new Map<string, number>();
  const listeners = new Map<string, ((said: string) => void)[]>();
  const busy = new Map<string, Promise<void>>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  let timer: NodeJS.Timeout | undefined;

  const isSent = (report: Report): boolean => report.by === "told" || mode === "auto";

  function settle(report: Report): void {
    // It may have been dropped while it was being sent.
    if (journal.reports.get(report.key)?.state !== "waiting") return;
    journal.write({ report });
    if (report.state === "waiting") waiting.set(report.key, report);
    else waiting.delete(report.key);
  }

  async function attempt({ orderNo, command, key, body }: Report): Promise<{ state: Report["state"]; last: string }> {
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
        signal: timeLimit(TIMEOUT, closing.signal),
      });
      const text = await response.text();
      if (response.ok) return { state: "accepted", last: `${response.status}` };
      return {
        state: isTemporary(response.status) ? "waiting" : "refused",
        last: `${response.status} ${text.slice(0, 1_000)}`.trim(),
      };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return { state: "waiting", last: `no answer: ${cause instanceof Error ? cause.message : "unknown"}` };
    }
  }

  async function send(report: Report): Promise<void> {
    const copies = Array.from({ length: report.times * manner().copies }, () => attempt(report));
    const outcomes = await Promise.all(copies);
    const outcome = outcomes.find(({ state }) => state !== "accepted") ?? outcomes[0] ?? { state: "waiting", last: "" };
    if (closing.signal.aborted) return;
    const tries = report.tries + 1;
    if (outcome.state === "waiting")
      retryAt.set(report.key, Date.now() + Math.min(FIRST_PAUSE * 2 ** Math.min(tries - 1, 10), LONGEST_PAUSE));
    else retryAt.delete(report.key);
    settle({ ...report, ...outcome, tries });
    const said = `${outcome.state === "waiting" ? "will be retried: " : ""}${outcome.last}`;
    for (const listener of listeners.get(report.key) ?? []) listener(said);
    listeners.delete(report.key);
  }

  function pump(): void {
    clearTimeout(timer);
    if (closing.signal.aborted) return;
    const heads = new Map<string, Report>();
    const { backwards } = manner();
    for (const report of waiting.values()) {
      const head = heads.get(laneOf(report));
      const isFirst = !head || isEarlier(report, head) !== (backwards && report.by === "itself");
      if (isFirst && isSent(report)) heads.set(laneOf(report), report);
    }
    let next = Number.POSITIVE_INFINITY;
    for (const [name, report] of heads) {
      if (busy.has(name)) continue;
      const at = Math.max(report.dueAt, retryAt.get(report.key) ?? 0);
      if (at > Date.now()) next = Math.min(next, at);
      else if (busy.size < CONCURRENCY) {
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
      [...waiting.values()].filter((report) => report.orderNo === orderNo && isSent(report)).map(({ command }) => command),
    nextAttempt: (key) => new Promise((resolve) => listeners.set(key, [...(listeners.get(key) ?? []), resolve])),
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
