// The log: entries in, lines out, as JSON objects (by pino) or as text for people. Where the lines go is its caller's business.
// What is worth an entry, and how it reads, is in `events.ts`; how lines reach a file descriptor is in `log-writer.ts`.
import { logLevels } from "../config/log.js";
import type { LogLevel } from "../config/log.js";

/** What a field of an entry may hold. */
export type FieldValue = string | number | boolean | null | readonly string[];

export interface LogEntry {
  readonly level: LogLevel;
  /** What happened, in the past tense: `login.refused`. */
  readonly event: string;
  /** The same for people: one line, with text of peers quoted and cut. */
  readonly msg: string;
  readonly fields?: Readonly<Record<string, FieldValue>>;
}

export interface Log {
  /** Whether entries of that level become lines. */
  has(level: LogLevel): boolean;
  write(entry: LogEntry): void;
}

export interface LogSettings {
  readonly format: "json" | "text";
  readonly level: LogLevel;
  /** Which worker writes; null for the process as a whole. */
  readonly worker: number | null;
}

/** Takes one line, its end included. */
export type LineSink = (line: string) => void;

/** Fields that no event has and no line may ever show. */
const secretFields = ["password", "secret", "token", "response"];

/**
 * The second belt, should an event ever carry what it must not: what stands for such fields. By hand, since fields are flat here and
 * pino's own redaction costs as much as the rest of the line.
 */
function hidden(fields: LogEntry["fields"]): Readonly<Record<string, string>> | undefined {
  const found = fields === undefined ? [] : secretFields.filter((name) => name in fields);
  return found.length === 0 ? undefined : Object.fromEntries(found.map((name) => [name, "[hidden]"]));
}

const rankOf = (level: LogLevel): number => logLevels.indexOf(level);

/** The parts that people have no use for are left out, and nothing breaks out of its line. */
function textLog({ level }: LogSettings, sink: LineSink): Log {
  const now = clock();
  const has = (wanted: LogLevel): boolean => rankOf(wanted) >= rankOf(level);
  return {
    has,
    write: (entry) => {
      if (!has(entry.level)) return;
      sink(`${now()} ${entry.msg.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, "?")}\n`);
    },
  };
}

/** The time as ISO 8601 has it; most of it is the same for all lines of a second. */
function clock(): () => string {
  let second = -1;
  let head = "";
  return () => {
    const ms = Date.now();
    const thisSecond = Math.floor(ms / 1000);
    if (thisSecond !== second) [second, head] = [thisSecond, new Date(ms).toISOString().slice(0, 20)];
    return `${head}${String(ms % 1000).padStart(3, "0")}Z`;
  };
}

async function jsonLog({ level, worker }: LogSettings, sink: LineSink): Promise<Log> {
  const { pino } = await import("pino");
  const now = clock();
  const logger = pino(
    {
      level,
      base: worker === null ? null : { worker },
      timestamp: () => `,"time":"${now()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: sink },
  );
  return {
    has: (wanted) => logger.isLevelEnabled(wanted),
    write: ({ level: wanted, event, msg, fields }) => logger[wanted]({ event, ...fields, ...hidden(fields) }, msg),
  };
}

/** A log that writes to `sink`. */
export async function createLog(settings: LogSettings, sink: LineSink): Promise<Log> {
  return settings.format === "json" ? jsonLog(settings, sink) : textLog(settings, sink);
}
