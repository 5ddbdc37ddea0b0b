import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { documentOf } from "../api/document.ts";

/** Part of `npm run generate`: writes the committed OpenAPI document anew. */
const file = fileURLToPath(new URL("../../openapi/gendan.json", import.meta.url));
await writeFile(file, await documentOf());
