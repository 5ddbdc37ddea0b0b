import { Counter, Gauge, type Registry } from "prom-client";
import { restoreReasons } from "../domain/order/events.ts";
import { SECOND, type Ms } from "../domain/time.ts";
import { clockNames } from "./clocks.ts";
import type { Watchman } from "./watchman.ts";

/** Orders that were opened again by this process, by why they were not carried on. */
export function restoredOrders(): Counter<"why"> {
  const counter = new Counter({
    name: "gendan_orders_restored_total",
    help: "Orders that nothing carried on though they were not over, opened again from their record",
    labelNames: ["why"] as const,
    registers: [],
  });
  for (const why of restoreReasons) counter.inc({ why }, 0);
  return counter;
}

/** What the dead-man check found, for Prometheus. That it looks at all shows in when it last did. */
export function clockMetrics(registry: Registry, watchman: Watchman, now: () => Ms): void {
  const stopped = new Gauge({
    name: "gendan_clock_stopped",
    help: "1 while one of the service's own clocks stands",
    labelNames: ["clock"] as const,
    registers: [],
    collect() {
      for (const clock of clockNames) this.set({ clock }, watchman.standings()[clock].state === "stopped" ? 1 : 0);
    },
  });
  const lag = new Gauge({
    name: "gendan_clock_lag_seconds",
    help: "How long ago the oldest due time passed that nobody has been told of; 0 when there is none",
    registers: [],
    collect() {
      this.set(watchman.lag() / SECOND);
    },
  });
  const age = new Gauge({
    name: "gendan_clock_check_age_seconds",
    help: "How long ago this process last looked at the clocks",
    registers: [],
    collect() {
      const at = watchman.lookedAt();
      this.set(at === undefined ? Number.POSITIVE_INFINITY : (now() - at) / SECOND);
    },
  });
  for (const gauge of [stopped, lag, age]) registry.registerMetric(gauge);
}
