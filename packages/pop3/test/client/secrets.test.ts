// What a server may send back of a login, and nobody may read in a log or an error.
import { expect, test } from "vitest";
import {
  type AuthOptions,
  type CommandRefused,
  type ConnectOptions,
  type LogLine,
  Pop3Client,
} from "@postern/pop3/client";
import { type Part, puppet, type PuppetOptions, wellBehaved } from "../support/puppet.js";

const auth = { user: "ann", password: "hunter22", cleartext: true };

/** A login that is refused: all that was logged and thrown, and what the server heard last. */
async function refused(
  part: Part,
  given: AuthOptions,
  options: PuppetOptions = {},
): Promise<{ readonly told: string; readonly heard: readonly string[] }> {
  await using server = await puppet(part, options);
  const lines: LogLine[] = [];
  const connect: ConnectOptions = {
    host: "127.0.0.1",
    port: server.port,
    tls: "none",
    log: (line) => lines.push(line),
  };
  const client = await Pop3Client.connect(connect);
  const error = await client.login(given).then(
    () => expect.fail("the login was to be refused"),
    (reason: unknown) => reason as CommandRefused,
  );
  // The second answers nothing that was asked, and may end the session.
  await client.utf8().catch(() => {});
  client.close();
  return {
    told: [...lines.map(({ line }) => line), error.message, error.line, error.text, error.receivedCode].join("\n"),
    heard: server.heard,
  };
}

const pipelined = wellBehaved(["USER", "UTF8 USER", "PIPELINING"]);
const oneByOne = wellBehaved(["USER", "UTF8 USER"]);

test("the answer to a password behind a name that was refused", async () => {
  const { told } = await refused((line, ...rest) => {
    if (line.startsWith("USER")) return "-ERR nobody";
    return line.startsWith("PASS")
      ? new Promise((said) => setTimeout(said, 20, `-ERR what? ${line}`))
      : pipelined(line, ...rest);
  }, auth);
  expect(told).toContain("what? PASS ****");
  expect(told).not.toContain("hunter22");
});

test("a second line that was not asked for", async () => {
  const { told } = await refused(
    (line, ...rest) => (line.startsWith("PASS") ? `-ERR unknown command\r\n-ERR ${line}` : oneByOne(line, ...rest)),
    auth,
  );
  expect(told).toContain("PASS ****");
  expect(told).not.toContain("hunter22");
});

test("a code", async () => {
  const { told } = await refused(
    (line, ...rest) => (line.startsWith("PASS") ? "-ERR [X/hunter22] no" : oneByOne(line, ...rest)),
    auth,
  );
  expect(told).toContain("X/****");
  expect(told).not.toContain("hunter22");
});

test("a password that is not ASCII, and one that was prepared", async () => {
  const { told } = await refused(
    (line, ...rest) => (line.startsWith("PASS") ? `-ERR what? ${line}` : oneByOne(line, ...rest)),
    { ...auth, password: "pa\u0308sswo\u0308rd" },
  );
  expect(told).toContain("PASS ****");
  expect(told).not.toContain("ssw");
});

test("a digest", async () => {
  const { told, heard } = await refused(
    (line, ...rest) => (line.startsWith("APOP") ? `-ERR what? ${line}` : oneByOne(line, ...rest)),
    { ...auth, methods: ["APOP"] },
    { greeting: "+OK <1.2@example.org>" },
  );
  const [, digest] = /^APOP ann ([0-9a-f]{32})$/.exec(heard.find((line) => line.startsWith("APOP")) ?? "") ?? [];
  expect(digest).toBeDefined();
  expect(told).toContain("APOP ann ****");
  expect(told).not.toContain(digest);
});

test("a password that cannot be sent stops the login before the name is, and no promise is left alone", async () => {
  await using server = await puppet(pipelined);
  await expect(
    Pop3Client.connect({
      host: "127.0.0.1",
      port: server.port,
      tls: "none",
      auth: { ...auth, password: "a\nb", prepare: (text) => text },
    }),
  ).rejects.toThrow(RangeError);
  expect(server.heard).toEqual(["CAPA"]);
});
