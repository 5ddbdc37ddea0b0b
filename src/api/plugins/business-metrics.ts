import fp from "fastify-plugin";
import { Counter, Gauge } from "prom-client";
import { rungs } from "../../domain/clock/watch.ts";
import { SECOND, type Ms } from "../../domain/time.ts";
import type { Database } from "../../records/database.ts";
import { readMetrics } from "../../records/metrics.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** Updates the business metrics from the records; never rejects. */
    refreshBusinessMetrics: () => Promise<void>;
  }
}

/** How long counts are reused, ms, so that several scrapers cost no more than one. */
const FRESH = 5 * SECOND;

interface BusinessMetricsOptions {
  readonly db: Database;
  readonly now: () => Ms;
}

/**
 * Prometheus metrics of the business, counted from the records. Every API process exports the same values, so dashboards take
 * their maximum. While the records are unreachable only `gendan_records_up` (0) is exported, as stale values would look current.
 */
export const businessMetrics = fp<BusinessMetricsOptions>(
  async (app, { db, now }) => {
    const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
      new Gauge({ name, help, labelNames, registers: [app.metrics] });
    const up = gauge("gendan_records_up", "1 while the records answer");
    const orders = gauge("gendan_orders_open", "Orders that have not ended, by status", "status");
    const open = gauge("gendan_duties_open", "Duties that are owed, overdue ones among them, by duty", "duty");
    const overdue = gauge("gendan_duties_overdue", "Duties that are overdue now, by duty", "duty");
    const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
      new Counter({ name, help, labelNames, registers: [app.metrics] });
    const told = counter("gendan_rungs_told_total", "Steps of ladders that were told, by step", "rung");
    const failed = counter("gendan_effects_failed_total", "Asks of outside systems that failed for good, by system", "system");
    const all = [orders, open, overdue, told, failed];

    let countedAt = -Infinity;
    app.decorate("refreshBusinessMetrics", async () => {
      if (performance.now() - countedAt < FRESH) return;
      try {
        const found = await readMetrics(db, now());
        for (const each of all) each.reset();
        for (const { status, count } of found.orders) orders.set({ status }, count);
        for (const row of found.duties) {
          open.set({ duty: row.duty }, row.open);
          overdue.set({ duty: row.duty }, row.overdue);
        }
        for (const rung of rungs) told.inc({ rung }, found.rungs.find((row) => row.rung === rung)?.count ?? 0);
        for (const { system, count } of found.failedEffects) failed.inc({ system }, count);
        up.set(1);
        countedAt = performance.now();
      } catch (error) {
        app.log.warn({ err: error }, "the records are unreachable: no business metrics");
        for (const each of all) each.reset();
        up.set(0);
      }
    });
  },
  { name: "business-metrics", dependencies: ["metrics"] },
);
