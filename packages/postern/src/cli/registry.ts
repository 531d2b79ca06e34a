// `postern registry`: the registry of POP3 extensions on a terminal, and the judge of a proposal. It finds and prints declarations;
// what they mean, and what RFC 2449 §9 asks for, is known to `@postern/pop3`.
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import {
  type AnyCapability,
  capabilityTemplate,
  judgementText,
  judgeProposal,
  pageText,
  PROPOSAL_OCTETS,
  registryPage,
  type ResponseCode,
  responseCodeTemplate,
  standard,
  templateText,
} from "@postern/pop3";
import { Command } from "commander";
import { nearest } from "../config/nearest.js";
import { CliFailure } from "./context.js";
import type { CliContext } from "./context.js";
import { capabilityFacts, listText, responseCodeFacts, showCapability, showResponseCode } from "./registry-text.js";
import { fileReason } from "../config/file-reason.js";
import { styleFor } from "./text-style.js";

interface JsonOption {
  readonly json?: boolean;
}

/** What a name on the command line stands for. */
type Entry =
  | { readonly kind: "capability"; readonly capability: AnyCapability }
  | { readonly kind: "response-code"; readonly code: ResponseCode; readonly owner: AnyCapability };

/** Where a line of running text ends at the latest: longer ones are hard to read. */
const TEXT_COLUMNS = 100;
/** Columns where nobody says how wide the output is: a file or a pipe. */
const FILE_COLUMNS = 120;

const examples = `
A response code that is called like a capability is meant where it stands in brackets: [LOGIN-DELAY].

Examples:
  postern registry list                        what is registered, and what this version serves
  postern registry show STLS                   all about one of them
  postern registry page --initial              the registry as RFC 2449 began it
  postern registry template TOP > mine.txt     a filled template to start from
  postern registry validate mine.txt           what RFC 2449 §9 has against a proposal`;

/** `registry` with its subcommands. */
export function registryCommand(context: CliContext): Command {
  const registry = new Command("registry")
    .description("Shows the registry of POP3 extensions (RFC 2449) and judges proposals for it.")
    .addHelpText("after", examples);
  const json = ["--json", "as JSON"] as const;

  registry
    .command("list")
    .description("Lists the registered capabilities and response codes, a line each.")
    .option(...json)
    .addHelpText("after", "\nExample:\n  postern registry list --json")
    .action((options: JsonOption) => list(context, options));

  registry
    .command("show <tag>")
    .description("Shows all that is declared about a capability or a response code, in any case.")
    .option(...json)
    .addHelpText("after", "\nExamples:\n  postern registry show login-delay\n  postern registry show SYS/TEMP")
    .action((tag: string, options: JsonOption) => show(context, tag, options));

  registry
    .command("page")
    .description("Prints the page of the registry: all columns, and the rules for new entries.")
    .option("--initial", "the set that RFC 2449 began with, in November 1998")
    .option(...json)
    .addHelpText("after", "\nExample:\n  postern registry page --initial")
    .action((options: JsonOption & { initial?: boolean }) => page(context, options));

  registry
    .command("template <tag>")
    .description("Prints the filled registration template of a capability or a response code.")
    .option(...json)
    .addHelpText("after", "\nExample:\n  postern registry template UTF8")
    .action((tag: string, options: JsonOption) => template(context, tag, options));

  registry
    .command("validate <file>")
    .description(
      "Judges a proposed capability or response code: a filled template as text or JSON, - for standard input.",
    )
    .option(...json)
    .addHelpText(
      "after",
      `
Its reference is an RFC. Of one that is not known here, say what it is behind the number:

  Specification reference: RFC 9999 (Proposed Standard)
  Specification reference: RFC 9999 (Experimental, IESG approved)

Example:
  postern registry template TOP | postern registry validate -`,
    )
    .action((file: string, options: JsonOption) => validate(context, file, options));

  return registry;
}

function list(context: CliContext, { json }: JsonOption): void {
  if (json === true) {
    const listed = standard.filter(({ tag }) => tag !== null);
    printJson(context, {
      capabilities: listed.map(capabilityFacts),
      responseCodes: codesOf(standard).map(({ code, owner }) => responseCodeFacts(code, owner)),
    });
    return;
  }
  context.stdout.write(listText(standard, emphasis(context)));
}

