import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runServer } from "./server-process.ts";
import { prepareEmbedded } from "../temporal/namespace.ts";
import { settingsOrExit } from "../composition/process.ts";

/** The embedded Temporal dev server. */

const settings = settingsOrExit("engine");
const { GENDAN_HOME: home, TEMPORAL_PORT: port, TEMPORAL_UI_PORT: uiPort, EMBEDDED_CODEC_PATH: codecPath } = settings;
await mkdir(home, { recursive: true });
await runServer({
  name: "engine",
  program: settings.TEMPORAL_CLI,
  setting: "TEMPORAL_CLI",
  args: [
    ...["server", "start-dev", "--ip", "127.0.0.1", "--db-filename", join(home, "temporal.db")],
    ...["--port", String(port), "--ui-port", String(uiPort), "--log-level", "error"],
    ...(codecPath === undefined ? [] : ["--ui-codec-endpoint", `http://127.0.0.1:${settings.CODEC_PORT}/${codecPath}`]),
    // One shard and a poll rate of 20 a second: a single order would move on a grid of 50 ms (`docs/temporal.md`, Dev server and test servers).
    ...["--dynamic-config-value", "history.transferProcessorMaxPollRPS=1000"],
  ],
  serves: () => prepareEmbedded(`127.0.0.1:${port}`),
});
