// What deletes messages whose time is over (RFC 2449 §6.7): once per process, beside the workers, with rooms of its own.
// Runs only where the retention is announced, so that nothing is deleted that nobody was told of. What may go is decided in `maildrop/`.
import { setTimeout as sleep } from "node:timers/promises";
import { expire } from "@postern/pop3";
import type { Config } from "../config/schema.js";
import type { PrimaryTask } from "./compose.js";
import type { Log } from "./log.js";
import { openRooms } from "./rooms.js";

/** Whole days are kept; an hour more does no harm. */
const SWEEP_MS = 3_600_000;
const RETRY_MS = 60_000;

/** Starts sweeping for a configuration. Throws `ServiceProblem`. */
export function startRetention(config: Config, log: Log, retryMs: number = RETRY_MS): readonly PrimaryTask[] {
  if (config.capabilities?.some((tag) => tag.toUpperCase() === expire.tag) === false) return [];
  const rooms = openRooms(config, { create: true });
  const failed = (error: unknown): void =>
    log.write({ level: "error", event: "retention.failed", msg: `sweeping failed: ${String(error)}`, fields: {} });
  const retention = rooms.maildrops.retention(rooms.policies, {
    tell: ({ user, deleted }) =>
      log.write({
        level: "info",
        event: "retention.swept",
        msg: `${JSON.stringify(user)}: ${deleted} of the messages were too old and are deleted`,
        fields: { user, deleted },
      }),
    failed,
  });
  const stopping = new AbortController();
  const started = begun();
  return [
    {
      async stop() {
        stopping.abort();
        await started;
        retention.stop();
        rooms.close();
      },
    },
  ];

  /** Nothing is swept before it is noted since when the retention counts; a database that is busy now will not be for long. */
  async function begun(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await rooms.policies.noteDefaults(Date.now());
        retention.start(SWEEP_MS);
        return;
      } catch (error) {
        failed(error);
        await sleep(retryMs, undefined, { ref: false, signal: stopping.signal }).catch(() => undefined);
      }
    }
  }
}
