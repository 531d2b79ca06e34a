// The thirteen capabilities: each announced and true in each state, and each silent and refused where the operator switched it off.
import { standard } from "@postern/pop3";
import { MemoryAccounts, MemoryPolicies, type Pop3ServerOptions } from "@postern/pop3/server";
import { parseDialog, playDialog, type Wire } from "@postern/pop3/testing";
import { describe, expect, test } from "vitest";
import { world, type World } from "../support/world.js";

const TAGS = standard.flatMap(({ tag }) => (tag === null ? [] : [tag]));
const UTF8_HEADER = "Subject: gr\xc3\xbc\xc3\x9fe";
const MESSAGES = ["Subject: one\r\n\r\nbody\r\n", `${UTF8_HEADER}\r\n\r\nbody\r\n`];

const OPTIONS: Partial<Pop3ServerOptions> = {
  authenticator: new MemoryAccounts({ ann: "secret" }),
  policies: new MemoryPolicies(
    { loginDelaySeconds: 300, retentionDays: 7 },
    { ann: { loginDelaySeconds: 0, retentionDays: 0 } },
  ),
  prepare: (text) => text.normalize("NFKC"),
  cleartextLogin: "always",
};

/** How one capability shows itself. Dialogs begin inside TLS, but for those in the clear. */
interface Truth {
  readonly tag: string;
  /** The lines of CAPA inside TLS, before and after login; null where there is none. */
  readonly before: string | RegExp | null;
  readonly after: string | RegExp | null;
  readonly beforeLogin?: string;
  readonly afterLogin?: string;
  readonly inTheClear?: string;
  /** Where the capability is off. */
  readonly off: { readonly beforeLogin?: string; readonly afterLogin?: string };
  /** What a dialog cannot show. */
  readonly more?: (on: World, off: World) => Promise<void>;
}

const LOGIN = "C: AUTH PLAIN AGFubgBzZWNyZXQ=\nS: +OK*";
const SCRAM_LIST = "SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 PLAIN";
const UNKNOWN = "S: -ERR this command is not known here";

