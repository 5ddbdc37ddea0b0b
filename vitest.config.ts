import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Scenarios share one `npm start`; these stop it, or need settings of their own. */
const starting = "test/scenarios/{calendar-and-absence,doubt,faults,h-courier-three-days,late-confirmation,readme}.test.ts";
const scenarios = "test/scenarios/**/*.test.ts";
/** Fast tests side by side; those on an engine, real processes or thousands of orders two at a time: they mostly wait. */
const engines = [
  "test/workflows/*.test.ts",
  "test/bin/**/*.test.ts",
  "test/dev/**/*.test.ts",
  "test/temporal/connection.test.ts",
  "test/faults/*.test.ts",
  "test/records/performance.test.ts",
  starting,
];

export default defineConfig({
  test: {
    // Processes that tests start run what is built.
    globalSetup: "test/support/built.ts",
    // Nothing is said about speed: a busy machine takes its time, and what hangs is ended all the same.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    projects: [
      {
        extends: true,
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: [...engines, scenarios],
          // They leave nothing behind, so what one file has loaded is there for the next.
          isolate: false,
          // Vitest leaves a core to itself, which of two is half.
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "scenarios",
          include: [scenarios],
          exclude: [starting],
          globalSetup: ["test/support/built.ts", "test/support/shared-start.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: "engines", include: engines, maxWorkers: 2, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
