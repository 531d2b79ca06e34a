// What an address of a peer stands for: which of them are one place, and which are this machine.
// Text in, text out; octets and grammar are `protocol/ip-address.ts`'s. Who is trusted as a proxy is in `proxy.ts`.
import { addressOctets, formatAddress } from "../protocol/ip-address.js";

/** IPv4 as the system writes it. */
const PLAIN_IPV4 = /^(?:[1-9]\d{0,2}|0)(?:\.(?:[1-9]\d{0,2}|0)){3}$/;

export function isLoopback(address: string): boolean {
  // As the system writes it; every other form takes reading.
  if (address === "127.0.0.1" || address === "::1") return true;
  const octets = addressOctets(address);
  if (octets === null) return false;
  return octets.length === 4 ? octets[0] === 127 : octets.every((octet, at) => octet === (at === 15 ? 1 : 0));
}

/**
 * The address from which software on this machine connects: proxies and webmail, with many people behind them. Who binds another
 * one of 127.0.0.0/8 does so on purpose, and is told apart by it.
 */
export function isThisMachine(address: string): boolean {
  if (address === "127.0.0.1" || address === "::1") return true;
  if (PLAIN_IPV4.test(address)) return false;
  const octets = addressOctets(address);
  return octets !== null && isLoopback(address) && octets.at(-1) === 1 && octets.at(-2) === 0 && octets.at(-3) === 0;
}

/** What counts as one address: for IPv6 the network of 64 bits that a customer is given, because he has all of it. */
export function addressPlace(address: string): string {
  if (PLAIN_IPV4.test(address)) return address;
  const octets = addressOctets(address);
  if (octets === null) return address;
  return octets.length === 4 ? formatAddress(octets) : `${formatAddress(octets.map(networkPart))}/64`;
}

function networkPart(octet: number, at: number): number {
  return at < 8 ? octet : 0;
}
