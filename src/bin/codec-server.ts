import { buildCodecServer } from "../temporal/codec/server.ts";
import { createVerifier } from "../identity/verify.ts";
import { keysOrExit } from "../composition/keys.ts";
import { LOOPBACK, whyNot } from "../dev/ports.ts";
import { exit, onStop, openLog, settingsOrExit, tellReady } from "../composition/process.ts";
import { trustOrExit } from "../composition/trust.ts";

/** `npm run codec-server`: makes what the engine holds readable for the Temporal UI and CLI. */

const settings = settingsOrExit("codec-server");
const { HOST: host, CODEC_PORT: port, CODEC_UI_ORIGIN: origins, EMBEDDED_CODEC_PATH: openPath } = settings;
if (origins.length === 0) exit("codec-server", "CODEC_UI_ORIGIN: is needed; where the Temporal UI is must be said");
// The way without a token is the supervisor's own, and for this machine only.
const embedded = process.connected && openPath !== undefined;
const log = openLog("codec-server", settings.LOG_LEVEL ?? "info");
const app = await buildCodecServer({
  ring: await keysOrExit("codec-server", settings),
  verify: createVerifier(await trustOrExit("codec-server", settings)),
  origins,
  openPath: embedded ? openPath : undefined,
  rateLimit: settings.RATE_LIMIT,
  logger: log,
});
onStop(() => app.close());
const at = embedded ? LOOPBACK : host;
await app
  .listen({ port, host: at })
  .catch(async (error: unknown) => exit("codec-server", `CODEC_PORT: ${(await whyNot(at, port)) ?? String(error)}`));
tellReady();
