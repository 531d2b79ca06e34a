// `postern serve`: starts the service, says what a newcomer needs to know, and stops when it is asked to.
// Makes configuration of flags, no more: `service/compose.ts` puts the service together, `serve-banner.ts` has the words.
import { Command, Option } from "commander";
import { ConfigProblem } from "../config/problem.js";
import type { Config } from "../config/schema.js";
import type { Service } from "../service/compose.js";
import type { CliContext } from "./context.js";
import { configFor, withDataOptions } from "./data-options.js";
import type { DataOptions } from "./data-options.js";
import { banner, demoBanner } from "./serve-banner.js";
import { version } from "./version.js";

interface ServeOptions extends DataOptions {
  readonly listen?: readonly string[];
  readonly listenTls?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly allowPlaintextLogin?: boolean;
  readonly demo?: boolean;
  readonly workers?: number;
}

const examples = `
Examples:
  postern serve                                        on 127.0.0.1:1110 and 127.0.0.1:1995, data in ./postern-data
  postern serve --demo                                 with an account and messages to try it out
  postern serve --listen 0.0.0.0:110 --listen-tls 0.0.0.0:995 \\
                --tls-cert chain.pem --tls-key key.pem to the world, with a certificate of your own`;

/** `serve` as a subcommand. */
export function serveCommand(context: CliContext): Command {
  const listen = (flag: string, what: string): Option =>
    new Option(`${flag} <host:port>`, `${what}; may be repeated; "none" for none`).argParser(
      (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
    );
  return withDataOptions(new Command("serve"))
    .description("Serves the maildrops of a data directory by POP3. An empty or missing directory is made ready first.")
    .addOption(listen("--listen", "listen in the clear, with STLS (default: 127.0.0.1:1110)"))
    .addOption(listen("--listen-tls", "listen inside TLS (default: 127.0.0.1:1995)"))
    .option("--tls-cert <file>", "certificate chain, PEM (default: a self-signed one in the data directory)")
    .option("--tls-key <file>", "its private key, PEM")
    .option("--allow-plaintext-login", "take passwords without TLS, from this machine only")
    .addOption(
      new Option("--workers <count>", "threads that serve (default: one per core)").argParser((value: string) =>
        /^\d+$/.test(value) ? Number(value) : value,
      ),
    )
    .option("--demo", "data in ./postern-demo, an account `demo` with messages, plaintext login from this machine")
    .addHelpText("after", examples)
    .action((options: ServeOptions) => serve(context, options));
}

/** One `none` switches a listener off; the schema wants it alone. */
const listenValue = (values: readonly string[] | undefined): string | readonly string[] | undefined =>
  values?.length === 1 ? values[0] : values;

async function serve(context: CliContext, options: ServeOptions): Promise<void> {
  const { demo = false } = options;
  const flags = {
    listen: listenValue(options.listen),
    listen_tls: listenValue(options.listenTls),
    tls_cert: options.tlsCert,
    tls_key: options.tlsKey,
    allow_plaintext_login: options.allowPlaintextLogin ?? (demo ? true : undefined),
    workers: options.workers,
  };
  const read = async (): Promise<Config> =>
    configFor(context, options, flags, demo ? { data: "postern-demo", workers: 1 } : {});
  const config = await read();
  if (demo) await (await import("../service/demo.js")).prepareDemo(config);

  const { signal } = context;
  const reloads = reloadRequests(context);
  const { startService } = await import("../service/compose.js");
  const { ServiceManager } = await import("../service/systemd.js");
  const output = await logOutput(context);
  const manager = new ServiceManager(context.env);
  const { sink } = output;
  const { startRetention } = await import("../service/retention.js");
  const terminal = context.stderr.isTTY === true;
  const service = await startService(config, { sink, terminal, version, onPrimary: startRetention });
  context.stdout.write(`${(demo ? demoBanner : banner)(context, config, service, options).join("\n")}\n`);
  const serving = "Serving";
  void manager.ready(serving);

  reloads.begin(async () => {
    await manager.reloading();
    try {
      await service.reload(await read());
    } catch (error) {
      tellProblems(service, error);
    }
    await manager.ready(serving);
  });
  await new Promise<void>((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
  service.log.write({
    level: "info",
    event: "service.stopping",
    msg: "Stopping: running commands are being finished. A second signal ends at once.",
  });
  const told = manager.stopping();
  await service.stop();
  await told;
  await output.end();
}

interface LogOutput {
  readonly sink: (line: string) => void;
  end(): Promise<void>;
}

/** How long the end waits for a reader of the log that takes nothing. */
const lastLinesMs = 2000;

async function logOutput({ stderr, onExit }: CliContext): Promise<LogOutput> {
  if (stderr.fd === undefined) return { sink: (line) => void stderr.write(line), end: async () => {} };
  const { LogWriter } = await import("../service/log-writer.js");
  const writer = new LogWriter(stderr.fd);
  onExit?.(() => writer.flushNow());
  return { sink: (line) => writer.write(line), end: async () => writer.flushed(lastLinesMs) };
}

/** Reloads that are asked for, from the first moment on; several at a time become one. */
function reloadRequests({ onReload }: CliContext): { begin(reload: () => Promise<void>): void } {
  let wanted = false;
  let running = false;
  let reload: (() => Promise<void>) | null = null;
  const work = async (): Promise<void> => {
    if (running || reload === null) return;
    running = true;
    while (wanted) {
      wanted = false;
      await reload();
    }
    running = false;
  };
  onReload?.(() => {
    wanted = true;
    void work();
  });
  return {
    begin: (given) => {
      reload = given;
      void work();
    },
  };
}

/** What was wrong with a configuration at a reload: an entry for each problem. */
function tellProblems({ log }: Service, error: unknown): void {
  const problems = error instanceof ConfigProblem ? error.problems : [(error as Error).message];
  for (const problem of problems) {
    log.write({
      level: "error",
      event: "service.reload-refused",
      msg: `not reloaded, everything goes on as before: ${problem}`,
      fields: { problem },
    });
  }
}
