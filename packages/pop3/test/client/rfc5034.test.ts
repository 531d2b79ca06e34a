// What RFC 5034 asks of a client that authenticates with AUTH, by its sections.
import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { type AuthOptions, type ConnectOptions, Pop3Client } from "@postern/pop3/client";
import { type Part, puppet, type Puppet, wellBehaved } from "../support/puppet.js";

const auth: AuthOptions = { user: "ann", password: "secret", cleartext: true };
/** Too long for an initial response. */
const long: AuthOptions = { ...auth, password: "x".repeat(300) };
const LONG = Buffer.from(`\0ann\0${long.password}`).toString("base64");

function loggedIn({ port }: Puppet, given: AuthOptions, more: Partial<ConnectOptions> = {}): Promise<Pop3Client> {
  return Pop3Client.connect({ host: "127.0.0.1", port, tls: "none", auth: given, ...more });
}

function saying(mechanism: string, answers: Readonly<Record<string, string>>): Part {
  const good = wellBehaved([`SASL ${mechanism}`]);
  return (line, ...rest) => answers[line] ?? good(line, ...rest);
}

describe("§4: the initial response", () => {
  test("is in the command where that has 255 octets at most", async () => {
    // 255 octets with CRLF: 242 for Base64, of which 240 are whole groups.
    const fits = { ...auth, password: "x".repeat(180 - "\0ann\0".length) };
    await using server = await puppet(saying("PLAIN", {}));
    await using client = await loggedIn(server, fits);
    expect(server.heard[1]).toHaveLength("AUTH PLAIN ".length + 240);
    expect(client.loginMethod).toBe("PLAIN");
  });

  test("else waits for an empty challenge", async () => {
    await using server = await puppet(saying("PLAIN", { "AUTH PLAIN": "+ " }));
    await using client = await loggedIn(server, long);
    expect(server.heard.slice(1, 3)).toEqual(["AUTH PLAIN", LONG]);
    expect(client.state).toBe("TRANSACTION");
  });

  test("is = where it is empty", async () => {
    await using server = await puppet(saying("EXTERNAL", {}));
    await using _ = await loggedIn(server, { user: "ann", certificate: true });
    expect(server.heard[1]).toBe("AUTH EXTERNAL =");
  });
});

describe("§4: a challenge that is not Base64 cancels the exchange", () => {
  test.each(["+ go ahead", "+ =AAA", "+ AAA=BBB", "+ AAAA ", "+  ", "+ AAAA\t"])("%j", async (challenge) => {
    await using server = await puppet(saying("PLAIN", { "AUTH PLAIN": challenge, "*": "-ERR cancelled" }));
    await expect(loggedIn(server, long)).rejects.toMatchObject({
      name: "ProtocolViolation",
      message: "the server's challenge is not Base64",
    });
    expect(server.heard.slice(1)).toEqual(["AUTH PLAIN", "*"]);
  });
});

describe("§4: an exchange that was cancelled", () => {
  // A nonce that does not continue the client's (RFC 5802 §5.1).
  const forged = `+ ${Buffer.from("r=another,s=AAAA,i=4096").toString("base64")}`;

  test.each(["-ERR cancelled", "+OK welcome"])(
    "ends the session, whatever the server says of it: %s",
    async (answer) => {
      const good = wellBehaved(["SASL SCRAM-SHA-256"]);
      await using server = await puppet((line, ...rest) =>
        line.startsWith("AUTH") ? forged : line === "*" ? answer : good(line, ...rest),
      );
      const client = await Pop3Client.connect({ host: "127.0.0.1", port: server.port, tls: "none" });
      await expect(client.login(auth)).rejects.toMatchObject({ name: "ProtocolViolation" });
      expect(server.heard.at(-1)).toBe("*");
      expect(client.state).toBe("ended");
    },
  );
});

test("§3: without SASL among the capabilities AUTH is not tried", async () => {
  await using server = await puppet(wellBehaved(["USER"]));
  await expect(loggedIn(server, { ...auth, methods: ["PLAIN"] })).rejects.toMatchObject({ name: "LoginImpossible" });
  expect(server.heard).toEqual(["CAPA"]);
});
