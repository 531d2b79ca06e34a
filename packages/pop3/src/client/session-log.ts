// What a session said, line by line, for a log of the protocol. Secrets are not in it: the declarations say which commands hold one.
// Knows no command: `exchange.ts` masks what is sent, `received-reply.ts` what is received. What becomes of a line is the caller's.

/** One line of the protocol log. */
export interface LogLine {
  /** `C` sent, `S` received, `*` said of the connection. */
  readonly who: "C" | "S" | "*";
  /** Without its line end. Bodies are counted, not shown. */
  readonly line: string;
}

export class SessionLog {
  readonly #write: ((line: LogLine) => void) | undefined;

  constructor(write: ((line: LogLine) => void) | undefined) {
    this.#write = write;
  }

  sent(line: string): void {
    this.#said("C", line);
  }

  received(line: string): void {
    this.#said("S", line);
  }

  body(octets: number): void {
    this.#said("S", `(${octets} octets)`);
  }

  event(line: string): void {
    this.#said("*", line);
  }

  /** What the caller's function throws is an error of the process. It must not break off a command between log and wire. */
  #said(who: LogLine["who"], line: string): void {
    try {
      this.#write?.({ who, line });
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
