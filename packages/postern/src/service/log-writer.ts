// Lines on their way to a file descriptor, without the event loop ever waiting for whoever reads them. A full disk or a reader
// that has gone costs lines, which are counted, and never the server. Knows nothing of what a line says.
import { write, writeSync } from "node:fs";

/** Octets that may wait: a reader that sleeps for a while loses nothing, one that never wakes takes no more memory than this. */
const WAITING_OCTETS = 4 * 1024 * 1024;

/** One write takes about this many octets at most, always whole lines. */
const WRITE_OCTETS = 16 * 1024;

/** Writes begin so long after each other at least: one for each line costs as much as the login that it tells of. */
const GATHER_MS = 20;

/** How long a descriptor that takes nothing just now is left alone. */
const RETRY_MS = 50;

/** How often a last attempt at the exit is repeated. */
const LAST_ATTEMPTS = 10;

/** Writes lines in order, one write at a time, so that no two of them mix. */
export class LogWriter {
  readonly #fd: number;
  #waiting: string[] = [];
  #waitingOctets = 0;
  #writing = false;
  /** The last write ended in the middle of a line. */
  #torn = false;
  #lost = 0;
  /** When the last write began. */
  #beganMs = 0;
  readonly #onIdle = new Set<() => void>();

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Takes a line with its end. Never throws and never waits. */
  write(line: string): void {
    const octets = Buffer.byteLength(line);
    if (this.#waitingOctets + octets > WAITING_OCTETS) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingOctets += octets;
    if (this.#writing) return;
    this.#writing = true;
    const quietMs = Date.now() - this.#beganMs;
    if (quietMs >= GATHER_MS) this.#next();
    else setTimeout(() => this.#next(), GATHER_MS - quietMs);
  }

  /** Resolves when nothing waits, or after `ms`: a reader that takes nothing holds nobody up. */
  async flushed(ms: number): Promise<void> {
    if (!this.#writing) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onIdle.add(resolve);
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }

  /** For the moment of exit: writes what waits at once, or as much of it as goes. */
  flushNow(): void {
    const waiting = Buffer.from(this.#waiting.join(""));
    this.#waiting = [];
    this.#waitingOctets = 0;
    let attempts = 0;
    for (let at = 0; at < waiting.length && attempts < LAST_ATTEMPTS;) {
      try {
        at += writeSync(this.#fd, waiting, at);
      } catch (error) {
        if (!isBusy(error)) return;
        attempts += 1;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
      }
    }
  }

  #next(): void {
    this.#writing = this.#waiting.length > 0;
    if (!this.#writing) {
      for (const told of this.#onIdle) told();
      this.#onIdle.clear();
      return;
    }
    this.#beganMs = Date.now();
    let text = this.#torn ? "\n" : "";
    let lines = 0;
    while (lines < this.#waiting.length && (lines === 0 || text.length < WRITE_OCTETS)) text += this.#waiting[lines++]!;
    this.#waiting.splice(0, lines);
    const chunk = Buffer.from(text);
    this.#waitingOctets = Math.max(0, this.#waitingOctets - chunk.length + (this.#torn ? 1 : 0));
    this.#send(chunk, lines, this.#torn);
  }

  #send(chunk: Buffer, lines: number, torn: boolean): void {
    write(this.#fd, chunk, (error, octets) => {
      if (error !== null) {
        if (isBusy(error)) {
          setTimeout(() => this.#send(chunk, lines, torn), RETRY_MS);
          return;
        }
        this.#lost += lines;
        this.#torn = torn;
        this.#next();
        return;
      }
      if (octets < chunk.length) {
        this.#send(chunk.subarray(octets), lines, true);
        return;
      }
      this.#torn = false;
      if (this.#lost > 0) {
        const lost = this.#lost;
        this.#lost = 0;
        this.#waiting.unshift(lostLine(lost));
      }
      this.#next();
    });
  }
}

/** As JSON: a program that reads the log must be able to read this too, and people can. */
function lostLine(lost: number): string {
  const msg = `${lost} lines of this log could not be written`;
  return `${JSON.stringify({ level: "error", time: new Date().toISOString(), event: "log.lost", lines: lost, msg })}\n`;
}

function isBusy(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EAGAIN" || code === "EBUSY" || code === "EINTR";
}
