// The four messages of SCRAM (RFC 5802 §7): text in, fields out; null is a message that breaks the grammar.
// Computes nothing and compares nothing.
import { octetsOfBase64 } from "../exchange/base64.js";
import { type Gs2Header, parseGs2, parseSaslName } from "../exchange/gs2.js";

interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** Letters that have a meaning, and so are no extensions. `m` is an extension that nobody may ignore: nobody knows one. */
const ASSIGNED = "aceimnprsv";

/** `printable`: visible ASCII without the comma. */
const NONCE = /^[\x21-\x2b\x2d-\x7e]+$/;

function attributesOf(text: string): readonly Attribute[] | null {
  const attributes: Attribute[] = [];
  for (const part of text.split(",")) {
    const [, name, value] = /^([A-Za-z])=([^\0]+)$/.exec(part) ?? [];
    if (name === undefined || value === undefined) return null;
    attributes.push({ name, value });
  }
  return attributes;
}

/** The values of the attributes that the grammar asks for, in its order; behind them only extensions, each once. */
function valuesOf(attributes: readonly Attribute[] | null, expected: string): readonly string[] | null {
  if (attributes === null) return null;
  const names = attributes.map(({ name }) => name).join("");
  const extensions = names.slice(expected.length);
  if (!names.startsWith(expected) || new Set(extensions).size < extensions.length) return null;
  if ([...extensions].some((name) => ASSIGNED.includes(name))) return null;
  return attributes.map(({ value }) => value);
}

export interface ClientFirst {
  readonly header: Gs2Header;
  readonly name: string;
  readonly nonce: string;
  /** `client-first-message-bare`. */
  readonly bare: string;
}

export function parseClientFirst(text: string | null): ClientFirst | null {
  const parts = text === null ? null : parseGs2(text);
  if (parts === null) return null;
  const [saslName, nonce] = valuesOf(attributesOf(parts.rest), "nr") ?? [];
  if (saslName === undefined || nonce === undefined || !NONCE.test(nonce)) return null;
  const name = parseSaslName(saslName);
  return name === null ? null : { header: parts.header, name, nonce, bare: parts.rest };
}

export interface ServerFirst {
  readonly nonce: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

export function parseServerFirst(text: string | null): ServerFirst | null {
  const [nonce, saltText, count] = (text === null ? null : valuesOf(attributesOf(text), "rsi")) ?? [];
  if (nonce === undefined || saltText === undefined || count === undefined) return null;
  const salt = octetsOfBase64(saltText);
  if (!NONCE.test(nonce) || salt === null || !/^[1-9][0-9]*$/.test(count)) return null;
  return { nonce, salt, iterations: Number(count) };
}

export interface ClientFinal {
  /** GS2 header and channel binding. */
  readonly binding: Uint8Array;
  readonly nonce: string;
  readonly proof: Uint8Array;
  /** `client-final-message-without-proof`. */
  readonly withoutProof: string;
}

export function parseClientFinal(text: string | null): ClientFinal | null {
  const attributes = text === null ? null : attributesOf(text);
  const last = attributes?.at(-1);
  if (text === null || attributes === null || last?.name !== "p") return null;
  const [bindingText, nonce] = valuesOf(attributes.slice(0, -1), "cr") ?? [];
  if (bindingText === undefined || nonce === undefined || !NONCE.test(nonce)) return null;
  const binding = octetsOfBase64(bindingText);
  const proof = octetsOfBase64(last.value);
  if (binding === null || proof === null) return null;
  return { binding, nonce, proof, withoutProof: text.slice(0, text.lastIndexOf(",")) };
}

/** Either the server's signature, or null where the server says `e=`: the proof was refused. */
export interface ServerFinal {
  readonly signature: Uint8Array | null;
}

export function parseServerFinal(text: string | null): ServerFinal | null {
  const attributes = text === null ? null : attributesOf(text);
  if (valuesOf(attributes, "e") !== null) return { signature: null };
  const [signatureText] = valuesOf(attributes, "v") ?? [];
  const signature = signatureText === undefined ? null : octetsOfBase64(signatureText);
  return signature === null ? null : { signature };
}