function show(context: CliContext, tag: string, { json }: JsonOption): void {
  const entry = entryOf(tag);
  const columns = Math.min(columnsOf(context), TEXT_COLUMNS);
  if (entry.kind === "capability") {
    if (json === true) printJson(context, capabilityFacts(entry.capability));
    else context.stdout.write(showCapability(entry.capability, columns, emphasis(context)));
    return;
  }
  const { code, owner } = entry;
  if (json === true) printJson(context, responseCodeFacts(code, owner));
  else context.stdout.write(showResponseCode(code, owner, columns, emphasis(context)));
}

function page(context: CliContext, { json, initial }: JsonOption & { initial?: boolean }): void {
  const view = registryPage(standard, initial === true ? "initial" : "today");
  if (json === true) printJson(context, view);
  else context.stdout.write(pageText(view, columnsOf(context)));
}

function template(context: CliContext, tag: string, { json }: JsonOption): void {
  const entry = entryOf(tag);
  if (entry.kind === "capability" && entry.capability.tag === null) {
    throw new CliFailure(`${tag.toUpperCase()} has no capability tag, so there is no registration template for it.`, 1);
  }
  const filled = entry.kind === "capability" ? capabilityTemplate(entry.capability) : responseCodeTemplate(entry.code);
  if (json === true) printJson(context, filled);
  else context.stdout.write(templateText(filled, Math.min(columnsOf(context), 72)));
}

async function validate(context: CliContext, file: string, { json }: JsonOption): Promise<void> {
  const text = await proposalText(context, file);
  const judgement = judgeProposal(text, standard);
  if (json === true) {
    printJson(context, { file, accepted: judgement.problems.length === 0, ...judgement });
  } else {
    const name = file === "-" ? "standard input" : file;
    context.stdout.write(judgementText(name, judgement, Math.min(columnsOf(context), TEXT_COLUMNS)));
  }
  context.exit(judgement.problems.length === 0 ? 0 : 1);
}

/** A proposal's text. Reads no further than shows that it is too long. */
async function proposalText({ stdin, cwd }: CliContext, file: string): Promise<string> {
  const pieces: Buffer[] = [];
  let octets = 0;
  try {
    for await (const piece of file === "-" ? stdin : createReadStream(resolve(cwd, file))) {
      pieces.push(Buffer.from(piece as Uint8Array));
      octets += pieces.at(-1)!.length;
      if (octets > PROPOSAL_OCTETS) break;
    }
  } catch (error) {
    throw new CliFailure(`The proposal ${file} cannot be read: ${fileReason(error)}.`, 2, { cause: error });
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** The entry of a tag, a response code, a command keyword or a declaration's name, in any case. */
function entryOf(name: string): Entry {
  const inBrackets = /^\[(.*)\]$/.exec(name)?.[1];
  const wanted = (inBrackets ?? name).toUpperCase();
  const codes = codesOf(standard);
  const capability =
    standard.find(({ tag }) => tag !== null && tag.toUpperCase() === wanted) ??
    standard.find((candidate) => candidate.name.toUpperCase() === wanted);
  const code = codes.find((candidate) => candidate.code.code.toUpperCase() === wanted);
  if (capability !== undefined && inBrackets === undefined) return { kind: "capability", capability };
  if (code !== undefined) return { kind: "response-code", ...code };
  const owner = standard.find(({ commands }) => commands.some(({ keyword }) => keyword === wanted));
  if (owner !== undefined && inBrackets === undefined) return { kind: "capability", capability: owner };
  const known = [
    ...standard.map((candidate) => candidate.tag ?? candidate.name),
    ...codes.map(({ code: { code } }) => code),
  ];
  const meant =
    nearest(wanted, known) ?? known.filter((candidate) => candidate.startsWith(wanted.slice(0, 1))).join(", ");
  const hint = meant === "" ? "`postern registry list` shows what there is." : `did you mean ${meant}?`;
  throw new CliFailure(`${JSON.stringify(name)} is neither a capability nor a response code: ${hint}`, 1);
}

function codesOf(
  capabilities: readonly AnyCapability[],
): { readonly code: ResponseCode; readonly owner: AnyCapability }[] {
  return capabilities.flatMap((owner) => (owner.responseCodes ?? []).map((code) => ({ code, owner })));
}

function printJson(context: CliContext, value: unknown): void {
  context.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

function columnsOf({ stdout }: CliContext): number {
  return Math.max(40, stdout.columns ?? FILE_COLUMNS);
}

function emphasis(context: CliContext): (text: string) => string {
  const style = styleFor(context);
  return (text) => style("bold", text);
}
