// The GS2 header (RFC 5801 §4) with which the messages of SCRAM and OAUTHBEARER begin: a flag and whom to act as.
// Knows what the flag means to neither of them.
import { hasControls } from "./text.js";

/** A header as it came. */
export interface Gs2Header {
  /** `n`: the client binds no channel; `y`: it could, but sees no server that does; `p`: it binds. */
  readonly flag: "n" | "y" | "p";
  /** With `p`, the name of what it binds to. */
  readonly binding: string;
  /** Whom to act as; empty where the client does not say. */
  readonly identity: string;
  /** Its own text, both commas included. */
  readonly text: string;
}

/** The header and what follows it, or null. */
export function parseGs2(message: string): { readonly header: Gs2Header; readonly rest: string } | null {
  const match = /^(?:([ny])|p=([A-Za-z0-9.-]+)),(?:a=([^,]+))?,/.exec(message);
  if (match === null) return null;
  const [text, flag, binding = "", name] = match;
  const identity = name === undefined ? "" : parseSaslName(name);
  if (identity === null) return null;
  const header: Gs2Header = { flag: flag === "n" || flag === "y" ? flag : "p", binding, identity, text };
  return { header, rest: message.slice(text.length) };
}

/** `flag` is `n`, `y`, or `p=` with a type; `identity` is prepared, and empty to act as oneself. */
export function formatGs2(flag: string, identity: string): string {
  return `${flag},${identity === "" ? "" : `a=${formatSaslName(identity)}`},`;
}

/** `saslname`: a comma and an equals sign are written =2C and =3D, and nothing else follows an equals sign. */
export function parseSaslName(text: string): string | null {
  if (!/^(?:[^=,]|=2C|=3D)+$/.test(text) || hasControls(text)) return null;
  return text.replaceAll("=2C", ",").replaceAll("=3D", "=");
}

export function formatSaslName(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}
