// `postern serve`: starts the service, says what a newcomer needs to know, and stops when it is asked to.
// Makes configuration of flags, no more: `service/compose.ts` puts the service together, `serve-banner.ts` has the words.
import { Command, Option } from "commander";
import type { CliContext } from "./context.js";
import { configFor, withDataOptions } from "./data-options.js";
import type { DataOptions } from "./data-options.js";
import { banner, demoBanner } from "./serve-banner.js";

interface ServeOptions extends DataOptions {
  readonly listen?: readonly string[];
  readonly listenTls?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly allowPlaintextLogin?: boolean;
  readonly demo?: boolean;
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
  };
  const config = await configFor(context, options, flags, demo ? { data: "postern-demo" } : {});
  if (demo) await (await import("../service/demo.js")).prepareDemo(config);

  const { signal } = context;
  const { startService } = await import("../service/compose.js");
  const service = await startService(config, (line) => context.stderr.write(`${new Date().toISOString()} ${line}\n`));
  context.stdout.write(`${(demo ? demoBanner : banner)(context, config, service, options).join("\n")}\n`);

  await new Promise<void>((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
  context.stderr.write("Stopping: running commands are being finished. A second signal ends at once.\n");
  await service.stop();
}
