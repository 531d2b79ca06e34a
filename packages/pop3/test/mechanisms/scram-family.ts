// The members of the SCRAM family, contexts in which all of them can run, and a way to change what they send.
// Shared by the tests of who is let in, of the messages, and of channel binding.
import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import type {
  ChannelBindings,
  Mechanism,
  MechanismClientContext,
  MechanismServerContext,
} from "../../src/contracts/mechanism.js";
import { scramSha1, scramSha1Plus, scramSha256, scramSha256Plus } from "../../src/mechanisms/index.js";
import { clientContext, serverContext, text, utf8 } from "./conversation.js";

export const bindings: ChannelBindings = { "tls-exporter": randomBytes(32), "tls-server-end-point": randomBytes(32) };

export const plus: readonly string[] = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"];

interface Member {
  readonly mechanism: Mechanism;
  readonly name: string;
  readonly proofOctets: number;
  /** The GS2 header that such a client sends. */
  readonly header: string;
}

export const members: readonly Member[] = [
  { mechanism: scramSha256Plus, proofOctets: 32, header: "p=tls-exporter,," },
  { mechanism: scramSha1Plus, proofOctets: 20, header: "p=tls-exporter,," },
  { mechanism: scramSha256, proofOctets: 32, header: "n,," },
  { mechanism: scramSha1, proofOctets: 20, header: "n,," },
].map((member) => ({ ...member, name: member.mechanism.name }));

/** A client and a server on the two ends of one TLS connection. */
export function client(overrides: Partial<MechanismClientContext> = {}): MechanismClientContext {
  return clientContext({ channelBindings: bindings, ...overrides });
}

export function server(overrides: Partial<MechanismServerContext> = {}): MechanismServerContext {
  return serverContext({ channelBindings: bindings, ...overrides });
}

/** Replaces in the message at that place. */
export function replacing(
  at: number,
  pattern: RegExp | string,
  replacement: string,
): (octets: Uint8Array, at: number) => Uint8Array {
  return (octets, place) => {
    if (place !== at) return octets;
    const changed = text(octets).replace(pattern, replacement);
    expect(changed).not.toBe(text(octets));
    return utf8(changed);
  };
}
