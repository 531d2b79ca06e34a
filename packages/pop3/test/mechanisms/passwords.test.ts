// PLAIN, LOGIN and CRAM-MD5: a password that travels as it is, or that keys a digest.
// What all three have to refuse is one table; what each has of its own comes behind it.
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { StringPreparation } from "../../src/contracts/authenticator.js";
import type { MechanismServerContext } from "../../src/contracts/mechanism.js";
import { cramMd5, login, plain } from "../../src/mechanisms/index.js";
import {
  Accounts,
  answer,
  clientContext,
  converse,
  CREDENTIALS,
  MALFORMED,
  prepare,
  responses,
  serverContext,
  usableText,
  utf8,
} from "./conversation.js";

describe.each([plain, login, cramMd5].map((mechanism) => ({ mechanism, name: mechanism.name })))(
  "$name",
  ({ mechanism }) => {
    test("lets in who knows the password", async () => {
      const { outcome, refused } = await converse(mechanism, clientContext(), serverContext());
      expect({ outcome, refused }).toEqual({ outcome: { user: "ann" }, refused: null });
    });

    test.each([
      ["a wrong password", { password: "Secret" }],
      ["an unknown name", { name: "bob" }],
      ["a name in another case", { name: "Ann" }],
    ])("refuses %s", async (_, overrides) => {
      const { outcome } = await converse(mechanism, clientContext(overrides), serverContext());
      expect(outcome).toEqual(CREDENTIALS);
    });

    test("prepares what is not ASCII, and only that", async () => {
      const prepare = vi.fn<StringPreparation>(serverContext().prepare);
      const context = serverContext({
        authenticator: new Accounts({ "\u00e4nn": "s\u00e9cret", ann: "secret" }),
        prepare,
      });
      const decomposed = clientContext({ name: "a\u0308nn", password: "se\u0301cret", prepare: (given) => given });
      if (mechanism !== cramMd5) {
        expect((await converse(mechanism, decomposed, context)).outcome).toEqual({ user: "\u00e4nn" });
      }
      expect((await converse(mechanism, { ...decomposed, prepare }, context)).outcome).toEqual({ user: "\u00e4nn" });
      prepare.mockClear();
      expect((await converse(mechanism, clientContext({ prepare }), context)).outcome).toEqual({ user: "ann" });
      expect(prepare).not.toHaveBeenCalled();
    });

    test.each(["\ue000", "\u00ad"])(
      "refuses %j, of which preparation makes nothing, as a name or a password",
      async (given) => {
        const prepare = (text: string): string => text;
        for (const overrides of [{ name: given }, { password: given }]) {
          const context = serverContext({
            authenticator: new Accounts({ ann: given, [given]: "secret", "": "secret" }),
          });
          const { outcome } = await converse(mechanism, clientContext({ ...overrides, prepare }), context);
          // CRAM-MD5's server never sees the password.
          const seen = mechanism !== cramMd5 || "name" in overrides;
          expect(outcome).toEqual(seen ? CREDENTIALS : { user: "ann" });
        }
      },
    );

    test.each([
      { name: "" },
      { password: "" },
      { name: "a\r\nb" },
      { password: "a\0b" },
      { name: "\udc00" },
      { name: "\u00ad" },
    ])("the client cannot begin with %j", (overrides) => {
      expect(() => mechanism.client(clientContext(overrides)).next()).toThrow(RangeError);
    });

    test("client and server agree on any name and password", async () => {
      await fc.assert(
        fc.asyncProperty(usableText, usableText, async (name, password) => {
          const authenticator = new Accounts({ [prepare(name)]: prepare(password) });
          const { outcome } = await converse(
            mechanism,
            clientContext({ name, password }),
            serverContext({ authenticator }),
          );
          expect(outcome).toEqual({ user: prepare(name) });
        }),
      );
    });
  },
);

