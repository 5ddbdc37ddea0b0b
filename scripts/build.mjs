/** `npm run build`: what runs in production, in `dist/`. */
import { build } from "./setup/build.mjs";

await build();
