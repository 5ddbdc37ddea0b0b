import { meanings } from "../contracts/outside.ts";
import type { Behaviour } from "./behaviour.ts";
import type { Asked, Report } from "./journal.ts";
import type { StandIn } from "./kernel.ts";

/** What the page and `/state` show, newest first. */
export interface State {
  readonly system: StandIn["system"];
  readonly mode: "auto" | "manual";
  readonly behaviour: Behaviour;
  readonly asks: readonly Asked[];
  readonly reports: readonly Report[];
  /** Keys that were repeated before their `Retry-After` had passed. */
  readonly hurried: readonly string[];
}

const SHOWN = 200;
const replacements: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Escapes a value for HTML: everything on these pages comes from outside. */
function escape(text: unknown): string {
  const shown = typeof text === "string" ? text : text === undefined ? "" : JSON.stringify(text);
  return shown.replace(/[&<>"']/g, (character) => replacements[character] ?? "");
}

function details(value: unknown): string {
  return `<details><summary><code>${escape(JSON.stringify(value).slice(0, 80))}</code></summary><pre>${escape(JSON.stringify(value, null, 2))}</pre></details>`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "<p>还没有 · nothing yet</p>";
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("\n");
  return `<table><thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead><tbody>${body}</tbody></table>`;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
}

function people(value: unknown): string {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return (
    list
      .map((one) => [field(one, "name") ?? field(one, "id"), `(${String(field(one, "role"))})`].filter(Boolean).join(" "))
      .join(", ") || "–"
  );
}

function message({ at, orderNo, body, answer, times }: Asked): string {
  const written = (language: string): string => {
    const text = field(field(body, "texts"), language);
    return `<section lang="${language}"><h3>${escape(field(text, "subject"))}</h3><p class="text">${escape(field(text, "body"))}</p></section>`;
  };
  return `<article><p>${escape(at)} · <b>${escape(orderNo)}</b> · ${escape(field(body, "message"))} · ×${escape(times)}</p>
<p>送达 delivered: ${escape(people(field(answer, "delivered")))}<br>未送达 unreached: ${escape(people(field(answer, "unreached")))}</p>
${written("zh")}${written("en")}</article>`;
}

function meaning(system: StandIn["system"], ask: string): string {
  return Object.entries(meanings[system]).find(([name]) => name === ask)?.[1] ?? "";
}

function asksTable({ system, asks }: State): string {
  const rows = asks
    .slice(0, SHOWN)
    .map((one) => [
      escape(one.at),
      `<b>${escape(one.orderNo)}</b>`,
      `<code>${escape(one.ask)}</code><br><small>${escape(meaning(system, one.ask))}</small>`,
      details(one.body),
      details(one.answer),
      escape(one.times),
    ]);
  return table(["时间 at", "订单 order", "要求 asked", "内容 what", "答复 answer", "次数 times"], rows);
}

function reportsTable({ reports }: State): string {
  const rows = reports
    .slice(0, SHOWN)
    .map((one) => [
      escape(new Date(one.dueAt).toISOString()),
      `<b>${escape(one.orderNo)}</b>`,
      `<code>${escape(one.command)}</code>`,
      details(one.body),
      `${escape(one.state)} (${escape(one.tries)})`,
      escape(one.last),
    ]);
  return table(["时间 due", "订单 order", "回报 reports", "内容 what", "状态 state (tries)", "跟单系统答复 Gendan said"], rows);
}

const STYLE = `body{font:15px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;margin:2rem;max-width:90rem}table{border-collapse:collapse;width:100%}
th,td{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top}pre,.text{white-space:pre-wrap;overflow-wrap:anywhere}
article{border:1px solid #ccc;padding:.2rem 1rem;margin:1rem 0}section{border-left:3px solid #ccc;padding-left:1rem;margin:.5rem 0}`;

/** Renders the stand-in's page: requests or messages, reports, behaviour. */
export function renderStatePage(title: string, state: State): string {
  const count = (all: readonly unknown[]): string => (all.length > SHOWN ? `${SHOWN} / ${all.length}` : `${all.length}`);
  const main =
    state.system === "messages"
      ? `<h2>发出的消息 Messages sent (${count(state.asks)})</h2>${state.asks.slice(0, SHOWN).map(message).join("\n") || "<p>还没有 · nothing yet</p>"}`
      : `<h2>收到的要求 What was asked (${count(state.asks)})</h2>${asksTable(state)}<h2>回报 Reported to Gendan (${count(state.reports)})</h2>${reportsTable(state)}`;
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escape(title)}</title><style>${STYLE}</style></head><body>
<h1>${escape(title)}</h1>
<p>替身 stand-in · ${state.mode === "auto" ? "自动 auto: it carries orders on by itself" : "手动 manual: it reports when told to"} ·
<a href="/">刷新 refresh</a> · <a href="/state">/state</a> · <a href="/openapi.json">/openapi.json</a></p>
<p>行为 behaviour: <code>${escape(JSON.stringify(state.behaviour))}</code></p>
${main}</body></html>`;
}
