// Which server an argument means: POP URLs, hosts and addresses; and what is refused, without repeating a password.
import { describe, expect, test } from "vitest";
import { parseServerUrl, type ServerUrl, ServerUrlProblem } from "../../src/cli/server-url.js";

function server(fields: Partial<ServerUrl>): ServerUrl {
  return { kind: "server", host: "pop.example.net", port: null, tls: "implicit", user: null, method: null, ...fields };
}

test.each<[string, Partial<ServerUrl>]>([
  ["pop3s://pop.example.net", {}],
  ["pops://pop.example.net/", {}],
  ["POP3S://POP.Example.NET.", {}],
  ["pop3://pop.example.net", { tls: "required" }],
  ["pop://pop.example.net:8110", { tls: "required", port: 8110 }],
  ["pop3s://pop.example.net:", {}],
  ["pop3s://alice@pop.example.net:1995", { user: "alice", port: 1995 }],
  ["pop3s://alice@example.net@pop.example.net", { user: "alice@example.net" }],
  ["pop3s://alice%40example.net@pop.example.net", { user: "alice@example.net" }],
  ["pop3s://%C3%BCrsel%3Aa%2F%3B%25@pop.example.net", { user: "ürsel:a/;%" }],
  ["pop3s://ürsel@pop.example.net", { user: "ürsel" }],
  // RFC 2384 §7.
  ["pop://rg@mailsrv.qualcomm.com", { host: "mailsrv.qualcomm.com", tls: "required", user: "rg" }],
  [
    "pop://rg;AUTH=+APOP@mail.eudora.com:8110",
    { host: "mail.eudora.com", port: 8110, tls: "required", user: "rg", method: "APOP" },
  ],
  ["pop://baz;AUTH=SCRAM-MD5@foo.bar", { host: "foo.bar", tls: "required", user: "baz", method: "SCRAM-MD5" }],
  ["pop3s://alice;auth=*@pop.example.net", { user: "alice" }],
  ["pop3s://;auth=anonymous@pop.example.net", { method: "ANONYMOUS" }],
  ["pop.example.net", {}],
  ["pop.example.net:995", { port: 995 }],
  ["pop.example.net:110", { port: 110, tls: "required" }],
  ["localhost:1995", { host: "localhost", port: 1995 }],
  ["mail_1", { host: "mail_1" }],
  ["127.0.0.1", { host: "127.0.0.1" }],
  ["[::1]:1995", { host: "::1", port: 1995 }],
  ["pop3s://alice@[2001:DB8::1]", { host: "2001:db8::1", user: "alice" }],
  ["pop3://[fe80::1%25eth0]", { host: "fe80::1%eth0", tls: "required" }],
  ["pop3s://pop.bücher.example", { host: "pop.xn--bcher-kva.example" }],
])("%s", (text, fields) => {
  expect(parseServerUrl(text)).toEqual(server(fields));
});

test("a mail address is one, and its server has to be found", () => {
  expect(parseServerUrl("alice@example.net")).toEqual({ kind: "address", address: "alice@example.net" });
});

describe("refused", () => {
  test.each<[string, RegExp]>([
    ["", /names no host: write it as pop3s:\/\/user@pop\.example\.net/],
    ["pop3s://", /names no host/],
    ["pop3s:///x", /Behind the host stands "\/x"/],
    ["imaps://pop.example.net", /"imaps:" is no scheme of POP3/],
    ["https://example.net", /no scheme of POP3/],
    ["pop3s://pop.example.net/INBOX", /Behind the host stands "\/INBOX"/],
    ["pop3s://a/b@pop.example.net", /in a user name, \/ is written %2F/],
    ["pop3s://pop.example.net?x=1", /Behind the host stands "\?x=1"/],
    ["pop3s://@pop.example.net", /Nothing stands before the @/],
    ["pop3s://alice;x=y@pop.example.net", /in a user name, ; is written %3B/],
    ["pop3s://alice;auth=PLAIN;auth=LOGIN@pop.example.net", /in a user name, ; is written %3B/],
    ["pop3s://alice;auth=@pop.example.net", /Behind a ; of the URL/],
    ["pop3s://al%zzice@pop.example.net", /a % is not followed by/],
    ["pop3s://al%ffice@pop.example.net", /a % is not followed by/],
    ["pop3s://al%0d%0aice@pop.example.net", /control character/],
    ["pop3s://al%00ice@pop.example.net", /control character/],
    ["pop3s://alice@pop.example.net\r\nQUIT", /control character/],
    ["pop3s://pop.example.net:0", /"0" is no port/],
    ["pop3s://pop.example.net:65536", /no port/],
    ["pop3s://pop.example.net:pop3", /"pop3" is no port/],
    ["pop3s://pop.example.net:1e2", /no port/],
    ["::1", /written in brackets: \[::1\]/],
    ["[::g]", /"::g" is no IPv6 address/],
    ["[127.0.0.1]", /no IPv6 address/],
    ["127.1", /no name of a host/],
    ["pop3s://0x7f000001", /no name of a host/],
    ["pop3s://256.1.1.1", /no name of a host/],
    ["pop3s://pop..example.net", /no name of a host/],
    ["pop3s://-pop.example.net", /no name of a host/],
    ["pop3s://pop example.net", /no name of a host/],
    ["pop3s://pop%2eexample.net", /no name of a host/],
    [`pop3s://${"a.".repeat(130)}net`, /no name of a host/],
    ["alice@localhost", /its domain has no dot; write it as user@example\.net, or the server's name as pop3s:/],
    ["alice@pop.example.net:995", /or the server's name as pop3s:\/\/user@/],
  ])("%j", (text, message) => {
    expect(() => parseServerUrl(text)).toThrow(ServerUrlProblem);
    expect(() => parseServerUrl(text)).toThrow(message);
  });

  test.each([
    "pop3s://alice:s3cret@pop.example.net",
    "alice:s3cret@example.net",
    "pop3s://alice:s3cret@[::g]/x",
    "pop3s://:s3cret@x",
    "pop3s://alice:s3cret/x#@pop.example.net",
    "pop3s://alice:/s3cret@pop.example.net",
  ])("a password is, and is not repeated: %s", (text) => {
    let message = "";
    try {
      parseServerUrl(text);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/^The URL holds a password.*--password-file/);
    expect(message).not.toContain("s3cret");
  });
});
