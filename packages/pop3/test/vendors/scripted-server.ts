// A peer that keeps to the texts, with answers that a test may replace by those of a server that does not. One user, two messages.
// For what a real server said as it stands, see `vendor-server.ts`.
import type { PeerAnswer, PeerSession } from "./peer.js";

/** The answer to a command line: octets, or what to do with them. */
export type ScriptedAnswer = PeerAnswer | ((line: string, secure: boolean) => PeerAnswer);

/** By command line, or by its keyword where the line is not there; `greeting` and `*`, for all others, are names as well. */
export type Script = Readonly<Record<string, ScriptedAnswer>>;

export const PASSWORD = "right-password";
/** Too long for an initial response (RFC 5034 §4). */
export const TOKEN: string = "t".repeat(300);

export const CAPABILITIES = [
  "TOP",
  "UIDL",
  "USER",
  "SASL PLAIN XOAUTH2",
  "RESP-CODES",
  "AUTH-RESP-CODE",
  "IMPLEMENTATION Correct 1.0",
];

/** A multi-line answer. */
export function listed(...lines: readonly string[]): string {
  return ["+OK", ...lines, "."].map((line) => `${line}\r\n`).join("");
}

export const MESSAGE = "Subject: one\r\n\r\nbody\r\n.dotted\r\n";

const STUFFED = "Subject: one\r\n\r\nbody\r\n..dotted\r\n";

const CORRECT: Script = {
  greeting: "+OK ready\r\n",
  CAPA: listed(...CAPABILITIES),
  USER: "+OK\r\n",
  PASS: (line) => (line === `PASS ${PASSWORD}` ? "+OK\r\n" : "-ERR [AUTH] no\r\n"),
  // Whatever the response is: what it holds is not of interest here.
  AUTH: (line) => (line.split(" ").length === 2 ? "+ \r\n" : "+OK\r\n"),
  "*": "+OK\r\n",
  APOP: "+OK\r\n",
  STLS: { send: "+OK\r\n", then: "tls" },
  STAT: `+OK 2 ${MESSAGE.length + 100}\r\n`,
  LIST: listed(`1 ${MESSAGE.length}`, "2 100"),
  "LIST 2": "+OK 2 100\r\n",
  UIDL: listed("1 first", "2 second"),
  "UIDL 2": "+OK 2 second\r\n",
  RETR: `+OK\r\n${STUFFED}.\r\n`,
  TOP: "+OK\r\nSubject: one\r\n\r\n.\r\n",
  NOOP: "+OK\r\n",
  QUIT: { send: "+OK bye\r\n", then: "close" },
};

/** One session. What was said to it is added to `heard`. */
export function scriptedSession(replaced: Script = {}, heard: string[] = []): PeerSession {
  const script = { ...CORRECT, ...replaced };
  const answer = (line: string, secure: boolean): PeerAnswer => {
    const found = script[line] ?? script[line.split(" ", 1)[0]!] ?? script["*"]!;
    return typeof found === "function" ? found(line, secure) : found;
  };
  return {
    greeting: answer("greeting", false),
    answer(line, secure) {
      heard.push(line);
      return answer(line, secure);
    },
  };
}