const TRUTHS: readonly Truth[] = [
  {
    tag: "TOP",
    before: "TOP",
    after: "TOP",
    beforeLogin: "C: TOP 1 0\nS: -ERR*",
    afterLogin: "C: TOP 1 0\nS: +OK*\nS: Subject: one\nS:\nS: .",
    off: { afterLogin: `C: TOP 1 0\n${UNKNOWN}` },
  },
  {
    tag: "USER",
    before: "USER",
    after: "USER",
    beforeLogin: "C: USER ann\nS: +OK*\nC: PASS secret\nS: +OK*\nC: STAT\nS: +OK 2 *",
    afterLogin: "C: USER ann\nS: -ERR*\nC: PASS secret\nS: -ERR*",
    off: { beforeLogin: `C: USER ann\n${UNKNOWN}\nC: PASS secret\n${UNKNOWN}\n${LOGIN}` },
  },
  {
    tag: "SASL",
    before: `SASL ${SCRAM_LIST}`,
    after: `SASL ${SCRAM_LIST}`,
    beforeLogin: `C: AUTH PLAIN\nS: +\\x20\nC: *\nS: -ERR*\n${LOGIN}\nC: STAT\nS: +OK 2 *`,
    afterLogin: "C: AUTH PLAIN\nS: -ERR*",
    off: { beforeLogin: `C: AUTH PLAIN\n${UNKNOWN}\nC: AUTH PLAIN AGFubgBzZWNyZXQ=\n${UNKNOWN}` },
    async more(on) {
      const wire = await on.connect(true);
      for (const mechanism of SCRAM_LIST.split(" ")) {
        await play(wire, `C: AUTH ${mechanism}\nS: +\\x20\nC: *\nS: -ERR the login was cancelled`);
      }
      await play(wire, "C: AUTH CRAM-MD5\nS: -ERR this mechanism is not offered here*");
    },
  },
  {
    tag: "RESP-CODES",
    before: "RESP-CODES",
    after: "RESP-CODES",
    off: {},
    async more(on, off) {
      for (const [place, answer] of [
        [on, "S: -ERR [IN-USE] *"],
        [off, "S: -ERR the maildrop is open in another session*"],
      ] as const) {
        await place.login();
        await play(await place.connect(), `C: USER ann\nS: +OK*\nC: PASS secret\n${answer}`);
      }
    },
  },
  {
    tag: "LOGIN-DELAY",
    before: "LOGIN-DELAY 300 USER",
    after: "LOGIN-DELAY 0",
    off: {},
    async more() {
      const policies = new MemoryPolicies({ loginDelaySeconds: 300, retentionDays: "never" });
      const twice = `C: USER ann\nS: +OK*\nC: PASS secret\n`;
      await using on = await world({ ...OPTIONS, policies });
      await play(await on.login(), "C: QUIT\nS: +OK*\nS: <closed>");
      await play(await on.connect(), `${twice}S: -ERR [LOGIN-DELAY] *300 seconds`);
      await using off = await world({ ...OPTIONS, policies, enabled: TAGS.filter((tag) => tag !== "LOGIN-DELAY") });
      await play(await off.login(), "C: QUIT\nS: +OK*\nS: <closed>");
      await play(await off.connect(), `${twice}S: +OK*`);
    },
  },
  {
    tag: "PIPELINING",
    before: "PIPELINING",
    after: "PIPELINING",
    beforeLogin: `C- STAT\\r\\nUSER ann\\r\\nPASS secret\\r\\nSTAT\\r\\n\nS: -ERR*\nS: +OK*\nS: +OK*\nS: +OK 2 *`,
    afterLogin: "C- RETR 1\\r\\nDELE 1\\r\\nRETR 1\\r\\n\nS: +OK*\nS: Subject: one\nS: ...\nS: .\nS: +OK*\nS: -ERR*",
    off: {},
  },
  {
    tag: "EXPIRE",
    before: "EXPIRE 0 USER",
    after: "EXPIRE 0",
    off: {},
    async more(on, off) {
      for (const place of [on, off]) {
        await play(
          await place.login(),
          "C: RETR 1\nS: +OK*\nS: ...\nS: .\nC: RSET\nS: +OK*\nC: QUIT\nS: +OK*\nS: <closed>",
        );
      }
      // What was retrieved is gone, and nothing else; without the capability nothing is.
      expect(on.maildrops.messages("ann")).toHaveLength(1);
      expect(off.maildrops.messages("ann")).toHaveLength(2);
    },
  },
  {
    tag: "UIDL",
    before: "UIDL",
    after: "UIDL",
    beforeLogin: "C: UIDL\nS: -ERR*",
    afterLogin: "C: UIDL\nS: +OK*\nS: 1 *\nS: 2 *\nS: .\nC: UIDL 2\nS: +OK 2 *",
    off: { afterLogin: `C: UIDL\n${UNKNOWN}` },
  },
  { tag: "IMPLEMENTATION", before: "IMPLEMENTATION Postern", after: "IMPLEMENTATION Postern", off: {} },
  {
    tag: "STLS",
    before: null,
    after: null,
    beforeLogin: "C: STLS\nS: -ERR TLS is active already",
    afterLogin: "C: STLS\nS: -ERR*",
    inTheClear: "C: CAPA\nS: +OK*\nS: ...\nS: STLS\nS: ...\nS: .",
    off: { beforeLogin: `C: STLS\n${UNKNOWN}` },
    async more(on, off) {
      const wire = await on.connect();
      await play(wire, "C: STLS\nS: +OK*");
      await wire.startTls();
      await play(wire, `${LOGIN}\nC: QUIT\nS: +OK*`);
      await play(await off.connect(), `C: STLS\n${UNKNOWN}`);
      expect(await tagsOf(await off.connect())).not.toContain("STLS");
      expect(await tagsOf(await on.login())).not.toContain("STLS");
    },
  },
  {
    tag: "AUTH-RESP-CODE",
    before: "AUTH-RESP-CODE",
    after: "AUTH-RESP-CODE",
    beforeLogin:
      "C: USER ann\nS: +OK*\nC: PASS wrong\nS: -ERR [AUTH] *\nC: AUTH PLAIN AGFubgB3cm9uZw==\nS: -ERR [AUTH] *",
    off: { beforeLogin: "C: USER ann\nS: +OK*\nC: PASS wrong\nS: -ERR the name or the password is wrong" },
  },
  {
    tag: "UTF8",
    before: "UTF8 USER",
    after: "UTF8 USER",
    beforeLogin: `C: UTF8\nS: +OK*\n${LOGIN}\nC: TOP 2 0\nS: +OK*\nS: Subject: gr\\xc3\\xbc\\xc3\\x9fe\nS:\nS: .`,
    afterLogin: "C: UTF8\nS: -ERR*\nC: TOP 2 0\nS: +OK*\nS: Subject: =?*?=\nS:\nS: .",
    inTheClear: "C: UTF8\nS: +OK*\nC: STLS\nS: -ERR*",
    off: {
      beforeLogin: `C: UTF8\n${UNKNOWN}\nC: USER gr\\xc3\\xbc\nS: -ERR*`,
      afterLogin: "C: TOP 2 0\nS: +OK*\nS: Subject: gr\\xc3\\xbc\\xc3\\x9fe\nS:\nS: .",
    },
  },
  {
    tag: "LANG",
    before: "LANG",
    after: "LANG",
    beforeLogin:
      "C: LANG\nS: +OK*\nS: ...\nS: de Deutsch\nS: ...\nS: .\nC: LANG de\nS: +OK de *\nC: LANG MUL\nS: -ERR*\nC: LANG *\nS: +OK en *",
    afterLogin: "C: LANG es\nS: +OK es *\nC: LANG MUL\nS: -ERR*",
    off: { beforeLogin: `C: LANG\n${UNKNOWN}`, afterLogin: `C: LANG de\n${UNKNOWN}` },
  },
];

