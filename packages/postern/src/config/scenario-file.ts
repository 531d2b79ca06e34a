// The scenario file of `postern testserver`: a test server as TOML or JSON, its words those of postern.toml where both have the thing.
// What a fault may say is `@postern/pop3/testing`'s to judge; the messages that a file names are read by `scenario-messages.ts`.
import { readFileSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { assertFault, FAULT_KINDS, SCENARIOS, type Fault, type ScenarioName } from "@postern/pop3/testing";
import type { TestServerOptions } from "@postern/pop3/testing";
import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { fileReason } from "./file-reason.js";
import { nearest } from "./nearest.js";
import { expireDays, loginDelaySeconds } from "./policy.js";
import { ConfigProblem } from "./problem.js";
import { messagesOfFile } from "./scenario-messages.js";
import { flag, text } from "./values.js";

const scenarioNames = SCENARIOS.map(({ name }) => name);
/** A function cannot stand in a file. */
const faultNames = FAULT_KINDS.filter((kind) => kind !== "custom");

const list = (item: z.ZodString, form: string): z.ZodArray<z.ZodString> => z.array(item, { error: form });
const linesForm = 'write a list of lines, such as ["TOP", "UIDL"]';
const tagsForm = 'write a list of capability tags, such as ["TOP", "UIDL"]';
const mechanismsForm = 'write a list of SASL mechanisms, such as ["SCRAM-SHA-256", "PLAIN"]';
const messageForm = 'write the text of a message, or { file = "message.eml" }';
const messagesForm = "write a list of messages, or a table with such a list for each account";
const cleartextForm = 'write "never", "loopback" or "always"';
const certificateForm = 'write "valid", "expired", "wrong-name" or "none"';
const faultForm = "write a table [[faults]] for each fault";

const messageList = z.array(
  z.union([z.string(), z.strictObject({ file: text(messageForm) })], { error: messageForm }),
  { error: messagesForm },
);

const schema = z.strictObject({
  $schema: z.string().optional().describe("For editors."),
  extends: z
    .string({ error: "write the name of a scenario" })
    .meta({ enum: scenarioNames })
    .optional()
    .describe(`The scenario that this one begins with: ${scenarioNames.join(", ")}. What is written here wins.`),
  accounts: z
    .record(z.string().min(1), z.string({ error: "write a password" }), {
      error: 'write a table, such as alice = "secret"',
    })
    .optional()
    .describe('Names and passwords; alice with "secret" where absent. They are for tests: anybody may read them.'),
  messages: z
    .union([messageList, z.record(z.string(), messageList)], { error: messagesForm })
    .optional()
    .describe(
      "What is in the maildrop of the first account, or in each one's: texts, and files or folders of .eml files, whose paths count from this file.",
    ),
  greeting: text("write the line of the greeting, such as +OK ready").optional().describe("The line that greets."),
  capability_lines: list(text(linesForm), linesForm)
    .optional()
    .describe("What CAPA lists, line by line, whatever works. Where absent, what works."),
  capabilities: list(text(tagsForm), tagsForm)
    .optional()
    .describe("Tags of the capabilities to offer; all where absent."),
  mechanisms: list(text(mechanismsForm), mechanismsForm).optional().describe("The SASL mechanisms to offer."),
  shared_secrets: flag().optional().describe("Whether the passwords are shared secrets, too, for APOP and CRAM-MD5."),
  tokens: flag().optional().describe("Whether the passwords are OAuth tokens, too, for OAUTHBEARER and XOAUTH2."),
  cleartext_login: z
    .enum(["never", "loopback", "always"], { error: cleartextForm })
    .optional()
    .describe("Where passwords may travel without TLS; always where absent."),
  certificate: z
    .enum(["valid", "expired", "wrong-name", "none"], { error: certificateForm })
    .optional()
    .describe('The certificate to show; "none" for a server without TLS. "valid" where absent.'),
  policy: z
    .strictObject({ login_delay_seconds: loginDelaySeconds.optional(), expire: expireDays.optional() })
    .optional()
    .describe("LOGIN-DELAY and EXPIRE of all users, as in postern.toml."),
  faults: z
    .array(z.looseObject({ fault: z.string({ error: "write the name of a fault" }).meta({ enum: faultNames }) }), {
      error: faultForm,
    })
    .optional()
    .describe(
      "How it misbehaves: each with its name, whom it is meant for and its options, as docs/guides/testing-clients.md lists them.",
    ),
});

type ScenarioFile = z.output<typeof schema>;

/** The JSON Schema of a scenario file, for editors. */
export function scenarioJsonSchema(): object {
  return z.toJSONSchema(schema, { io: "input" });
}

/** Reads a scenario file. Throws `ConfigProblem`, naming everything that is wrong at once. */
export function readScenarioFile(name: string): TestServerOptions {
  const outcome = schema.safeParse(written(name));
  const problems = (outcome.error?.issues ?? [])
    .map(innermost)
    .map((issue) => `${name}: ${placeOf(issue.path)}${messageOf(issue)}`);
  if (!outcome.success) throw new ConfigProblem([...new Set(problems)]);
  const { data } = outcome;
  const note = (place: string, problem: string): void => void problems.push(`${name}: ${place}: ${problem}`);
  if (data.extends !== undefined && !scenarioNames.includes(data.extends))
    note("extends", unknownScenario(data.extends));
  const faults = (data.faults ?? []).flatMap((fault, at) =>
    faultOf(fault, (problem) => note(`faults ${at + 1}`, problem)),
  );
  const messages = data.messages && messagesOfFile(data.messages, dirname(resolve(name)), note);
  for (const user of isList(data.messages) ? [] : Object.keys(data.messages ?? {})) {
    if (!Object.hasOwn(data.accounts ?? { alice: "" }, user)) note(`messages.${user}`, "there is no such account");
  }
  if (problems.length > 0) throw new ConfigProblem(problems);
  return { ...optionsOf(data, faults), ...(messages !== undefined && { messages }) };
}

/** A clause about a name that is no scenario's. */
export function unknownScenario(name: string): string {
  const meant = nearest(name, scenarioNames);
  const which = meant === null ? `there are ${scenarioNames.join(", ")}` : `did you mean ${meant}?`;
  return `there is no scenario ${JSON.stringify(name)}; ${which}`;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function written(name: string): unknown {
  try {
    const content = readFileSync(name, "utf8");
    return extname(name) === ".json" ? JSON.parse(content) : parse(content);
  } catch (error) {
    if (error instanceof TomlError) {
      const [reason = ""] = error.message.split("\n");
      throw new ConfigProblem([`${name}: line ${error.line}, column ${error.column}: ${reason}`]);
    }
    if (error instanceof SyntaxError) throw new ConfigProblem([`${name}: is no JSON: ${error.message}`]);
    throw new ConfigProblem([`${name}: cannot be read: ${fileReason(error)}`]);
  }
}

/** Of the forms that a value may have, the problem of the one that it came closest to. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union") return issue;
  const inner = issue.errors
    .flatMap(([first]) => (first === undefined ? [] : [innermost(first)]))
    .toSorted((one, other) => other.path.length - one.path.length);
  const [deepest] = inner;
  if (deepest === undefined || deepest.path.length === 0) return issue;
  return { ...deepest, path: [...issue.path, ...deepest.path] };
}

/** `faults 2: `, `policy.expire: `. */
function placeOf(path: readonly PropertyKey[]): string {
  const keys = path
    .map(String)
    .map((key, at) => (/^\d+$/.test(key) ? ` ${Number(key) + 1}` : `${at === 0 ? "" : "."}${key}`));
  return keys.length === 0 ? "" : `${keys.join("")}: `;
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== "unrecognized_keys") return issue.message;
  const known = issue.path[0] === "policy" ? ["login_delay_seconds", "expire"] : Object.keys(schema.shape).slice(1);
  return issue.keys.map((key) => unknownKey(key, known)).join("; ");
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return `there is no key ${key}; ${meant === null ? `there are ${known.join(", ")}` : `did you mean ${meant}?`}`;
}

/** Options are written as all keys are: `pause_ms` is `pauseMs`. */
function faultOf(given: Readonly<Record<string, unknown>>, note: (problem: string) => void): readonly Fault[] {
  const name = String(given["fault"]);
  if (!faultNames.some((kind) => kind === name)) {
    const meant = nearest(name, faultNames);
    const which = meant === null ? `there are ${faultNames.join(", ")}` : `did you mean ${meant}?`;
    note(`there is no fault ${JSON.stringify(name)}; ${which}`);
    return [];
  }
  const capital = Object.keys(given).filter((key) => key !== snake(key));
  for (const key of capital) note(`there is no key ${key}; did you mean ${snake(key)}?`);
  if (capital.length > 0) return [];
  const fault: unknown = Object.fromEntries(Object.entries(given).map(([key, value]) => [camel(key), value]));
  try {
    assertFault(fault);
    return [fault];
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    note(error.message.replaceAll(/\b[a-z]+(?:[A-Z][a-z]*)+\b/g, snake));
    return [];
  }
}

function snake(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camel(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function optionsOf(data: ScenarioFile, faults: readonly Fault[]): TestServerOptions {
  const { greeting, capability_lines: lines, policy = {} } = data;
  const all: readonly Fault[] = [
    ...(greeting === undefined ? [] : [{ fault: "reply", on: "greeting", text: greeting } as const]),
    ...(lines === undefined ? [] : [{ fault: "capabilities", replace: lines } as const]),
    ...faults,
  ];
  const delay = policy.login_delay_seconds;
  return {
    ...(data.extends !== undefined && { scenario: data.extends as ScenarioName }),
    ...(data.accounts !== undefined && { accounts: data.accounts }),
    ...(data.capabilities !== undefined && { enabled: data.capabilities }),
    ...(data.mechanisms !== undefined && { mechanisms: data.mechanisms }),
    ...(data.shared_secrets !== undefined && { sharedSecrets: data.shared_secrets }),
    ...(data.tokens !== undefined && { tokens: data.tokens }),
    ...(data.cleartext_login !== undefined && { cleartextLogin: data.cleartext_login }),
    ...(data.certificate !== undefined && { certificate: data.certificate === "none" ? null : data.certificate }),
    ...(data.policy !== undefined && {
      policies: {
        ...(delay !== undefined && { loginDelaySeconds: delay }),
        ...(policy.expire !== undefined && { retentionDays: policy.expire }),
      },
    }),
    faults: all,
  };
}
