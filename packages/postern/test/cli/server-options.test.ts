// Which server a command gets: by its URL and options, or found for a mail address; and who is asked before it is used.
import { PassThrough, Readable } from "node:stream";
import { tmpdir } from "node:os";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { capaCommand } from "../../src/cli/capa.js";
import type { CliContext } from "../../src/cli/context.js";
import { type ChosenServer, chooseServer, type ServerOptions, type ServerWish } from "../../src/cli/server-options.js";
import { documentOf, server, worldOf } from "../discovery/world.js";

interface Shown {
  stdout: string;
  stderr: string;
}

/** `typed` is what a terminal was typed at. */
function contextOf(typed: string | null = null): { context: CliContext; shown: Shown; statuses: number[] } {
  const shown = { stdout: "", stderr: "" };
  const statuses: number[] = [];
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  stdout.setEncoding("utf8").on("data", (text: string) => (shown.stdout += text));
  stderr.setEncoding("utf8").on("data", (text: string) => (shown.stderr += text));
  const stdin =
    typed === null ? Readable.from([]) : Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  if (stdin instanceof PassThrough) stdin.write(typed);
  const context = {
    stdin,
    stdout,
    stderr,
    env: {},
    cwd: tmpdir(),
    exit: (status: number) => void statuses.push(status),
  };
  return { context, shown, statuses };
}

function chosen(text: string, options: ServerOptions = {}, wish: Partial<ServerWish> = {}): Promise<ChosenServer> {
  return chooseServer(contextOf().context, text, options, { loggingIn: false, ...wish });
}

describe("by its URL", () => {
  test.each<[string, ServerOptions, { port: number; tls: string }]>([
    ["pop3s://pop.example.net", {}, { port: 995, tls: "implicit" }],
    ["pop3://pop.example.net", {}, { port: 110, tls: "required" }],
    ["pop3s://pop.example.net", { tls: "required" }, { port: 110, tls: "required" }],
    ["pop3://pop.example.net", { tls: "implicit" }, { port: 995, tls: "implicit" }],
    ["pop3://pop.example.net:1110", { tls: "none" }, { port: 1110, tls: "none" }],
    ["pop.example.net", { tls: "opportunistic" }, { port: 110, tls: "opportunistic" }],
  ])("%s with %j", async (text, options, connect) => {
    const { connect: found, found: nothing } = await chosen(text, options);
    expect(found).toMatchObject({ host: "pop.example.net", ...connect });
    expect(nothing).toBeNull();
  });

  test("the user and the method are the URL's, the deadlines the option's", async () => {
    const { user, method, connect } = await chosen("pop3s://alice;auth=PLAIN@pop.example.net", { timeout: 1.5 });
    expect([user, method]).toEqual(["alice", "PLAIN"]);
    expect(connect.deadlines).toEqual({ connectMs: 1500, silenceMs: 1500 });
    expect(connect.tlsOptions).toEqual({});
  });

  test("certificates that do not hold are let pass on request, and that is said", async () => {
    const { context, shown } = contextOf();
    const { connect } = await chooseServer(context, "pop.example.net", { insecure: true }, { loggingIn: false });
    expect(connect.tlsOptions).toEqual({ verified: false });
    expect(shown.stderr).toContain("anybody could be the server");
  });
});

const srv = { "_pop3s._tcp.mail.invalid": [[0, 1, 9995, "pop.mail.invalid"]] } as const;
const elsewhere = { "_pop3s._tcp.mail.invalid": [[0, 1, 995, "pop.other.invalid"]] } as const;

describe("found for a mail address", () => {
  test("a certificate for the domain will do where DNS named the server", async () => {
    const means = worldOf({ srv }).options;
    const { connect, user, found } = await chosen("alice@mail.invalid", {}, { means });
    expect(connect).toMatchObject({ host: "pop.mail.invalid", port: 9995, tls: "implicit" });
    expect(connect.tlsOptions).toEqual({ alsoKnownAs: ["mail.invalid"] });
    expect(user).toBe("alice@mail.invalid");
    expect(found).toMatchObject({ address: "alice@mail.invalid", candidate: { source: "srv" } });
  });

  test("and only there", async () => {
    const documents = {
      "https://autoconfig.mail.invalid/mail/config-v1.1.xml": documentOf(
        server("pop.other.invalid", "%EMAILLOCALPART%"),
      ),
    };
    const { connect, user } = await chosen("alice@mail.invalid", {}, { means: worldOf({ documents }).options });
    expect(connect.host).toBe("pop.other.invalid");
    expect(connect.tlsOptions).toEqual({});
    expect(user).toBe("alice");
  });

  test("nothing found says what was tried", async () => {
    const refused = chosen("alice@mail.invalid", {}, { means: worldOf({}).options });
    await expect(refused).rejects.toThrow(
      /^No POP3 server was found for alice@mail\.invalid: if you know it, name it as/,
    );
    await expect(refused).rejects.toThrow(/\n {2}SRV _pop3s\._tcp\.mail\.invalid: nothing, /);
  });

  test("one that nobody vouches for: a warning for who looks, a question for who logs in", async () => {
    const means = worldOf({ srv: elsewhere }).options;
    const outcome = async (loggingIn: boolean, typed: string | null): Promise<[string, string]> => {
      const { context, shown } = contextOf(typed);
      const host = await chooseServer(context, "alice@mail.invalid", {}, { loggingIn, means }).then(
        ({ connect }) => connect.host,
        (error: unknown) => (error as Error).message,
      );
      return [host, shown.stderr];
    };
    const warning = "Nothing but DNS, which can be forged, says that the mail of mail.invalid is at pop.other.invalid";
    expect(await outcome(false, null)).toEqual(["pop.other.invalid", expect.stringContaining(warning)]);
    expect(await outcome(true, "yes\r")).toEqual(["pop.other.invalid", expect.stringMatching(/Is it\? Type yes: $/)]);
    const unasked = /name the server yourself, as in pop3s:\/\/alice%40mail\.invalid@pop\.other\.invalid\.$/;
    expect((await outcome(true, "no\r"))[0]).toMatch(unasked);
    expect((await outcome(true, null))[0]).toMatch(unasked);
  });
});

/** Runs `postern capa` in a world of its own. What it throws is the program's to show. */
async function capa(
  args: readonly string[],
  facts: Parameters<typeof worldOf>[0],
): Promise<Shown & { problem: string }> {
  const { context, shown } = contextOf();
  const program = new Command().addCommand(capaCommand(context, worldOf(facts).options));
  const problem = await program.parseAsync(["capa", ...args], { from: "user" }).then(
    () => "",
    (error: unknown) => (error as Error).message,
  );
  return { ...shown, problem };
}

test("capa shows what was tried and what it took", async () => {
  const { stdout, problem } = await capa(["alice@mail.invalid", "--timeout", "5"], { srv });
  expect(stdout).toMatch(/^ {2}SRV _pop3s\._tcp\.mail\.invalid: found, /);
  expect(stdout).toContain(
    "alice@mail.invalid is taken to be alice@mail.invalid at pop.mail.invalid:9995 (_pop3s._tcp",
  );
  expect(problem).toMatch(/^pop\.mail\.invalid:9995 cannot be reached: /);
});

test("capa asks for no password for an address that is looked at, and for one where a user is named", async () => {
  const named = await capa(["alice@mail.invalid", "--user", "alice"], { srv });
  expect(named.problem).toMatch(/no terminal to ask for the password/);
});
