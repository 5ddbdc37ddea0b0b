import { join } from "node:path";
import { openLocalIssuer } from "../identity/local-keys.ts";
import { startStandIns } from "../stand-ins/start.ts";
import { urlOf } from "./ports.ts";
import { exit, onStop, settingsOrExit, tellReady } from "../composition/process.ts";

/** The stand-ins of the four outside systems as a process of their own. */
const settings = settingsOrExit("stand-ins");
const { GENDAN_HOME: home, HOST: host, PORT: port } = settings;
const [production = 0, warehouse = 0, logistics = 0, messages = 0] = settings.EMBEDDED_STAND_IN_PORTS.split(",").map(Number);
const issuer = await openLocalIssuer(home).catch((error: unknown) => exit("stand-ins", String(error)));
const standIns = await startStandIns({
  mode: settings.STAND_INS,
  gendanUrl: urlOf(host, port),
  token: (role, id) => issuer.issueToken({ id, roles: [role], machine: true, ttl: "PT1H" }),
  ports: { production, warehouse, logistics, messages },
  pace: settings.STAND_INS_PACE,
  home: join(home, "stand-ins"),
}).catch((error: unknown) => exit("stand-ins", error instanceof Error ? error.message : String(error)));
onStop(() => standIns.close());
tellReady({ urls: standIns.urls });
