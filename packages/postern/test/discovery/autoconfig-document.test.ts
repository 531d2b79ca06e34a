// Autoconfig documents: what is read of them, what is left out and why, and what is no document.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DocumentProblem, readAutoconfig } from "../../src/discovery/autoconfig-document.js";
import { parseMailAddress } from "../../src/discovery/mail-address.js";
import { documentOf, server } from "./world.js";

const alice = parseMailAddress("alice@example.net");

test("POP3 servers are read, in their order", () => {
  const text = documentOf(
    server("POP.example.net"),
    `<hostname><![CDATA[pop.example.net]]></hostname><port> 110 </port><socketType>STARTTLS</socketType>
     <username>%EMAILLOCALPART%</username><authentication>OAuth2</authentication><authentication>secure</authentication>
     <authentication>magic</authentication><pop3><leaveMessagesOnServer>true</leaveMessagesOnServer></pop3>`,
  );
  expect(readAutoconfig(text, alice)).toEqual({
    servers: [
      {
        host: "pop.example.net",
        port: 995,
        tls: "implicit",
        user: "alice@example.net",
        authentication: ["password-cleartext"],
      },
      {
        host: "pop.example.net",
        port: 110,
        tls: "required",
        user: "alice",
        authentication: ["OAuth2", "password-encrypted"],
      },
    ],
    leftOut: [],
  });
});

describe("placeholders", () => {
  const user = (template: string, address = "alice@example.net"): string | undefined =>
    readAutoconfig(documentOf(server("pop.example.net", template)), parseMailAddress(address)).servers[0]?.user;

  test("stand for the address and its parts", () => {
    expect(user("%EMAILADDRESS%")).toBe("alice@example.net");
    expect(user("%EMAILDOMAIN%\\%EMAILLOCALPART%")).toBe("example.net\\alice");
    expect(user("web1p2")).toBe("web1p2");
    expect(user("a&amp;b&#46;c")).toBe("a&b.c");
    expect(user("%EMAILADDRESS%", "jürgen@münchen.example")).toBe("jürgen@münchen.example");
  });

  test("what is put in is no template", () => {
    expect(user("%EMAILLOCALPART%.%EMAILDOMAIN%", "%EMAILDOMAIN%$&@example.net")).toBe("%EMAILDOMAIN%$&.example.net");
  });

  test("can be in the name of the host, as A-labels", () => {
    const text = documentOf(server("pop.%EMAILDOMAIN%"));
    expect(readAutoconfig(text, parseMailAddress("a@münchen.example")).servers).toMatchObject([
      { host: "pop.xn--mnchen-3ya.example" },
    ]);
  });

  test("without a user name it is the address", () => {
    const text = documentOf("<hostname>pop.example.net</hostname><port>995</port><socketType>SSL</socketType>");
    expect(readAutoconfig(text, alice).servers).toMatchObject([{ user: "alice@example.net", authentication: [] }]);
  });
});

test.each([
  ["no TLS", server("pop.example.net").replace("SSL", "plain"), "pop.example.net:995 is without TLS"],
  ["no socketType", server("pop.example.net").replace(/<socketType.*socketType>/, ""), "without TLS"],
  ["a socketType of Object's", server("pop.example.net").replace("SSL", "toString"), "without TLS"],
  ["no name", server(""), "without a name"],
  ["an address", server("192.0.2.1"), "without a name"],
  ["a line end in the name", server("pop.example&#13;&#10;.net"), "without a name"],
  ["an unknown placeholder in the name", server("%REALNAME%.example.net"), "without a name"],
  ["port 0", server("pop.example.net").replace("995", "0"), "no port"],
  ["port 65536", server("pop.example.net").replace("995", "65536"), "no port"],
  ["port 1e3", server("pop.example.net").replace("995", "1e3"), "no port"],
  ["an unknown placeholder", server("pop.example.net", "%REALNAME%"), "wants a user name"],
  [
    "an unknown placeholder among others",
    server("pop.example.net", "%EMAILLOCALPART%.%REALNAME%"),
    "wants a user name",
  ],
  ["a line end in the user name", server("pop.example.net", "a&#13;&#10;b"), "wants a user name"],
  ["a character that was not decoded", server("pop.example.net", "\ufffd"), "wants a user name"],
  ["a long user name", server("pop.example.net", "x".repeat(256)), "wants a user name"],
])("%s is left out", (_, fields, reason) => {
  const { servers, leftOut } = readAutoconfig(documentOf(fields, server("good.example.net")), alice);
  expect(leftOut).toEqual([expect.stringContaining(reason)]);
  expect(leftOut[0]).not.toMatch(/[\0-\x1f]/);
  expect(servers).toMatchObject([{ host: "good.example.net" }]);
});

