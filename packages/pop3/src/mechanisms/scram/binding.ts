// What a SCRAM exchange is bound to: the types of channel binding that are known here, in the order of preference.
// Where the octets come from is TLS's business, and not known here.
import type { ChannelBindings } from "../../contracts/mechanism.js";
import { utf8 } from "../exchange/text.js";

/** `tls-exporter` belongs to one connection (RFC 9266), `tls-server-end-point` to every one with that certificate (RFC 5929 §4). */
export const BINDING_TYPES = ["tls-exporter", "tls-server-end-point"] as const;

/** Null where this connection has no binding of that type. */
export function channelBinding(bindings: ChannelBindings | null, type: string): Uint8Array | null {
  const known = BINDING_TYPES.find((name) => name === type);
  return known === undefined ? null : (bindings?.[known] ?? null);
}

/** `cbind-input`: the GS2 header as it was sent, and the binding; without octets where nothing is bound. */
export function boundOctets(header: string, binding: Uint8Array): Uint8Array {
  const start = utf8(header);
  const octets = new Uint8Array(start.length + binding.length);
  octets.set(start);
  octets.set(binding, start.length);
  return octets;
}
