// EXTERNAL (RFC 4422 appendix A) and ANONYMOUS (RFC 4505): nothing secret in the messages.
// Whom a certificate stands for, and who comes in without one, is asked of the authenticator.
import { describe, expect, test } from "vitest";
import { anonymous, external } from "../../src/mechanisms/index.js";
import {
  Accounts,
  answer,
  certificate,
  clientContext,
  converse,
  CREDENTIALS,
  MALFORMED,
  responses,
  serverContext,
} from "./conversation.js";

describe("EXTERNAL", () => {
  const admin = { ...certificate, commonName: "admin" };

  test("the certificate says who it is", async () => {
    expect(await converse(external, clientContext({ name: "" }), serverContext({ certificate }))).toEqual({
      outcome: { user: "ann" },
      refused: null,
      lines: ["C: "],
    });
  });

  test("somebody else, where the authenticator allows it", async () => {
    const bob = clientContext({ authorizationId: "bob" });
    expect((await converse(external, bob, serverContext({ certificate: admin }))).outcome).toEqual({ user: "bob" });
    expect((await converse(external, bob, serverContext({ certificate }))).outcome).toEqual(CREDENTIALS);
    const ann = clientContext({ authorizationId: "ann" });
    expect((await converse(external, ann, serverContext({ certificate }))).outcome).toEqual({ user: "ann" });
  });

  test("an identity is prepared, and refused where nothing is left", async () => {
    const context = serverContext({ certificate: admin });
    expect((await answer(external, context, ["a\u0308nn"])).outcome).toEqual({ user: "\u00e4nn" });
    expect((await answer(external, context, ["\u00ad"])).outcome).toEqual(CREDENTIALS);
  });

  test("no certificate, or one of nobody, is refused", async () => {
    expect((await answer(external, serverContext(), [""])).outcome).toEqual(CREDENTIALS);
    const stranger = { ...certificate, commonName: null };
    expect((await answer(external, serverContext({ certificate: stranger }), [""])).outcome).toEqual(CREDENTIALS);
    expect((await answer(external, serverContext({ certificate: stranger }), ["ann"])).outcome).toEqual(CREDENTIALS);
  });

  test.each(["\0", "a\0nn", "ann\r\n", Uint8Array.of(0xff)])("%j is malformed", async (message) => {
    expect((await answer(external, serverContext({ certificate }), [message])).outcome).toEqual(MALFORMED);
  });

  test("an authenticator that knows no certificates is a fault of the program", async () => {
    const context = serverContext({ certificate, authenticator: { verifyPassword: async () => null } });
    await expect(answer(external, context, [""])).rejects.toThrow("userOfCertificate");
  });
});

describe("ANONYMOUS", () => {
  test.each(["", "sirhc", "ann@example.org", "\u00e4".repeat(255), "\u{1f4ec}".repeat(255)])(
    "anybody comes in, leaving %j",
    async (name) => {
      expect(await converse(anonymous, clientContext({ name, password: "" }), serverContext())).toEqual({
        outcome: { user: "everybody" },
        refused: null,
        lines: [`C: ${name}`],
      });
    },
  );

  test("the trace says nothing about who is let in", async () => {
    expect((await answer(anonymous, serverContext(), ["ann"])).outcome).toEqual({ user: "everybody" });
  });

  test("nobody is refused nothing: where there is no such user, it fails", async () => {
    const authenticator = new Accounts({});
    authenticator.anonymousUser = async () => null;
    expect((await answer(anonymous, serverContext({ authenticator }), [""])).outcome).toEqual(CREDENTIALS);
    const without = serverContext({ authenticator: { verifyPassword: async () => null } });
    await expect(answer(anonymous, without, [""])).rejects.toThrow("anonymousUser");
  });

  test.each(["a".repeat(256), "\u{1f4ec}".repeat(256), "a\0", "a\r\nb", "\x7f", "\u0085", Uint8Array.of(0xff)])(
    "%j is malformed",
    async (message) => {
      expect((await answer(anonymous, serverContext(), [message])).outcome).toEqual(MALFORMED);
    },
  );

  test.each([{ name: "a".repeat(256) }, { name: "a\nb" }, { authorizationId: "ann" }])(
    "the client cannot begin with %j",
    (overrides) => {
      expect(() => responses(anonymous, clientContext(overrides), [])).toThrow(RangeError);
    },
  );
});
