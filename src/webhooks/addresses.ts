import ipaddr from "ipaddr.js";
import { lookup } from "node:dns";
import { isIPv6, type LookupFunction } from "node:net";

/** Networks that webhooks may be sent to besides the public internet, as CIDR: `10.1.0.0/16`, `fd00::/8`. */
export type Networks = readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

/**
 * Parses a comma-separated list of networks in CIDR notation.
 * @throws Error which names the wrong one
 */
export function parseNetworks(text: string): Networks {
  return text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "")
    .map((each) => {
      try {
        return ipaddr.parseCIDR(each);
      } catch {
        throw new Error(`${each} is not a network in CIDR notation, such as 10.0.0.0/8`);
      }
    });
}

/** IANA's global unicast addresses of IPv6. */
const PUBLIC_IPV6 = ipaddr.parseCIDR("2000::/3");

/** Rewrites the dotted IPv4 end of an IPv6 address (`::8.8.8.8`) in hexadecimal. */
function toHexadecimal(address: string): string {
  const [plain = ""] = address.split("%");
  return isIPv6(address) && plain.includes(".") ? new URL(`http://[${plain}]`).hostname.slice(1, -1) : address;
}

/**
 * Whether a webhook may be sent to an IP address: on the public internet, or in an allowed network. Not public are loopback,
 * private, link-local (cloud metadata), carrier NAT, multicast, documentation, and IPv6 tunnels to or translations of IPv4.
 */
export function mayReach(address: string, allowed: Networks): boolean {
  if (!ipaddr.isValid(address)) return false;
  // `process` makes `::ffff:127.0.0.1` 127.0.0.1. It would also make `::8.8.8.8` 8.8.8.8, which is wrong.
  const ip = ipaddr.process(toHexadecimal(address));
  if (allowed.some(([network, bits]) => ip.kind() === network.kind() && ip.match(network, bits))) return true;
  if (ip.kind() === "ipv6" && !ip.match(PUBLIC_IPV6)) return false;
  return ip.range() === "unicast";
}

/** Names of the local network or this machine (RFC 6761, 6762, 8375; `.internal` by ICANN), or given by routers. */
const INTERNAL_NAME = /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa)$/u;

/** Whether a name, without its final dot, is never public: internal, or of a single label. */
function isInternal(name: string): boolean {
  return !name.includes(".") || INTERNAL_NAME.test(name);
}

/** A name resolves only to addresses that webhooks may not be sent to. */
export class ForbiddenAddress extends Error {
  override readonly name = "ForbiddenAddress";
}

/**
 * Makes a DNS look-up for connections that returns only allowed addresses. The connection uses the address that was checked, so
 * a name that resolves differently a moment later (DNS rebinding) gains nothing.
 */
export function createGuardedLookup(allowed: Networks, resolve: typeof lookup = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const permitted = addresses.filter(({ address }) => mayReach(address, allowed));
      const [first] = permitted;
      if (!first) return callback(new ForbiddenAddress(`${hostname} resolves to no address that may be reached`), []);
      return options.all === true ? callback(null, permitted) : callback(null, first.address, first.family);
    });
  };
}

/** Why a URL cannot be a receiver's, as far as is known before its name is resolved; `undefined` if it can. */
export function refuseReceiver(text: string, allowed: Networks): "no-address" | "no-https" | "not-public" | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return "no-address";
  }
  const { protocol, hostname, username, password, hash } = url;
  if (!/^https?:$/u.test(protocol) || hostname === "" || username !== "" || password !== "" || hash !== "") return "no-address";
  // Plain HTTP only where a network of one's own is allowed by the setting.
  if (protocol === "http:" && allowed.length === 0) return "no-https";
  const literal = hostname.replace(/^\[|\]$/gu, "");
  if (ipaddr.isValid(literal)) return mayReach(literal, allowed) ? undefined : "not-public";
  // Internal names only where the setting allows an internal network.
  return allowed.length === 0 && isInternal(hostname.replace(/\.$/u, "")) ? "not-public" : undefined;
}
