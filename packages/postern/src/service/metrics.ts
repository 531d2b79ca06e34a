// What one worker counts of its sessions, for /metrics: every series has labels of a closed set, whatever peers send.
// Fed by the server's events. Knows no HTTP; `process-metrics.ts` adds the process as a whole and puts the workers together.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { Pop3Server } from "@postern/pop3/server";
import { Counter, Histogram, Registry } from "prom-client";
import type { MetricObjectWithValues, MetricValue } from "prom-client";
import { gaugeIn } from "./gauge.js";

/** A registry's content as plain data, fit to be sent between threads. */
export type MetricsSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[];

/** Seconds: from what memory answers to what a slow disk or a password hash takes. */
const commandBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const loginBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Causes of refused logins that have a series of their own. */
const loginCauses: ReadonlySet<string> = new Set(["credentials", "in-use", "login-delay", "temporary", "permanent"]);

const perSecond = 1e9;
/** The delay is measured by a timer of this length, which is part of every figure. */
const delayTimerMs = 10;
const other = "other";

/** The counters of one worker; they go on from one generation of its configuration to the next. */
export class SessionMetrics {
  readonly #registry = new Registry();
  readonly #servers = new Set<Pop3Server>();
  readonly #delay = monitorEventLoopDelay({ resolution: delayTimerMs });

  constructor(worker: number) {
    const [label, delay, servers] = [String(worker), this.#delay, this.#servers];
    delay.enable();
    gaugeIn(this.#registry, "postern_sessions_open", "Sessions that are open now.", [], (gauge) => {
      gauge.set([...servers].reduce((sum, { sessionCount }) => sum + sessionCount, 0));
    });
    const late = "How late a worker's event loop was since it was last asked, by quantile.";
    gaugeIn(this.#registry, "postern_worker_event_loop_delay_seconds", late, ["worker", "quantile"], (gauge) => {
      const quantiles = [0.5, 0.99].map((quantile) => [quantile, delay.percentile(quantile * 100)] as const);
      for (const [quantile, nanoseconds] of [...quantiles, [1, delay.max] as const]) {
        gauge.set(
          { worker: label, quantile: String(quantile) },
          Math.max(0, nanoseconds / perSecond - delayTimerMs / 1000),
        );
      }
      delay.reset();
    });
    gaugeIn(
      this.#registry,
      "postern_worker_heap_octets",
      "Octets of JavaScript heap that a worker uses.",
      ["worker"],
      (gauge) => gauge.set({ worker: label }, getHeapStatistics().used_heap_size),
    );
  }

  /** Counts what this server does from now on, until `forget`. `mechanisms` are the names that `method` may have besides keywords. */
  watch(server: Pop3Server, mechanisms: readonly string[]): void {
    this.#servers.add(server);
    const { registry } = server;
    const keywords = new Set(registry.capabilities.flatMap(({ commands }) => commands.map(({ keyword }) => keyword)));
    const methods = new Set([...keywords, ...mechanisms]);
    const codes = new Set(registry.responseCodes.map(({ code }) => code));
    const among = (known: ReadonlySet<string>, value: string): string => (known.has(value) ? value : other);

    const { opened, ended, refused, octets, tls, tlsFailed, tlsDropped } = this.#connections;
    server.on("session.opened", () => opened.inc());
    server.on("session.refused", ({ reason }) => refused.inc({ reason }));
    server.on("tls.started", ({ version, droppedOctets }) => {
      tls.inc({ version: version ?? other });
      if (droppedOctets > 0) tlsDropped.inc(droppedOctets);
    });
    server.on("tls.failed", () => tlsFailed.inc());

    const { answered, sentCodes, commandSeconds, logins, loginSeconds, inUse } = this.#commands;
    /** Sessions whose login was judged, and whose answer is still to come. */
    const judged = new Map<string, string>();
    server.on("session.ended", ({ session, reason, octetsIn, octetsOut }) => {
      judged.delete(session);
      ended.inc({ reason });
      octets.inc({ direction: "in" }, octetsIn);
      octets.inc({ direction: "out" }, octetsOut);
    });
    server.on("login.accepted", ({ session, method }) => {
      judged.set(session, "accepted");
      logins.inc({ outcome: "accepted", method: among(methods, method) });
    });
    server.on("login.refused", ({ session, method, cause }) => {
      judged.set(session, "refused");
      if (cause === "in-use") inUse.inc();
      logins.inc({ outcome: among(loginCauses, cause), method: among(methods, method) });
    });
    server.on("command.answered", ({ session, keyword, status, code, durationMs }) => {
      const seconds = durationMs / 1000;
      answered.inc({ keyword: keyword === "" ? "none" : among(keywords, keyword), status });
      commandSeconds.observe(seconds);
      if (code !== null) sentCodes.inc({ code: among(codes, code) });
      const outcome = judged.get(session);
      if (outcome === undefined) return;
      judged.delete(session);
      loginSeconds.observe({ outcome }, seconds);
    });

    const { retrieved, deleted, failures } = this.#mail;
    server.on("message.retrieved", () => retrieved.inc());
    server.on("maildrop.updated", (event) => {
      if (event.deleted > 0) deleted.inc(event.deleted);
    });
    server.on("failure.caught", () => failures.inc({ where: "session" }));
    server.on("listener.failed", () => failures.inc({ where: "listener" }));
  }

  /** The server's last session has ended. */
  forget(server: Pop3Server): void {
    this.#servers.delete(server);
  }

  async snapshot(): Promise<MetricsSnapshot> {
    return this.#registry.getMetricsAsJSON();
  }

  close(): void {
    this.#delay.disable();
    this.#registry.clear();
  }

  readonly #connections = {
    opened: this.#counter("postern_sessions_opened_total", "Sessions that began."),
    ended: this.#counter("postern_sessions_ended_total", "Sessions that ended, by the reason.", ["reason"]),
    refused: this.#counter("postern_connections_refused_total", "Connections turned away, by the reason.", ["reason"]),
    octets: this.#counter("postern_octets_total", "Octets of ended sessions, TLS not counted, by direction.", [
      "direction",
    ]),
    tls: this.#counter("postern_tls_started_total", "TLS handshakes that succeeded, by version.", ["version"]),
    tlsFailed: this.#counter("postern_tls_failed_total", "TLS handshakes that failed."),
    tlsDropped: this.#counter(
      "postern_tls_dropped_octets_total",
      "Octets that came in the clear behind STLS and were dropped.",
    ),
  };

  readonly #commands = {
    answered: this.#counter("postern_commands_total", "Commands answered, by keyword and status.", [
      "keyword",
      "status",
    ]),
    sentCodes: this.#counter("postern_response_codes_total", "Response codes sent, by code.", ["code"]),
    commandSeconds: this.#histogram("postern_command_seconds", "From a command to its reply.", commandBuckets, []),
    logins: this.#counter("postern_logins_total", "Logins, by outcome and by the command or mechanism.", [
      "outcome",
      "method",
    ]),
    loginSeconds: this.#histogram("postern_login_seconds", "From a login's last command to its reply.", loginBuckets, [
      "outcome",
    ]),
    inUse: this.#counter(
      "postern_lease_conflicts_total",
      "Logins refused because another session had the maildrop open.",
    ),
  };

  readonly #mail = {
    retrieved: this.#counter("postern_messages_retrieved_total", "Messages sent whole."),
    deleted: this.#counter("postern_messages_deleted_total", "Messages deleted."),
    failures: this.#counter("postern_failures_total", "Failures of the system, by where they were caught.", ["where"]),
  };

  #counter<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly Label[],
  ): Histogram<Label> {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.#registry] });
  }
}
