// Passwords and tokens by each way they can be given, and what is said where none is; none of them ever comes back in a message.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import type { AuthOptions } from "@postern/pop3/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CliContext, InputStream } from "../../src/cli/context.js";
import { authOptionsFor, type CredentialOptions, credentialsGiven } from "../../src/cli/credentials.js";
import { secretFromCommand } from "../../src/cli/secret-command.js";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "postern-credentials-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

interface Surroundings {
  readonly env?: CliContext["env"];
  readonly stdin?: InputStream;
  readonly signal?: AbortSignal;
}

function contextOf({ env = {}, stdin = Readable.from([]), signal }: Surroundings = {}): {
  context: CliContext;
  shown: () => string;
} {
  const stderr = new PassThrough();
  let shown = "";
  stderr.setEncoding("utf8").on("data", (text: string) => (shown += text));
  const PATH = process.env["PATH"];
  const context: CliContext = {
    stdin,
    stdout: new PassThrough(),
    stderr,
    env: { PATH, ...env },
    cwd,
    exit: () => {},
    ...(signal !== undefined && { signal }),
  };
  return { context, shown: () => shown };
}

function given(options: CredentialOptions, surroundings?: Surroundings, method?: string): Promise<AuthOptions> {
  const wanted = { user: "alice", host: "pop.example.net", method: method ?? null };
  return authOptionsFor(contextOf(surroundings).context, options, wanted);
}

async function tokenOf({ token }: AuthOptions, refused = false): Promise<string | undefined> {
  return typeof token === "function" ? token({ refused, signal: undefined }) : token;
}

function terminal(typed: string): InputStream {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  stdin.write(typed);
  return stdin;
}

describe("a password", () => {
  test("comes from the first line of a file, spaces kept", async () => {
    writeFileSync(join(cwd, "secret"), " s3cret ü \r\nmore\n");
    expect(await given({ passwordFile: "secret" })).toMatchObject({
      user: "alice",
      password: " s3cret ü ",
      cleartext: false,
    });
  });

  test("from a command, in the shell", async () => {
    expect(await given({ passwordCommand: "printf 's3%s\\nmore\\n' cret" })).toMatchObject({ password: "s3cret" });
  });

  test("from standard input", async () => {
    const stdin = Readable.from([Buffer.from("s3cret\nmore")]);
    expect(await given({ passwordStdin: true }, { stdin })).toMatchObject({ password: "s3cret" });
  });

  test("from the environment, where no option says otherwise", async () => {
    const env = { POSTERN_PASSWORD: "of the environment" };
    expect(await given({}, { env })).toMatchObject({ password: "of the environment" });
    expect(await given({ passwordCommand: "echo other" }, { env })).toMatchObject({ password: "other" });
  });

  test("from the terminal, unseen", async () => {
    const { context, shown } = contextOf({ stdin: terminal("s3cret\r") });
    const auth = await authOptionsFor(context, {}, { user: "al\u001bice", host: "pop.example.net" });
    expect(auth.password).toBe("s3cret");
    expect(shown()).toBe("Password of al?ice at pop.example.net: \n");
  });

  test("and nowhere else", async () => {
    await expect(given({})).rejects.toThrow(/no terminal to ask.*--password-file.*POSTERN_PASSWORD/);
    await expect(given({}, { stdin: terminal("\r") })).rejects.toThrow("No password was typed");
  });

  test.each<[CredentialOptions, RegExp]>([
    [{ passwordFile: "absent" }, /^The password in absent cannot be read: there is no such file\.$/],
    [{ passwordFile: "." }, /it is a directory/],
    [{ passwordFile: "/dev/null" }, /holds no password/],
    [{ passwordCommand: "printf s3%s cret; exit 3" }, /failed with status 3/],
    [{ passwordCommand: "kill -9 $$" }, /was ended by SIGKILL/],
    [{ passwordCommand: "true" }, /prints nothing/],
    [{ passwordCommand: "no-such-command-here" }, /failed with status 127/],
    [{ passwordCommand: "head -c 70000 /dev/zero" }, /prints more than 65536 octets/],
    [{ passwordCommand: "true", passwordFile: "x" }, /--password-file and --password-command were given: one of them/],
    [{ passwordStdin: true }, /Standard input holds no password/],
  ])("refused: %j", async (options, message) => {
    const refused = given(options);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow("s3cret");
  });
});

