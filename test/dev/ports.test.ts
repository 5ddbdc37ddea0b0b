import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePort, urlOf, whyNot } from "../../src/dev/ports.ts";

test("a port in use is said to be, a free one is not", async () => {
  const port = await freePort("127.0.0.1");
  expect(await whyNot("127.0.0.1", port)).toBeUndefined();
  const server = createServer().listen(port, "127.0.0.1");
  await new Promise((resolve) => void server.once("listening", resolve));
  expect(await whyNot("127.0.0.1", port)).toBe(`port ${port} is in use`);
  server.close();
});

test("a host that is not this machine's is said to be the trouble", async () => {
  expect(await whyNot("192.0.2.1", 0)).toBe("192.0.2.1 is no address of this machine (HOST)");
});

test("a server that listens everywhere is called on the loopback", () => {
  expect(urlOf("0.0.0.0", 1)).toBe("http://127.0.0.1:1");
  expect(urlOf("::", 1)).toBe("http://[::1]:1");
  expect(urlOf("127.0.0.1", 3000)).toBe("http://127.0.0.1:3000");
});
