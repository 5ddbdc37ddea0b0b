import { register } from "tsx/esm/api";

// A thread does not take on its process's loader (Node 20 with tsx): TypeScript is taught to it here.
register();
await import("./pdf-thread.ts");
