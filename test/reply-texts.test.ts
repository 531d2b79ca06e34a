// No reply says anything that has no translation (scripts/reply-texts.mjs), and the search for such words would find them:
// each way to slip some in is tried in a file of its own, which is on no disk.
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { inspectReplyTexts } from "../scripts/reply-texts.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

const imports = `import type { Parsed } from "../contracts/command.js";
import type { Reply } from "../contracts/reply.js";
import { say, type ReplyText } from "../contracts/sentence.js";
import { formatReplyLine } from "../protocol/reply.js";
export const imported = [say, formatReplyLine] as const;
export type Imported = Parsed<Reply, ReplyText>;
`;

/** Ways to say something untranslated, by name: the room, the line, and what of it is reported. */
const slips: readonly [name: string, room: string, text: string, found: string][] = [
  ["a literal", "capabilities", 'export const r: Reply = { status: "+OK", text: "hello" };', '"hello"'],
  ["a template", "registry", 'export const r: Reply = { status: "-ERR", text: `no ${1} here` };', "`no ${1} here`"],
  ["a choice", "server", 'export const r = (a: boolean): Reply => ({ status: "+OK", text: a ? "" : "b" });', '"b"'],
  ["a constant", "server", 'const text = "words";\nexport const r: Reply = { status: "+OK", text };', "text"],
  ["a string from elsewhere", "server", "export const r = (text: string): ReplyText => text;", "text"],
  ["a sum", "server", 'export const r = (a: number): ReplyText => "octets " + a;', '"octets " + a'],
  ["a problem", "protocol", 'export const p: Parsed<null, ReplyText> = { problem: "bad" };', '"bad"'],
  ["a value", "registry", 'export const p = say("{problem}: {usage}", { problem: "bad", usage: "" });', '"bad"'],
  ["a line", "server", 'export const l = formatReplyLine("-ERR", null, "go");', '"go"'],
  ["a problem by another type", "server", 'export const p: { problem: string } = { problem: "bad" };', '"bad"'],
];

const allowed: readonly [name: string, room: string, text: string][] = [
  ["a sentence", "server", 'export const r: Reply = { status: "+OK", text: say("bye") };'],
  ["nothing", "server", 'export const r: Reply = { status: "+OK", text: "" };'],
  ["what programs read", "capabilities", 'export const r = (a: number): Reply => ({ status: "+OK", text: `${a} 2` });'],
  ["a text handed on", "registry", 'export const r = (text: ReplyText): Reply => ({ status: "-ERR", text });'],
  ["data in a sentence", "registry", 'export const r = (a: string) => say("{octets} octets", { octets: a });'],
  ["what a client is told", "protocol", 'export const p: Parsed<null> = { problem: "bad" };'],
  ["another room", "testing", 'export const r: Reply = { status: "+OK", text: "hello" };'],
];

function path(room: string, index: number): string {
  return `packages/pop3/src/${room}/untranslated-${index}.ts`;
}

const cases = [...slips, ...allowed];
let inspected: ReturnType<typeof inspectReplyTexts>;
let own: readonly string[];

beforeAll(() => {
  inspected = inspectReplyTexts(
    root,
    Object.fromEntries(cases.map(([, room, text], index) => [path(room, index), imports + text])),
  );
  own = inspected.findings.filter((finding) => !finding.includes("/untranslated-"));
});

test("no reply holds words that have no translation", () => {
  expect(own).toEqual([]);
  expect(inspected.files).toBeGreaterThan(60);
  expect(inspected.places).toBeGreaterThan(60);
});

test.each(cases.map(([name, room, , found], index) => [name, path(room, index), found] as const))(
  "%s",
  (_, file, found) => {
    const findings = inspected.findings.filter((finding) => finding.startsWith(`${file}:`));
    if (found === undefined) expect(findings).toEqual([]);
    else expect(findings).toEqual([expect.stringContaining(`: ${found}: words in a reply are say(`)]);
  },
);