describe("PLAIN", () => {
  test("RFC 4616 §4: tim is himself, and Kurt may not be Ursel", async () => {
    const context = serverContext({ authenticator: new Accounts({ tim: "tanstaaftanstaaf", Kurt: "xipj3plmq" }) });
    expect(await answer(plain, context, ["\0tim\0tanstaaftanstaaf"])).toEqual({
      challenges: [],
      outcome: { user: "tim" },
    });
    expect(await answer(plain, context, ["Ursel\0Kurt\0xipj3plmq"])).toEqual({ challenges: [], outcome: CREDENTIALS });
  });

  test("RFC 5034 §6: test is himself", async () => {
    const context = serverContext({ authenticator: new Accounts({ test: "test" }) });
    const message = Buffer.from("dGVzdAB0ZXN0AHRlc3Q=", "base64");
    expect((await answer(plain, context, [message])).outcome).toEqual({ user: "test" });
  });

  test("acts as somebody else where that is allowed", async () => {
    const admin = clientContext({ name: "admin", password: "root", authorizationId: "bob" });
    expect((await converse(plain, admin, serverContext())).outcome).toEqual({ user: "bob" });
    const ann = clientContext({ authorizationId: "bob" });
    expect((await converse(plain, ann, serverContext())).outcome).toEqual(CREDENTIALS);
  });

  test("an identity of which preparation makes nothing is not the empty one", async () => {
    const authorize = vi.fn<MechanismServerContext["authorize"]>(serverContext().authorize);
    const context = serverContext({ authorize });
    expect((await answer(plain, context, ["\u00ad\0ann\0secret"])).outcome).toEqual(CREDENTIALS);
    expect((await answer(plain, context, ["\ue000\0admin\0root"])).outcome).toEqual(CREDENTIALS);
    expect(authorize).not.toHaveBeenCalled();
  });

  test("asks nobody for an authorization without the password", async () => {
    const authorize = vi.fn<MechanismServerContext["authorize"]>(serverContext().authorize);
    await answer(plain, serverContext({ authorize }), ["bob\0admin\0wrong"]);
    expect(authorize).not.toHaveBeenCalled();
  });

  test("takes 255 octets and more of each", async () => {
    const long = "\u00e4".repeat(300);
    const authenticator = new Accounts({ [long]: long });
    const authorize = async (_: string, identity: string): Promise<string> => identity;
    const { outcome } = await answer(plain, serverContext({ authenticator, authorize }), [`${long}\0${long}\0${long}`]);
    expect(outcome).toEqual({ user: long });
  });

  test.each([
    "",
    "ann",
    "ann\0secret",
    "\0\0",
    "\0ann\0",
    "\0\0secret",
    "\0ann\0secret\0",
    "\0ann\0sec\0ret",
    "\0ann\0secret\r\n",
    "\0a\tnn\0secret",
    "a\nb\0ann\0secret",
    "\0ann\x7f\0secret",
    "\0ann\u0085\0secret",
  ])("%j is malformed", async (message) => {
    expect((await answer(plain, serverContext(), [message])).outcome).toEqual(MALFORMED);
  });

  // Overlong, cut short, a surrogate, beyond Unicode.
  test.each([[[0xc0, 0xaf]], [[0xc3]], [[0xed, 0xa0, 0x80]], [[0xf4, 0x90, 0x80, 0x80]]])(
    "octets %j are malformed",
    async (octets) => {
      const message = Uint8Array.of(...utf8("\0ann\0secret"), ...octets);
      expect((await answer(plain, serverContext(), [message])).outcome).toEqual(MALFORMED);
    },
  );

  test("a U+FEFF at the beginning is part of the name of somebody else", async () => {
    const { outcome } = await answer(plain, serverContext({ prepare: (given) => given }), ["\ufeff\0ann\0secret"]);
    expect(outcome).toEqual(CREDENTIALS);
  });
});

