// The six response codes: each from its real cause, where it may stand, and silent where its capability is switched off.
import { standard } from "@postern/pop3";
import {
  MaildropFailure,
  MemoryAccounts,
  MemoryMaildrops,
  MemoryPolicies,
  type Pop3ServerOptions,
} from "@postern/pop3/server";
import { parseDialog, playDialog } from "@postern/pop3/testing";
import { describe, expect, test } from "vitest";
import { world } from "../support/world.js";

const TAGS = standard.flatMap(({ tag }) => (tag === null ? [] : [tag]));
const CODES = standard.flatMap(({ responseCodes = [] }) => responseCodes.map(({ code }) => code));
const LOGIN = "C: USER ann\nS: +OK*\nC: PASS secret\n";
const UTF8_MESSAGE = "Subject: gr\xc3\xbc\xc3\x9fe\r\n\r\nbody\r\n";

const EXAMPLES = new Map(
  standard.flatMap(({ responseCodes = [] }) => responseCodes.map(({ code, example = "" }) => [code, example] as const)),
);

/** A cause, made real. */
interface Cause {
  readonly code: string;
  readonly owner: string;
  readonly options: () => Partial<Pop3ServerOptions>;
  /** What happens on another connection before. */
  readonly before?: string;
  /** `[CODE] ` stands where the code would. */
  readonly dialog: string;
}

function failing(kind: "temporary" | "permanent"): MemoryMaildrops {
  const maildrops = new MemoryMaildrops();
  maildrops.open = () => {
    throw new MaildropFailure(kind, "made to fail");
  };
  return maildrops;
}

const brokenAccounts = {
  verifyPassword: () => Promise.reject(new Error("the directory is down")),
};

const CAUSES: readonly Cause[] = [
  {
    code: "IN-USE",
    owner: "RESP-CODES",
    options: () => ({}),
    before: `${LOGIN}S: +OK*`,
    dialog: `${LOGIN}S: -ERR [CODE] the maildrop is open in another session*`,
  },
  {
    code: "LOGIN-DELAY",
    owner: "LOGIN-DELAY",
    options: () => ({ policies: new MemoryPolicies({ loginDelaySeconds: 60, retentionDays: "never" }) }),
    before: `${LOGIN}S: +OK*\nC: QUIT\nS: +OK*\nS: <closed>`,
    // Never in answer to USER: it would tell who has an account.
    dialog: `${LOGIN}S: -ERR [CODE] the last login was a moment ago*`,
  },
  {
    code: "SYS/TEMP",
    owner: "RESP-CODES",
    options: () => ({ authenticator: brokenAccounts }),
    dialog: `${LOGIN}S: -ERR [CODE] the login could not be checked*`,
  },
  {
    code: "SYS/TEMP",
    owner: "RESP-CODES",
    options: () => ({ maildrops: failing("temporary") }),
    dialog: `${LOGIN}S: -ERR [CODE] the maildrop cannot be opened now*`,
  },
  {
    code: "SYS/PERM",
    owner: "RESP-CODES",
    options: () => ({ maildrops: failing("permanent") }),
    dialog: `${LOGIN}S: -ERR [CODE] the maildrop cannot be opened;*`,
  },
  {
    code: "AUTH",
    owner: "AUTH-RESP-CODE",
    options: () => ({}),
    dialog: "C: USER ann\nS: +OK*\nC: PASS wrong\nS: -ERR [CODE] the name or the password is wrong",
  },
  {
    code: "AUTH",
    owner: "AUTH-RESP-CODE",
    options: () => ({}),
    dialog: "C: AUTH PLAIN AG5vYm9keQBzZWNyZXQ=\nS: -ERR [CODE] the name or the password is wrong",
  },
  {
    code: "UTF8",
    owner: "UTF8",
    options: () => ({ utf8Messages: "refuse" }),
    dialog: `${LOGIN}S: +OK*
      C: STAT\nS: +OK 1 *
      C: LIST\nS: +OK*\nS: 1 *\nS: .
      C: LIST 1\nS: -ERR [CODE] message 1 needs UTF-8*
      C: RETR 1\nS: -ERR [CODE] message 1 needs UTF-8*
      C: TOP 1 0\nS: -ERR [CODE] message 1 needs UTF-8*
      C: UIDL 1\nS: +OK 1 *
      C: DELE 1\nS: +OK*`,
  },
];

