import { register } from "tsx/esm/api";

// A thread does not take on its process's loader (Node 20 with tsx): TypeScript is taught to it here.
register();
export const { pdf, xlsx } = await import("./thread.ts");