test("more servers than anybody has are not read", () => {
  const text = documentOf(...Array.from({ length: 50 }, (_, at) => server(`pop${at}.example.net`)));
  expect(readAutoconfig(text, alice).servers).toHaveLength(8);
});

test("servers elsewhere in a document are none", () => {
  const inner = `<incomingServer type="pop3">${server("pop.example.net")}</incomingServer>`;
  for (const text of [
    `<clientConfig>${inner}</clientConfig>`,
    `<clientConfig><emailProvider><x>${inner}</x></emailProvider></clientConfig>`,
    `<clientConfig><emailProvider><incomingServer>${server("pop.example.net")}</incomingServer></emailProvider></clientConfig>`,
  ]) {
    expect(readAutoconfig(text, alice)).toEqual({ servers: [], leftOut: [] });
  }
});

const bomb = `<!DOCTYPE clientConfig [<!ENTITY a "aaaaaaaaaa">${"bcdefghi"
  .split("")
  .map((name, at) => `<!ENTITY ${name} "${`&${"abcdefgh"[at]};`.repeat(10)}">`)
  .join("")}]>`;

test.each([
  ["nothing", "", /no XML/],
  ["text", "hello", /not well-formed XML/],
  ["a page", "<!DOCTYPE html><html><body>Not found</body></html>", /a DOCTYPE/],
  ["XML of another kind", "<autodiscover/>", /another kind/],
  ["cut off", documentOf(server("pop.example.net")).slice(0, -20), /not well-formed XML \(line \d+\)/],
  ["unbalanced", "<clientConfig><a></b></clientConfig>", /not well-formed/],
  ["an entity of its own", "<clientConfig>&lol;</clientConfig>", /not well-formed/],
  ["an entity of HTML", "<clientConfig>&nbsp;</clientConfig>", /not well-formed/],
  ["entities that grow", `${bomb}<clientConfig>&i;</clientConfig>`, /a DOCTYPE/],
  ["a file", '<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]><clientConfig>&x;</clientConfig>', /a DOCTYPE/],
  ["deep nesting", `<clientConfig>${"<a>".repeat(10_000)}`, /nested too deep/],
])("%s is no document", (_, text, reason) => {
  expect(() => readAutoconfig(text, alice)).toThrow(DocumentProblem);
  expect(() => readAutoconfig(text, alice)).toThrow(reason);
});

test("whatever comes, it is a description or a problem, and harmless", () => {
  const piece = fc.constantFrom(
    "<clientConfig>",
    "<emailProvider>",
    '<incomingServer type="pop3">',
    "</incomingServer>",
  );
  const text = fc
    .array(fc.oneof(piece, fc.string(), fc.constant(server("pop.example.net"))))
    .map((all) => all.join(""));
  fc.assert(
    fc.property(text, fc.string(), (noise, host) => {
      for (const document of [noise, documentOf(server(host)), documentOf(server("pop.example.net", host))]) {
        try {
          for (const found of readAutoconfig(document, alice).servers) {
            expect(found.host).toMatch(/^[a-z0-9.-]+$/);
            expect(found.user).not.toMatch(/[\0-\x1f\x7f]/);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(DocumentProblem);
        }
      }
    }),
  );
});
