// What a mail program is for the tests, and what is known of it: how it is run, what it makes of messages, how it logs in.
// The programs themselves are in `clients/`; what they have to do is in `suite.ts` and `mechanisms.ts`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SurrogateEncoder } from "@postern/pop3/server";
import { canonical, difference } from "./canonical.js";
import { messages } from "./messages.js";
import type { Ended } from "./program.js";
import type { Server } from "./server.js";

/** In the clear, in TLS after STLS, in TLS from the first octet. */
export type Way = "plain" | "stls" | "tls";

/** Files in PEM form. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
  /** Both in one file, as some programs want it. */
  readonly both: string;
}

/** How a client is told to log in. */
export interface Login {
  /** A key of the client's `methods`; null where nothing is said and its usual method is meant. */
  readonly method: string | null;
  readonly proof: Method["proof"];
  /** The password or the token; empty where a certificate is all. */
  readonly secret: string;
  readonly certificate?: CertificateFiles;
}

/** One run of a client. */
export interface Visit {
  readonly server: Server;
  readonly way: Way;
  readonly user: string;
  readonly login: Login;
  /** What the client should leave behind on the server. */
  readonly after: "keep" | "delete";
  /** An empty folder of its own. */
  readonly folder: string;
}

/** A way to log in that a client has. */
export interface Method {
  /** What the server calls it in its log. */
  readonly logged: string;
  readonly proof: "password" | "token" | "certificate";
  /** The client does not wait for the refusal, of which the server's log then knows nothing. */
  readonly hangsUp?: boolean;
  /** Where the client can use it; inside TLS in both manners where absent. */
  readonly ways?: readonly Way[];
}

/** What a client makes of messages on their way from the network to the disk: its own doing, and known. */
export interface Change {
  readonly why: string;
  /** From what was sent to what arrives; the same octets where the change does not concern the message. */
  made(octets: Buffer): Buffer;
}

export interface Client {
  readonly name: string;
  /** The programs that it takes. */
  readonly programs: readonly string[];
  readonly ways: readonly Way[];
  /** Whether it asks for messages with UTF-8 in their headers as they are (RFC 6856 §2). */
  readonly utf8?: boolean;
  /** The line ends of what it writes. */
  readonly lineEnds: "CRLF" | "LF";
  /** What it puts in front of every message or of some; no message of ours begins like that. */
  readonly adds?: RegExp;
  readonly changes: readonly Change[];
  /** Messages that it cannot carry at all, by name, with the reason. */
  readonly beyond?: Readonly<Record<string, string>>;
  /** How it ends and what it prints when the maildrop is in use. */
  readonly inUse: { readonly status: number; readonly says: RegExp };
  /** How it ends and what it prints when the server does not believe it. */
  readonly refused: { readonly status: number; readonly says: RegExp };
  readonly methods: Readonly<Record<string, Method>>;
  /** Ways to log in that it has none of, or none that works, with the reason. */
  readonly without?: Readonly<Record<string, string>>;
  /** Why the program that is installed here lacks one of its `methods`; null where it has it. */
  lacks?(method: string): Promise<string | null>;
  run(visit: Visit): Promise<Ended>;
  /** The messages that are in the folder after a run, in the order of the maildrop. */
  received(folder: string): readonly Buffer[];
}

/** The script of a delivery agent that keeps each message as it gets it, in a file per message: `sh FILE FOLDER`. */
export function storeScript(folder: string): string {
  const file = join(folder, "store.sh");
  writeFileSync(file, 'mkdir -p "$1" && cat > "$1/$(printf %04d "$(ls "$1" | wc -l)")"\n');
  return file;
}

/** A program that prints a secret, for clients that ask a program for tokens or passwords. */
export function secretScript(folder: string, secret: string): string {
  const file = join(folder, "secret.sh");
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' '${secret}'\n`, { mode: 0o700 });
  return file;
}

/** The files of a folder in the order of their names. */
export function filesIn(folder: string): readonly Buffer[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .map((name) => readFileSync(join(folder, name)));
}

/** A change that is made to the text of a message, an octet being a character. */
export function change(why: string, edit: (text: string) => string): Change {
  return { why, made: (octets) => Buffer.from(edit(latin1(octets)), "latin1") };
}

/** What most mail programs do to a message without a whole header: they keep it as a header and a body. */
export const headerCompleted: Change = change("a header without an empty line behind it gets one", (text) =>
  /^\r\n|\r\n\r\n/.test(text) ? text : `${text}\r\n`,
);

/** What the server does for whoever does not send UTF8 (RFC 6856 §2.1); the library makes surrogates in wire form. */
const surrogate: Change = {
  why: "a header in UTF-8 arrives as its surrogate",
  made: (octets) => {
    const encoder = new SurrogateEncoder();
    const stuffed = latin1(octets).replaceAll(/(^|\r\n)\./g, "$1..");
    const wire = Buffer.concat([encoder.push(Buffer.from(stuffed, "latin1")), encoder.finish()]);
    return Buffer.from(latin1(wire).replaceAll(/(^|\r\n)\./g, "$1"), "latin1");
  },
};

/** What happens to messages between the maildrop and the disk of a client, in order. */
export function changesOf({ utf8 = false, changes }: Client): readonly Change[] {
  return utf8 ? changes : [surrogate, ...changes];
}

/** One sentence for each of these messages that did not arrive as it must. */
export function faults(client: Client, names: readonly string[], received: readonly Buffer[]): readonly string[] {
  return names.flatMap((name, position) => {
    const problem = fault(client, messages.get(name)!, received[position] ?? Buffer.alloc(0));
    return problem === null ? [] : [`${name}: ${problem}`];
  });
}

/** What arrived of a message, if the client did to it what it is known to do; null, or a sentence about what differs. */
function fault(client: Client, message: Buffer, written: Buffer): string | null {
  const sent = changesOf(client).reduce((octets, { made }) => made(octets), canonical(message));
  const text = client.lineEnds === "CRLF" ? latin1(written) : latin1(written).replaceAll("\n", "\r\n");
  return difference(sent, Buffer.from(client.adds === undefined ? text : text.replace(client.adds, ""), "latin1"));
}

function latin1(octets: Buffer): string {
  return octets.toString("latin1");
}
