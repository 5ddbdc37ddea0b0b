import { mkdirSync, writeFileSync } from "node:fs";
import { openApiText, systems } from "../stand-ins/openapi.ts";

/** Part of `npm run generate`: writes the contracts of the outside systems to `openapi/`. */
const folder = new URL("../../openapi/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const system of systems) writeFileSync(new URL(`${system}.json`, folder), openApiText(system));
