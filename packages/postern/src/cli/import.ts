// `postern import`: copies the mail of another program into a maildrop, with its unique-ids, as often as one likes.
// Flags, sentences and exit status: the formats are opened by `delivery/open-source.ts`, `delivery/importer.ts` does the copying.
import { MaildropFailure } from "@postern/pop3/server";
import { Command, Option } from "commander";
import { SourceRefused, uniqueIdWays } from "../delivery/import-source.js";
import type { ImportSource, UniqueIdWay } from "../delivery/import-source.js";
import { importMessages } from "../delivery/importer.js";
import type { Imported, ImportTarget } from "../delivery/importer.js";
import { openSource } from "../delivery/open-source.js";
import { printable } from "../delivery/printable.js";
import { withMaildrop } from "./account.js";
import { CliFailure } from "./context.js";
import { shownOctets } from "./figures.js";
import { ImportProgress } from "./import-progress.js";
import type { CliContext } from "./context.js";
import { withDataOptions } from "./data-options.js";
import type { DataOptions } from "./data-options.js";

interface ImportOptions extends DataOptions {
  readonly from: string;
  readonly uniqueIds: UniqueIdWay;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** How often the line of progress changes, at most. */
const progressEveryMs = 100;

/** `postern import NAME --from maildir:DIR|mbox:FILE|eml:DIR|cyrus:DIR`. */
export function importCommand(context: CliContext): Command {
  return withDataOptions(new Command("import"))
    .description(
      "Copies mail into a maildrop. Running it again copies only what is not there yet, so an import that was " +
        "interrupted is finished by running it again. Nothing in the source is changed.",
    )
    .argument("<name>", "the account whose maildrop gets the mail")
    .requiredOption("--from <source>", "maildir:DIR, mbox:FILE, eml:DIR (files *.eml, at any depth) or cyrus:DIR")
    .addOption(
      new Option("--unique-ids <way>", "whose unique-ids to keep, so that clients do not fetch everything again")
        .choices(uniqueIdWays)
        .default("auto"),
    )
    .option("--dry-run", "read everything and change nothing")
    .option("--json", "print the outcome as JSON")
    .addHelpText("after", examples)
    .action((name: string, options: ImportOptions) => runImport(context, name, options));
}

const examples = `
Examples:
  postern import mia --from maildir:/home/mia/Maildir      with the unique-ids of Dovecot or Courier
  postern import mia --from mbox:/var/mail/mia             X-UIDL fields become unique-ids
  postern import mia --from cyrus:/var/spool/cyrus/mail/m/user/mia
  postern import mia --from eml:old-mail --dry-run

Unique-ids: auto takes what the source has; dovecot, courier and cyrus take that server's form; uidonly is for
cyrus:DIR under \`uidl_format: uidonly\`; none makes new ones. One that is malformed or already used gets a new one.

Exit status: 0 all is there, 1 some messages failed or the import was interrupted, 2 it could not run.`;

async function runImport(context: CliContext, name: string, options: ImportOptions): Promise<void> {
  const source = await openSource(options.from, options.uniqueIds, context.cwd).catch((error: unknown) => {
    throw error instanceof SourceRefused ? new CliFailure(sentence(error.message)) : error;
  });
  await withMaildrop(context, options, name, async ({ maildrops }, user) => {
    await copy(context, options, options.dryRun === true ? readOnly : maildrops, user, source);
  });
}

async function copy(
  context: CliContext,
  options: ImportOptions,
  target: ImportTarget,
  name: string,
  source: ImportSource,
): Promise<void> {
  const { stderr, signal } = context;
  const quiet = options.json === true;
  const say = (text: string): void => void stderr.write(`${printable(text)}\n`);
  if (!quiet) for (const note of source.notes) say(note);
  const shows = stderr.isTTY === true;
  const progress = new ImportProgress(source.count, source.octets, Date.now());
  const failures: { name: string; problem: string }[] = [];
  let shownMs = 0;
  let stopped: string | null = null;
  const clear = (): void => void (shows && stderr.write("\r\x1b[K"));

  const noted = (imported: Imported): void => {
    progress.note(imported);
    const { message, outcome } = imported;
    if (outcome.kind === "failed") {
      failures.push({ name: message.name, problem: outcome.problem });
      clear();
      say(`postern: ${message.name}: ${outcome.problem}`);
    }
    const nowMs = Date.now();
    if (shows && nowMs - shownMs >= progressEveryMs) {
      shownMs = nowMs;
      stderr.write(`\r${progress.line(nowMs, (stderr.columns ?? 80) - 1)}\x1b[K`);
    }
  };

  try {
    for await (const imported of importMessages(target, name, source, signal)) noted(imported);
  } catch (error) {
    if (signal?.aborted === true) stopped = "The import was interrupted";
    else if (error instanceof MaildropFailure || error instanceof SourceRefused) stopped = error.message;
    else throw error;
  } finally {
    clear();
  }

  const { imported, importedOctets, known, failed, renamed } = progress;
  if (quiet) {
    const outcome = {
      user: name,
      imported,
      octets: importedOctets,
      known,
      newUniqueIds: renamed,
      failed: failures,
      stopped,
    };
    context.stdout.write(`${JSON.stringify(outcome)}\n`);
  } else {
    context.stdout.write(`${summary(progress, options.dryRun === true)}\n`);
  }
  if (stopped !== null) {
    say(`postern: ${sentence(stopped)} Run the same command again to go on.`);
    context.exit(signal?.aborted === true ? 1 : 2);
  } else {
    context.exit(failed > 0 ? 1 : 0);
  }
}

function summary({ imported, importedOctets, known, failed, renamed }: ImportProgress, dryRun: boolean): string {
  const parts = [`${imported} ${dryRun ? "can be imported" : "imported"} (${shownOctets(importedOctets)})`];
  if (!dryRun) parts.push(`${known} already there`);
  parts.push(`${failed} failed`);
  if (renamed > 0) parts.push(`${renamed} with a new unique-id, because theirs is malformed or was used before`);
  return `${parts.join(", ")}.`;
}

function sentence(text: string): string {
  return /[.!]$/.test(text) ? text : `${text}.`;
}

/** The target of a dry run: reads every message to its end and keeps nothing. */
const readOnly: ImportTarget = {
  async importMessage(_user, message, { uniqueId = "" }) {
    let octets = 0;
    for await (const piece of message) octets += piece.length;
    return { uniqueId, octets };
  },
};
