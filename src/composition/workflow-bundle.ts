import { bundleWorkflowCode, type Logger } from "@temporalio/worker";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { modulePath } from "../node/module-path.ts";
import { converterPaths } from "../temporal/codec/codec.ts";
import { noLookAhead } from "../temporal/no-look-ahead.ts";

/**
 * The workflows' code in one file, as a worker loads it. `npm run build` makes it once: a worker that bundles by itself spends
 * two seconds of CPU at each start. https://docs.temporal.io/develop/typescript/workers/run-worker-process#prebuilt-workflow-bundles
 * @param traced with the interceptors of OpenTelemetry, for a worker that traces
 */
export function workflowBundlePath(traced: boolean): string {
  return fileURLToPath(new URL(`../workflow-bundle/${traced ? "traced" : "plain"}.js`, import.meta.url));
}

/** Writes both bundles to where {@link workflowBundlePath} looks for them. */
export async function bundleWorkflows(logger: Logger): Promise<void> {
  const interceptors = createRequire(import.meta.url).resolve(
    "@temporalio/interceptors-opentelemetry-v2/lib/workflow-interceptors",
  );
  for (const traced of [false, true]) {
    const { code } = await bundleWorkflowCode({
      workflowsPath: modulePath("../workflows/workflows", import.meta.url),
      workflowInterceptorModules: traced ? [interceptors] : [],
      plugins: [noLookAhead],
      ...converterPaths,
      logger,
    });
    const path = workflowBundlePath(traced);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, code);
  }
}
