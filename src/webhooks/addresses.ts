import ipaddr from "ipaddr.js";
import { lookup } from "node:dns";
import { isIPv6, type LookupFunction } from "node:net";

/** Networks that may be reached beside the public internet, as CIDR: `10.1.0.0/16`, `fd00::/8`. */
export type Networks = readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

/** @throws Error when a text is no list of networks in CIDR */
export function networksFrom(text: string): Networks {
  return text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "")
    .map((each) => {
      try {
        return ipaddr.parseCIDR(each);
      } catch {
        throw new Error(`${each} is no network such as 10.0.0.0/8`);
      }
    });
}

/** All that IANA has given to the public of IPv6; beside it are `::/96`, which stands for IPv4, and what is to come. */
const PUBLIC_IPV6 = ipaddr.parseCIDR("2000::/3");

/** An IPv6 address without an IPv4 one at its end. */
function inHexadecimal(address: string): string {
  const [plain = ""] = address.split("%");
  return isIPv6(address) && plain.includes(".") ? new URL(`http://[${plain}]`).hostname.slice(1, -1) : address;
}

/**
 * Whether a request may go to an address: to the public internet, and to what the setting allows. Everything that stands for
 * another network (loopback, private, link-local with the clouds' metadata, carrier NAT, multicast, documentation, tunnels
 * and translations into IPv4) is no public address.
 */
export function mayReach(address: string, allowed: Networks): boolean {
  if (!ipaddr.isValid(address)) return false;
  // `::ffff:127.0.0.1` is 127.0.0.1; `::8.8.8.8`, as resolvers write it, is not 8.8.8.8, which ipaddr.js takes it for.
  const plain = ipaddr.process(inHexadecimal(address));
  if (allowed.some(([network, bits]) => plain.kind() === network.kind() && plain.match(network, bits))) return true;
  if (plain.kind() === "ipv6" && !plain.match(PUBLIC_IPV6)) return false;
  return plain.range() === "unicast";
}

/** Names that lead into the house or to this machine (RFC 6761, 6762, 8375; `.internal` by ICANN), or that routers give. */
const INNER = /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa)$/u;

/** Whether a name, without a final dot, is never the public internet's: one of the house, or of a single label. */
function isInner(name: string): boolean {
  return !name.includes(".") || INNER.test(name);
}

/** An address that may not be reached: where a name leads is known only when it is looked up. */
export class ForbiddenAddress extends Error {
  override readonly name = "ForbiddenAddress";
}

/**
 * A look-up for connections that answers only addresses that may be reached. The connection is made to what was checked, so
 * that a name which leads somewhere else a moment later leads nowhere.
 */
export function guardedLookup(allowed: Networks, resolve: typeof lookup = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const good = addresses.filter(({ address }) => mayReach(address, allowed));
      const [first] = good;
      if (!first) return callback(new ForbiddenAddress(`${hostname} leads to no address that may be reached`), []);
      return options.all === true ? callback(null, good) : callback(null, first.address, first.family);
    });
  };
}

/** Why an address may not be told to us as a receiver's, as far as that can be said before its name is looked up. */
export function whyNoReceiver(text: string, allowed: Networks): "no-address" | "no-https" | "not-public" | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return "no-address";
  }
  const { protocol, hostname, username, password, hash } = url;
  if (!/^https?:$/u.test(protocol) || hostname === "" || username !== "" || password !== "" || hash !== "") return "no-address";
  // Nobody listens in on the way only where somebody has said so by allowing a network.
  if (protocol === "http:" && allowed.length === 0) return "no-https";
  const literal = hostname.replace(/^\[|\]$/gu, "");
  if (ipaddr.isValid(literal)) return mayReach(literal, allowed) ? undefined : "not-public";
  // Where inner names lead is known in the house only; somebody who has allowed a network of it may use them.
  return allowed.length === 0 && isInner(hostname.replace(/\.$/u, "")) ? "not-public" : undefined;
}
