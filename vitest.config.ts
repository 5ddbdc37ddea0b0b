import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/sequencer.ts";

/** Scenarios share one `npm start`; these stop it, or need settings of their own. */
const starting = "test/scenarios/{calendar-and-absence,doubt,faults,h-courier-three-days,late-confirmation,readme}.test.ts";
const scenarios = "test/scenarios/**/*.test.ts";
/** On an engine, with real processes, or with thousands of orders. */
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
    // One pool for all projects. Three files at a time keep two cores busy: many of them wait, and a fork waits for vitest itself.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: [...engines, scenarios],
          // A file leaves nothing behind, so what it has loaded is there for the next. Not where there are clients of an engine: the SDK tries a
          // call again after its connection was closed, which would be an error of the next file.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "scenarios",
          include: [scenarios],
          exclude: [starting],
          globalSetup: ["test/support/built.ts", "test/support/shared-start.ts"],
        },
      },
      {
        extends: true,
        test: { name: "engines", include: engines },
      },
    ],
  },
});
