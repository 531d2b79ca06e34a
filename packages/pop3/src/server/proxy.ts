// Connections that come through a proxy: whom to believe, and the header taken off before anything else reads the socket.
// The header's grammar is `protocol/proxy-header.ts`'s. Knows no POP3: TLS or a session finds the socket as if nothing had been there.
import { Buffer } from "node:buffer";
import { BlockList, isIPv4, type Socket } from "node:net";
import { addressOctets, formatAddress, isMapped, parseIPv4, parseIPv6 } from "../protocol/ip-address.js";
import { readProxyHeader as readHeader, type ProxyHeader } from "../protocol/proxy-header.js";

/** Why there is no header. */
type ProxyFailureReason = "malformed" | "deadline" | "closed";

/** A peer that must begin with a PROXY header did not. Its connection is gone, and nothing was sent on it. */
class ProxyFailure extends Error {
  override readonly name = "ProxyFailure";
  readonly reason: ProxyFailureReason;

  constructor(reason: ProxyFailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Takes the PROXY header off a connection and leaves what follows it to be read, by a session or by TLS. Nobody else may read
 * the socket before. Rejects with a `ProxyFailure` and destroys the socket where no header comes within the deadline.
 */
export function readProxyHeader(socket: Socket, deadlineMs: number): Promise<ProxyHeader> {
  return new Promise((resolve, reject) => {
    let held: Uint8Array = new Uint8Array(0);
    const settle = (): void => {
      clearTimeout(timer);
      socket.off("readable", onReadable);
      socket.off("end", onClose);
      socket.off("close", onClose);
    };
    const fail = (reason: ProxyFailureReason, message: string): void => {
      settle();
      socket.destroy();
      reject(new ProxyFailure(reason, message));
    };
    const onReadable = (): void => {
      // All that is there and not more: a read for more than that would tell the end before anybody listens for it.
      for (let octets = socket.readableLength; octets > 0; octets = socket.readableLength) {
        const chunk = socket.read(octets) as Uint8Array;
        held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
        const reading = readHeader(held);
        if (reading === null) continue;
        if ("problem" in reading) {
          fail("malformed", reading.problem);
          return;
        }
        settle();
        if (reading.octets < held.length) socket.unshift(held.subarray(reading.octets));
        resolve(reading.header);
        return;
      }
      socket.read(0);
    };
    const onClose = (): void => fail("closed", "the connection ended before its PROXY header did");
    const timer = setTimeout(() => fail("deadline", `no PROXY header came within ${deadlineMs} ms`), deadlineMs);
    // For good: an error is always followed by `close`, and may come before the next reader listens.
    socket.on("error", () => {});
    socket.on("end", onClose);
    socket.on("close", onClose);
    socket.on("readable", onReadable);
  });
}

/** Whether a peer's address is one that the operator trusts. */
export type AddressTest = (address: string) => boolean;

/**
 * The addresses from which connections begin with a PROXY header: addresses and networks in CIDR notation. An IPv4 address that
 * is mapped into IPv6 is the IPv4 address, in the list and in what is asked.
 *
 * @throws RangeError where an entry is neither; the message says what to write
 */
export function trustedAddresses(list: readonly string[]): AddressTest {
  if (list.length === 0) return () => false;
  // One for each family: `::/0` is all of IPv6 and none of IPv4.
  const ipv4 = new BlockList();
  const ipv6 = new BlockList();
  for (const entry of list) {
    const { address, prefix } = parseNetwork(entry);
    if (isIPv4(address)) ipv4.addSubnet(address, prefix, "ipv4");
    else ipv6.addSubnet(address, prefix, "ipv6");
  }
  return (address) => {
    const octets = addressOctets(address);
    if (octets === null) return false;
    return octets.length === 4 ? ipv4.check(formatAddress(octets), "ipv4") : ipv6.check(formatAddress(octets), "ipv6");
  };
}

function parseNetwork(entry: string): { readonly address: string; readonly prefix: number } {
  const [address = "", length, ...more] = entry.split("/");
  const octets = parseIPv4(address) ?? parseIPv6(address);
  if (octets === null || more.length > 0) {
    throw new RangeError(
      `"${entry}" is no address: write one such as 192.0.2.1 or 2001:db8::1, or a network such as 192.0.2.0/24 or 2001:db8::/32`,
    );
  }
  const bits = octets.length * 8;
  if (length !== undefined && (!/^(0|[1-9][0-9]{0,2})$/.test(length) || Number(length) > bits)) {
    throw new RangeError(`"${entry}": write a number of bits from 0 to ${bits} behind the slash`);
  }
  const prefix = length === undefined ? bits : Number(length);
  const network = octets.map((octet, at) => octet & (0xff << Math.max(0, 8 - Math.max(0, prefix - 8 * at))));
  if (network.some((octet, at) => octet !== octets[at])) {
    const written = `${formatAddress(network)}/${prefix}`;
    throw new RangeError(
      `"${entry}" is an address with the length of its network: write ${written} for all of it, or ${address}`,
    );
  }
  if (isMapped(octets) && prefix >= 96) return { address: formatAddress(octets.subarray(12)), prefix: prefix - 96 };
  return { address: formatAddress(octets), prefix };
}
