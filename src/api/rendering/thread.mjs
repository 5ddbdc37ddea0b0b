import { register } from "tsx/esm/api";

// In Node 20 a thread does not inherit the loader of its process (tsx), so it is registered here.
register();
export const { pdf, xlsx } = await import("./thread.ts");