describe("LOGIN", () => {
  test("asks the two questions that widespread clients wait for", async () => {
    const { challenges, outcome } = await answer(login, serverContext(), ["ann", "secret"]);
    expect({ challenges, outcome }).toEqual({ challenges: ["Username:", "Password:"], outcome: { user: "ann" } });
  });

  test("the client does not read the questions", () => {
    expect(responses(login, clientContext(), ["User Name\0", Uint8Array.of(0xff)])).toEqual(["ann", "secret"]);
  });

  test("RFC 5034 §4: an initial response is refused", async () => {
    const step = await login.server(serverContext(), utf8("ann")).next();
    expect(step).toEqual({ done: true, value: MALFORMED });
  });

  test.each([[[""]], [["a\0nn"]], [["ann", ""]], [["ann", "secret\n"]], [["ann", Uint8Array.of(0xff)]]])(
    "%j is malformed",
    async (answers) => {
      expect((await answer(login, serverContext(), answers)).outcome).toEqual(MALFORMED);
    },
  );

  test("cannot act as somebody else, and does not pretend to", () => {
    expect(() => login.client(clientContext({ authorizationId: "bob" })).next()).toThrow(RangeError);
  });
});

describe("CRAM-MD5", () => {
  const digest = "b913a602c7eda7a495b4e6e7334d3890";

  test("RFC 2195 §2: tim's digest", () => {
    const tim = clientContext({ name: "tim", password: "tanstaaftanstaaf" });
    expect(responses(cramMd5, tim, ["<1896.697170952@postoffice.reston.mci.net>"])).toEqual([`tim ${digest}`]);
  });

  test("the challenge is a msg-id of the server, and new each time", async () => {
    const ask = async () => (await answer(cramMd5, serverContext(), [])).challenges[0]!;
    const [one, other] = [await ask(), await ask()];
    expect(one).toMatch(/^<[0-9]+\.[0-9]+@pop\.example\.org>$/);
    expect(other).not.toBe(one);
  });

  test("a recorded answer, played again, is refused", async () => {
    const { lines } = await converse(cramMd5, clientContext(), serverContext());
    const recorded = lines.at(-1)!.slice("C: ".length);
    expect((await answer(cramMd5, serverContext(), [recorded])).outcome).toEqual(CREDENTIALS);
  });

  test("a name may hold spaces", async () => {
    const authenticator = new Accounts({ "ann of kent": "secret" });
    const { outcome } = await converse(
      cramMd5,
      clientContext({ name: "ann of kent" }),
      serverContext({ authenticator }),
    );
    expect(outcome).toEqual({ user: "ann of kent" });
  });

  test("the user is whom the secret belongs to, whatever the name", async () => {
    const authenticator = new Accounts({});
    authenticator.sharedSecret = async () => ({ user: "ann@example.org", secret: "secret" });
    expect((await converse(cramMd5, clientContext(), serverContext({ authenticator }))).outcome).toEqual({
      user: "ann@example.org",
    });
  });

  test.each([
    "",
    "ann",
    digest,
    ` ${digest}`,
    `ann ${digest.toUpperCase()}`,
    `ann ${digest}0`,
    `ann ${digest} `,
    `ann  `,
    `a\nn ${digest}`,
    `ann\t${digest}`,
    `ann ${digest}\n`,
  ])("%j is malformed", async (response) => {
    expect((await answer(cramMd5, serverContext(), [response])).outcome).toEqual(MALFORMED);
  });

  test("RFC 5034 §4: an initial response is refused", async () => {
    const step = await cramMd5.server(serverContext(), utf8(`ann ${digest}`)).next();
    expect(step).toEqual({ done: true, value: MALFORMED });
  });

  test.each(["", "<>", "<@>", "1@a", "<1@a", "<1 2@a>", "<1@a>\r\n", "<\u00e4@a>", Uint8Array.of(0xff)])(
    "the client refuses %j for a challenge",
    (challenge) => {
      expect(() => responses(cramMd5, clientContext(), [challenge])).toThrow(/msg-id/);
    },
  );

  test("cannot act as somebody else, and does not pretend to", () => {
    expect(() => cramMd5.client(clientContext({ authorizationId: "bob" })).next()).toThrow(RangeError);
  });

  test("an authenticator without secrets is a fault of the program", async () => {
    const context = serverContext({ authenticator: { verifyPassword: async () => null } });
    await expect(answer(cramMd5, context, [`ann ${digest}`])).rejects.toThrow("sharedSecret");
  });
});
