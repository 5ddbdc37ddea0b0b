import type { lookup } from "node:dns";
import { expect, test } from "vitest";
import { ForbiddenAddress, createGuardedLookup, mayReach, parseNetworks, refuseReceiver } from "../../src/webhooks/addresses.ts";

/** Addresses that are not on the public internet. */
const notPublic = [
  "0.0.0.0",
  "10.0.0.1",
  "100.64.0.1",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.1",
  "192.0.2.1",
  "192.168.1.1",
  "198.18.0.1",
  "203.0.113.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:10.0.0.1",
  "::ffff:a9fe:a9fe",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "2001:0:7f00:1::",
  "2001:db8::1",
  "::7f00:1",
  "::127.0.0.1",
  "::8.8.8.8",
  "::8.8.8.8%eth0",
  "fe80::1%eth0",
  "::a00:1",
  "64:ff9b::8.8.8.8",
  "64:ff9b:1::a00:1",
  "::ffff:0:127.0.0.1",
  "100::1",
  "fec0::1",
  "3fff::1",
  "5f00::1",
  "4000::1",
  "0.1.2.3",
  "198.19.255.255",
  "fc00::1",
  "fd12:3456::1",
  "fe80::1",
  "ff02::1",
  "nonsense",
  "",
];
test.each(notPublic)("%s may not be reached", (address) => {
  expect(mayReach(address, [])).toBe(false);
});
test.each(["1.1.1.1", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"])("%s may be reached", (address) => {
  expect(mayReach(address, [])).toBe(true);
});

test("addresses of allowed networks may be reached, those next to them may not", () => {
  const allowed = parseNetworks("10.1.0.0/16, fd00::/8");
  expect(["10.1.2.3", "::ffff:10.1.2.3", "fd00::7", "1.1.1.1"].filter((each) => mayReach(each, allowed))).toHaveLength(4);
  expect(["10.2.0.1", "127.0.0.1", "fc00::1"].filter((each) => mayReach(each, allowed))).toEqual([]);
});

test.each(["10.0.0.0", "10.0.0.0/99", "example.com/8"])("%s is refused as a network", (text) => {
  expect(() => parseNetworks(text)).toThrow(`${text} is not a network`);
});

/** URLs, and why they are refused as receivers. */
test.each([
  ["https://example.com/hook", undefined],
  ["https://1.1.1.1/hook", undefined],
  ["http://example.com/hook", "no-https"],
  ["ftp://example.com/", "no-address"],
  ["file:///etc/passwd", "no-address"],
  ["//example.com", "no-address"],
  ["https://user:secret@example.com/", "no-address"],
  ["https://127.0.0.1/", "not-public"],
  ["https://127.1/", "not-public"],
  ["https://2130706433/", "not-public"],
  ["https://0x7f000001/", "not-public"],
  ["https://0177.0.0.1/", "not-public"],
  ["https://[::1]/", "not-public"],
  ["https://[::ffff:127.0.0.1]/", "not-public"],
  ["https://169.254.169.254/latest/meta-data/", "not-public"],
  ["https://[::127.0.0.1]/h", "not-public"],
  ["https://[64:ff9b:1::7f00:1]/h", "not-public"],
  ["https://127.0.0.1./", "not-public"],
  ["https://１２７。０。０。１/", "not-public"],
  ["https://localhost/", "not-public"],
  ["https://localhost./", "not-public"],
  ["https://localhost%2e/", "not-public"],
  ["https://LOCALHOST:8080/", "not-public"],
  ["https://a.localhost./", "not-public"],
  ["https://printer.local/", "not-public"],
  ["https://metadata.google.internal/", "not-public"],
  ["https://metadata.google.internal./", "not-public"],
  ["https://router.home.arpa/", "not-public"],
  ["https://nas.lan/", "not-public"],
  ["https://metadata/", "not-public"],
  ["https://example.com./", undefined],
  ["https://notlocalhost.com/", undefined],
  ["https://mylocal.example/", undefined],
])("%s: %s", (url, why) => {
  expect(refuseReceiver(url, [])).toBe(why);
});

test("internal names are accepted where a private network is allowed; their addresses are checked when a delivery is sent", async () => {
  const allowed = parseNetworks("10.0.0.0/8");
  expect(refuseReceiver("http://erp.internal/hook", allowed)).toBeUndefined();
  expect(refuseReceiver("https://[::127.0.0.1]/hook", allowed)).toBe("not-public");
});

/** A DNS look-up with these answers. */
function resolvingTo(...addresses: string[]): typeof lookup {
  const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return ((_name: string, _options: unknown, done: (error: null, all: typeof found) => void) =>
    done(null, found)) as typeof lookup;
}
function guardedLookup(all: boolean, ...addresses: string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    createGuardedLookup([], resolvingTo(...addresses))("receiver.example", { all }, (error, address) =>
      error ? reject(error) : resolve(address),
    );
  });
}

test("a name is connected to only at its public addresses", async () => {
  expect(await guardedLookup(false, "1.1.1.1")).toBe("1.1.1.1");
  await expect(guardedLookup(false, "127.0.0.1")).rejects.toBeInstanceOf(ForbiddenAddress);
  await expect(guardedLookup(true, "::127.0.0.1", "64:ff9b::a00:1")).rejects.toBeInstanceOf(ForbiddenAddress);
  await expect(guardedLookup(true, "10.0.0.1", "::1")).rejects.toBeInstanceOf(ForbiddenAddress);
  // Of several addresses only the permitted ones are used.
  expect(await guardedLookup(false, "127.0.0.1", "1.1.1.1")).toBe("1.1.1.1");
  expect(await guardedLookup(true, "127.0.0.1", "1.1.1.1")).toEqual([{ address: "1.1.1.1", family: 4 }]);
});