describe("a command", () => {
  test("shows what it says on standard error", async () => {
    const { context, shown } = contextOf();
    expect(await secretFromCommand(context, "echo 'touch the key' >&2; echo s3cret")).toBe("s3cret");
    expect(shown()).toBe("touch the key\n");
  });

  test("has ended when it has, also where what it started goes on", async () => {
    const { context } = contextOf();
    expect(await secretFromCommand(context, "sleep 20 & echo s3cret", { deadlineMs: 10_000 })).toBe("s3cret");
  });

  test("has a deadline, also where what it started goes on", async () => {
    const { context } = contextOf();
    await expect(secretFromCommand(context, "sleep 20 & sleep 20", { deadlineMs: 50 })).rejects.toThrow(
      "has not ended within 0.05 s",
    );
  });

  test("is stopped with the program", async () => {
    const stopping = new AbortController();
    const waiting = given({ passwordCommand: "sleep 20" }, { signal: stopping.signal });
    stopping.abort();
    await expect(waiting).rejects.toThrow("Stopped");
  });
});

describe("a token", () => {
  test("comes from a file, and no password is asked for", async () => {
    writeFileSync(join(cwd, "token"), "abc.def\n");
    const auth = await given({ tokenFile: "token" });
    expect(auth.password).toBeUndefined();
    expect(await tokenOf(auth)).toBe("abc.def");
  });

  test("comes from a command, which is told when one was refused", async () => {
    const auth = await given({ tokenCommand: "echo token$POSTERN_TOKEN_REFUSED" });
    expect(await tokenOf(auth)).toBe("token");
    expect(await tokenOf(auth, true)).toBe("token1");
  });

  test("is named where a method needs one", async () => {
    await expect(given({ auth: "xoauth2" })).rejects.toThrow("XOAUTH2 needs a token: give it with --token-file or");
  });
});

describe("the ways to log in", () => {
  const env = { POSTERN_PASSWORD: "s3cret" };

  test("are those of --auth, else that of the URL, else all", async () => {
    expect((await given({ auth: "scram-sha-256, plain" }, { env }, "APOP")).methods).toEqual([
      "SCRAM-SHA-256",
      "PLAIN",
    ]);
    expect((await given({}, { env }, "APOP")).methods).toEqual(["APOP"]);
    expect((await given({}, { env })).methods).toBeUndefined();
  });

  test("a slip is noticed before anything is asked", async () => {
    await expect(given({ auth: "SCRAM-SHA-265" })).rejects.toThrow(
      '"SCRAM-SHA-265" is no way to log in: did you mean SCRAM-SHA-256?',
    );
    await expect(given({}, {}, "X\u009bY")).rejects.toThrow(/"X\?Y" is no way to log in: there are SCRAM/);
  });

  test("nobody is asked for a password that no way needs", async () => {
    expect(await given({ auth: "anonymous" })).toMatchObject({ methods: ["ANONYMOUS"] });
  });

  test("cleartext is allowed on request", async () => {
    expect((await given({ allowCleartext: true }, { env })).cleartext).toBe(true);
  });
});

test("whether anything was given", () => {
  expect(credentialsGiven({})).toBe(false);
  expect(credentialsGiven({ tokenFile: "x" })).toBe(true);
  expect(credentialsGiven({ passwordStdin: true })).toBe(true);
  expect(credentialsGiven({}, { POSTERN_PASSWORD: "x" })).toBe(true);
});
