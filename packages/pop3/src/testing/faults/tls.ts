// Faults where TLS begins (RFC 2595, RFC 8314): a handshake that comes to nothing, and octets that cross the border between clear and TLS.
// Certificates are an option of the test server. Knows no TLS record: garbage is garbage.
import { stlsCommand } from "../../capabilities/stls.js";
import { HANDSHAKE, type Played } from "../engine/exchange.js";
import { faultKind, needed, octetsText, oneOf, type FaultKind, type FaultOf } from "./kind.js";

/**
 * In the place of the TLS handshake the server closes the connection (`close`), answers what is no TLS (`garbage`), or says nothing
 * (`stall`). A client gives up, and never goes on in the clear.
 */
export interface HandshakeFault extends FaultOf<"handshake"> {
  readonly how: "close" | "garbage" | "stall";
}

/**
 * `octets` in the clear right behind the positive reply to STLS, as somebody on the way could put them there. A client drops them, or
 * breaks off; it never takes them for what was said under TLS.
 */
export interface StlsInjectionFault extends FaultOf<"stls-injection"> {
  readonly octets?: string;
}

/**
 * What was sent behind STLS in the clear is carried out once TLS is active, which RFC 2595 §4 forbids (CVE-2021-33515 and its like). A
 * client sends nothing behind STLS; a checker must notice.
 */
export type KeepsCleartextFault = FaultOf<"keeps-cleartext">;

const noTls: Readonly<Record<HandshakeFault["how"], Played>> = {
  close: [{ ends: "close" }],
  garbage: ["this is no TLS\r\n", { ends: "close" }],
  stall: [{ ends: "stall" }],
};

export const tls: Readonly<Record<"handshake" | "stls-injection" | "keeps-cleartext", FaultKind>> = {
  handshake: faultKind<HandshakeFault>(HANDSHAKE, { how: needed(oneOf("close", "garbage", "stall")) }, ({ how }) => ({
    play: () => noTls[how],
  })),
  "stls-injection": faultKind<StlsInjectionFault>(stlsCommand.keyword, { octets: octetsText }, ({ octets }) => ({
    play: ({ text }) => (text.startsWith("+OK") ? text + (octets ?? "+OK injected\r\n") : null),
  })),
  "keeps-cleartext": faultKind<KeepsCleartextFault>(stlsCommand.keyword, {}, () => ({
    keepsCleartext: true,
    play: () => null,
  })),
};