test("all thirteen are here", () => {
  expect(TRUTHS.map(({ tag }) => tag).toSorted()).toEqual(TAGS.toSorted());
});

describe.each(TRUTHS.map((truth) => [truth.tag, truth] as const))("%s", (tag, truth) => {
  test("is announced and true in each state", async () => {
    await using place = await world(OPTIONS, MESSAGES);
    const wire = await place.connect(true);
    expect(await lineOf(wire, tag)).toEqual(truth.before === null ? null : truth.before);
    if (truth.beforeLogin !== undefined) await play(wire, truth.beforeLogin);
    wire.close();
    const inside = await loginWithoutUser(place);
    expect(await lineOf(inside, tag)).toEqual(truth.after);
    if (truth.afterLogin !== undefined) await play(inside, truth.afterLogin);
    if (truth.inTheClear !== undefined) await play(await place.connect(), truth.inTheClear);
  });

  test("is silent and refused where it is switched off", async () => {
    await using place = await world({ ...OPTIONS, enabled: TAGS.filter((other) => other !== tag) }, MESSAGES);
    const wire = await place.connect(true);
    expect(await lineOf(wire, tag)).toBeNull();
    if (truth.off.beforeLogin !== undefined) await play(wire, truth.off.beforeLogin);
    wire.close();
    const inside = tag === "SASL" ? await place.login(true) : await loginWithoutUser(place);
    expect(await lineOf(inside, tag)).toBeNull();
    if (truth.off.afterLogin !== undefined) await play(inside, truth.off.afterLogin);
  });
});

describe("what a client sees from outside only", () => {
  const withMore = TRUTHS.flatMap(({ tag, more }) => (more === undefined ? [] : [[tag, more] as const]));
  test.each(withMore)("%s", async (tag, more) => {
    await using on = await world(OPTIONS, MESSAGES);
    await using off = await world({ ...OPTIONS, enabled: TAGS.filter((other) => other !== tag) }, MESSAGES);
    await more(on, off);
  });
});

test("IMPLEMENTATION may be announced after login only", async () => {
  await using place = await world({ ...OPTIONS, implementationAfterLogin: true });
  expect(await lineOf(await place.connect(), "IMPLEMENTATION")).toBeNull();
  expect(await lineOf(await place.login(), "IMPLEMENTATION")).toBe("IMPLEMENTATION Postern");
});

test("the SASL line holds exactly what would be accepted now", async () => {
  const mechanisms = "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN CRAM-MD5 OAUTHBEARER EXTERNAL LOGIN ANONYMOUS".split(" ");
  await using place = await world({ ...OPTIONS, mechanisms, cleartextLogin: "never" });
  // No password in the clear, no channel to bind; no tokens, certificates, shared secrets or anonymous users here at all.
  expect(await lineOf(await place.connect(), "SASL")).toBe("SASL SCRAM-SHA-256");
  expect(await lineOf(await place.connect(true), "SASL")).toBe("SASL SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN");
  await using none = await world({ mechanisms: ["PLAIN"], cleartextLogin: "never" });
  expect(await lineOf(await none.connect(), "SASL")).toBeNull();
});

async function capa(wire: Wire): Promise<string[]> {
  wire.send("CAPA\r\n");
  expect(await wire.line()).toMatch(/^\+OK/);
  return wire.body();
}

async function tagsOf(wire: Wire): Promise<string[]> {
  return (await capa(wire)).map((line) => line.split(" ")[0]!);
}

async function lineOf(wire: Wire, tag: string): Promise<string | null> {
  return (await capa(wire)).find((line) => line.split(" ")[0] === tag) ?? null;
}

async function play(wire: Wire, dialog: string): Promise<void> {
  await playDialog(parseDialog(dialog), wire);
}

/** A session after login by a way that is there whether USER is or not. */
async function loginWithoutUser(place: World): Promise<Wire> {
  const wire = await place.connect(true);
  await play(wire, LOGIN);
  return wire;
}
