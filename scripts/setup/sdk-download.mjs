/**
 * The SDK's own download, run as a program: `node sdk-download.mjs <kind> <version> <folder>`. The SDK knows where its servers
 * are published; it starts what it has downloaded, so this stops it again. Through the worker's runtime and not through
 * `@temporalio/testing`, which an installation for production (`npm ci --omit=dev`) does not have.
 */
import { DefaultLogger, Runtime } from "@temporalio/worker";
import { createRequire } from "node:module";

const [kind, version, downloadDir] = process.argv.slice(2);
const sdkVersion = createRequire(import.meta.url)("@temporalio/worker/package.json").version;
const exe = { type: "cached-download", downloadDir, version, ttl: 0, sdkName: "sdk-typescript", sdkVersion };
const common = { exe, port: null, extraArgs: [] };
const configs = {
  "dev-server": {
    ...common,
    type: "dev-server",
    ip: "127.0.0.1",
    ui: false,
    uiPort: null,
    namespace: "default",
    dbFilename: null,
    log: { format: "pretty", level: "warn" },
  },
  "time-skipping": { ...common, type: "time-skipping" },
};

try {
  const runtime = Runtime.install({ logger: new DefaultLogger("ERROR") });
  await runtime.shutdownEphemeralServer(await runtime.createEphemeralServer(configs[kind]));
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error.message.replaceAll("\n", " ")}\n`);
  process.exit(1);
}