test("all six are here", () => {
  expect([...new Set(CAUSES.map(({ code }) => code))].toSorted()).toEqual(CODES.toSorted());
});

test("each declares a dialog that ends in it", () => {
  for (const [code, example] of EXAMPLES) expect(example, code).toContain(`-ERR [${code}] `);
});

describe.each(CAUSES.map((cause, at) => [`[${cause.code}] (${at + 1})`, cause] as const))("%s", (_, cause) => {
  async function played(dialog: string, enabled: readonly string[]): Promise<void> {
    const options = { authenticator: new MemoryAccounts({ ann: "secret" }), ...cause.options(), enabled };
    await using place = await world(options, [UTF8_MESSAGE]);
    if (cause.before !== undefined) await playDialog(parseDialog(cause.before), await place.connect());
    await playDialog(parseDialog(dialog), await place.connect());
  }

  test("comes from its cause", () => played(cause.dialog.replaceAll("[CODE]", `[${cause.code}]`), TAGS));

  test("and as its declaration shows it", () => played(EXAMPLES.get(cause.code)!, TAGS));

  test("is not sent where RESP-CODES is switched off", () =>
    played(
      cause.dialog.replaceAll("[CODE] ", ""),
      TAGS.filter((tag) => tag !== "RESP-CODES"),
    ));
});

test.each([
  ["LOGIN-DELAY", "the delay is not kept either"],
  ["UTF8", "the message comes as it is"],
])("where %s is switched off, its code has no cause: %s", async (tag) => {
  const cause = CAUSES.find(({ code }) => code === tag)!;
  const enabled = TAGS.filter((other) => other !== tag);
  await using place = await world(
    { authenticator: new MemoryAccounts({ ann: "secret" }), ...cause.options(), enabled },
    [UTF8_MESSAGE],
  );
  for (let round = 0; round < 2; round++) {
    const wire = await place.login();
    await playDialog(parseDialog("C: RETR 1\nS: +OK*\nS: Subject: *\nS: ...\nS: .\nC: QUIT\nS: +OK*"), wire);
  }
});

test("where AUTH-RESP-CODE is switched off, a wrong password is refused without a code", async () => {
  await using place = await world({ enabled: TAGS.filter((tag) => tag !== "AUTH-RESP-CODE") });
  const dialog = "C: USER ann\nS: +OK*\nC: PASS wrong\nS: -ERR the name or the password is wrong";
  await playDialog(parseDialog(dialog), await place.connect());
});

test("where RESP-CODES is switched off, AUTH-RESP-CODE promises nothing", async () => {
  await using place = await world({ enabled: TAGS.filter((tag) => tag !== "RESP-CODES") });
  const wire = await place.connect();
  wire.send("CAPA\r\n");
  expect(await wire.line()).toMatch(/^\+OK/);
  const lines = await wire.body();
  expect(lines).toContain("UIDL");
  expect(lines).not.toContain("AUTH-RESP-CODE");
});

test("what is no fault of the credentials never says AUTH", async () => {
  await using place = await world({ cleartextLogin: "never" });
  const wire = await place.connect();
  for (const line of [
    "USER ann",
    "PASS secret",
    "AUTH PLAIN",
    "AUTH PLAIN AGFubgBzZWNyZXQ=",
    "AUTH NONE",
    "APOP a b",
  ]) {
    wire.send(`${line}\r\n`);
    expect(await wire.line(), line).toMatch(/^-ERR [^[]/);
  }
  const inside = await place.connect(true);
  for (const [line, response] of [
    ["AUTH PLAIN", "*"],
    ["AUTH PLAIN", "no Base64!"],
    ["AUTH PLAIN", "bm8gTlVM"],
    ["AUTH SCRAM-SHA-256", "bm9uc2Vuc2U="],
  ]) {
    inside.send(`${line}\r\n`);
    expect(await inside.line()).toBe("+ ");
    inside.send(`${response}\r\n`);
    expect(await inside.line(), `${line} ${response}`).toMatch(/^-ERR [^[]/);
  }
});
