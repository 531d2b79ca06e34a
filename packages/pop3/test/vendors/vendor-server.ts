// A peer that says what a transcript has: its greeting, its lists, its texts for USER, PASS and the rest. What the transcript does not
// have is made up, in this order: the list of before login where none was seen after it, -ERR to CAPA where none was seen at all, `+OK`
// as a status line, and the maildrop, which is the same for all. So the values of a replay that come from a vendor are the greeting,
// the lists, the refusals and the status texts; that UIDL or TOP work says nothing of the vendor.
import type { PeerAnswer, PeerSession } from "./peer.js";
import type { CapabilityListing, Transcript, TranscriptState } from "./transcripts.js";

/** As they are on the server; the second begins lines with dots, the third has octets of no text. */
export const MESSAGES: readonly string[] = [
  "Subject: one\r\n\r\nbody\r\n",
  "Subject: two\r\n\r\n.\r\n..two\r\n. three\r\n",
  "Subject: three\r\n\r\n\0\xff\r\r\n\n.\n\r\nend\r\n",
];

export const UNIQUE_IDS: readonly string[] = [
  "AAAADadKAAAQz+HlExtz3sqU2uoxlY1qf",
  "7986d57effb584a2cc3329bda1e0d11e",
  "3",
];

/** The whole header, and as many lines of the body as are asked for. */
export function topOf(message: string, lines: number): string {
  const end = message.indexOf("\r\n\r\n") + 4;
  return (
    message.slice(0, end) +
    message
      .slice(end)
      .split(/(?<=\r\n)/)
      .slice(0, lines)
      .join("")
  );
}

/** The passwords that a transcript tells apart; what it does not tell apart is one of `right`. */
export const RIGHT = "right-password";
export const WRONG = "wrong-password";
export const SECOND = "second-session";

const REMARKS: Readonly<Record<string, readonly string[]>> = {
  [RIGHT]: ["(right)", "..."],
  [WRONG]: ["(wrong)"],
  [SECOND]: ["(a second session while the first is open)"],
};

/** What the transcript has for a password, or null. */
export function loginReply({ exchanges }: Transcript, password: string): string | null {
  const remarks = REMARKS[password] ?? [];
  return exchanges.find(({ command }) => remarks.some((remark) => command === `PASS ${remark}`))?.reply[0] ?? null;
}

export function vendorSession(transcript: Transcript): PeerSession {
  const { before, afterStls, afterLogin, exchanges } = transcript;
  let state: TranscriptState = "AUTHORIZATION";

  const seen = (command: string, within = state): string | null =>
    exchanges.find((exchange) => exchange.state === within && exchange.command === command)?.reply[0] ?? null;
  const status = (command: string): string => seen(command) ?? "+OK";
  const listing = (shown: CapabilityListing | null): string =>
    shown === null ? `${seen("CAPA") ?? "-ERR unknown command"}\r\n` : body(shown.status, shown.lines);
  const refusedCapa = (): boolean => seen("CAPA")?.startsWith("-ERR") === true;

  const answers: Readonly<Record<string, (rest: string, secure: boolean) => PeerAnswer>> = {
    CAPA: (_, secure) => {
      if (state === "TRANSACTION") return listing(afterLogin ?? (refusedCapa() ? null : (afterStls ?? before)));
      return listing(secure ? (afterStls ?? before) : before);
    },
    STLS: () => ({ send: `${status("STLS")}\r\n`, then: "tls" }),
    USER: () => `${exchanges.find(({ command }) => command.startsWith("USER "))?.reply[0] ?? "+OK"}\r\n`,
    PASS: (password) => {
      const reply = loginReply(transcript, password) ?? (password === RIGHT ? "+OK" : "-ERR");
      if (reply.startsWith("+OK")) state = "TRANSACTION";
      return `${reply}\r\n`;
    },
    STAT: () => `+OK ${MESSAGES.length} ${MESSAGES.join("").length}\r\n`,
    LIST: (number) => {
      const lines = MESSAGES.map((message, position) => `${position + 1} ${message.length}`);
      return number === "" ? body(status("LIST"), lines) : `+OK ${lines[Number(number) - 1]}\r\n`;
    },
    UIDL: (number) => {
      const lines = UNIQUE_IDS.map((uniqueId, position) => `${position + 1} ${uniqueId}`);
      return number === "" ? body(status("UIDL"), lines) : `+OK ${lines[Number(number) - 1]}\r\n`;
    },
    RETR: (number) => `+OK\r\n${stuffed(MESSAGES[Number(number) - 1]!)}.\r\n`,
    TOP: (rest) => {
      const [number, lines] = rest.split(" ").map(Number);
      return `+OK\r\n${stuffed(topOf(MESSAGES[number! - 1]!, lines!))}.\r\n`;
    },
    QUIT: () => ({ send: `${seen("QUIT") ?? seen("QUIT", "AUTHORIZATION") ?? "+OK"}\r\n`, then: "close" }),
  };

  return {
    greeting: `${transcript.greeting ?? "+OK"}\r\n`,
    answer(line, secure) {
      const [, keyword = "", rest = ""] = /^(\S*) ?(.*)$/.exec(line) ?? [];
      const answer = answers[keyword];
      if (answer !== undefined) return answer(rest, secure);
      const exchange = exchanges.find(({ state: within, command }) => within === state && command === line);
      return `${exchange?.reply.join("\r\n") ?? "-ERR unknown command"}\r\n`;
    },
  };
}

function body(status: string, lines: readonly string[]): string {
  return [status, ...lines, "."].map((line) => `${line}\r\n`).join("");
}

function stuffed(message: string): string {
  return message.replaceAll(/(^|\r\n)\./g, "$1..");
}
