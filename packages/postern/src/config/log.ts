// The table `log` of the configuration: how much of what happens is written to standard error, and in which form.
// Knows no writer; the lines are made in `service/log.ts`.
import { z } from "zod";

/** From the most talkative to the most silent. */
export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogConfig {
  /** "auto" is text on a terminal and JSON elsewhere. */
  readonly format: "auto" | "json" | "text";
  readonly level: LogLevel;
}

export const logTable: z.ZodType<LogConfig> = z
  .strictObject({
    format: z
      .enum(["auto", "json", "text"], { error: 'write "auto", "json" or "text"' })
      .default("auto")
      .describe(
        'How the log on standard error is written: "text" for people, "json" for programs, one object a line. "auto" is text on a terminal and JSON elsewhere.',
      ),
    level: z
      .enum(logLevels, { error: 'write "debug", "info", "warn" or "error"' })
      .default("info")
      .describe(
        'What is worth a line: "info" has logins, deletions and everything wrong; "debug" adds every session and every command.',
      ),
  })
  .prefault({});
