// OAUTHBEARER (RFC 7628) and XOAUTH2: what the authenticator is asked, and how a refusal is told.
// The tokens themselves are judged elsewhere.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { oauthbearer, xoauth2 } from "../../src/mechanisms/index.js";
import {
  Accounts,
  answer,
  clientContext,
  CONFIGURATION,
  converse,
  CREDENTIALS,
  fromBase64,
  MALFORMED,
  prepare,
  responses,
  serverContext,
  usableText,
} from "./conversation.js";

const context = (overrides: Parameters<typeof clientContext>[0] = {}) =>
  clientContext({ token: "token-secret", ...overrides });

describe.each([oauthbearer, xoauth2].map((mechanism) => ({ mechanism, name: mechanism.name })))(
  "$name",
  ({ mechanism }) => {
    test("lets in whoever has a token, without another word", async () => {
      const { outcome, refused, lines } = await converse(mechanism, context(), serverContext());
      expect({ outcome, refused }).toEqual({ outcome: { user: "ann" }, refused: null });
      expect(lines).toHaveLength(1);
    });

    test.each([
      ["a wrong token", { token: "token-other" }],
      ["somebody else's token", { name: "admin" }],
    ])("refuses %s, in JSON first", async (_, overrides) => {
      const { outcome, refused, lines } = await converse(mechanism, context(overrides), serverContext());
      expect({ outcome, refused }).toEqual({ outcome: CREDENTIALS, refused: null });
      expect(lines).toHaveLength(3);
      expect(lines[2]).toBe(mechanism === oauthbearer ? "C: \x01" : "C: ");
    });

    test("whatever answers the error, the token stays refused", async () => {
      const response = (octets: Uint8Array, at: number): Uint8Array => (at === 1 ? Uint8Array.of(0xff) : octets);
      const { outcome } = await converse(mechanism, context({ token: "x" }), serverContext(), { response });
      expect(outcome).toEqual(CREDENTIALS);
    });

    test("the authenticator is asked with the name prepared", async () => {
      const authenticator = new Accounts({ "\u00e4nn": "secret" });
      const decomposed = context({ name: "a\u0308nn", prepare: (given) => given });
      expect((await converse(mechanism, decomposed, serverContext({ authenticator }))).outcome).toEqual({
        user: "\u00e4nn",
      });
      expect(authenticator.tokens).toEqual([["token-secret", "\u00e4nn"]]);
    });

    test.each(["\ue000", "\u00ad"])("a name of which preparation makes nothing is refused: %j", async (name) => {
      const authenticator = new Accounts({ ann: "secret" });
      const { outcome } = await converse(
        mechanism,
        context({ name, prepare: (given) => given }),
        serverContext({ authenticator }),
      );
      expect(outcome).toEqual(CREDENTIALS);
      expect(authenticator.tokens).toEqual([]);
    });

    test("the name is whom the client wants to act as", async () => {
      const authenticator = new Accounts({ bob: "secret" });
      const { outcome } = await converse(
        mechanism,
        context({ authorizationId: "bob" }),
        serverContext({ authenticator }),
      );
      expect(outcome).toEqual({ user: "bob" });
    });

    test.each([
      { token: "" },
      { token: "a b" },
      { token: "a\x01b" },
      { token: "=" },
      { token: "\u00e4" },
      { name: "" },
      { name: "a\x01b" },
    ])("the client cannot begin with %j", (overrides) => {
      expect(() => mechanism.client(context(overrides)).next()).toThrow(RangeError);
    });

    test("the client cannot begin without a token", () => {
      expect(() => mechanism.client(clientContext()).next()).toThrow(RangeError);
    });

    test.each(["x", "[]", "null", '"x"', "{", Uint8Array.of(0xff)])(
      "the client refuses %j for an error",
      (challenge) => {
        expect(() => responses(mechanism, context(), [challenge])).toThrow(/JSON/);
      },
    );

    test("the client takes no success after an error", () => {
      expect(() => responses(mechanism, context(), ["{}", ""])).toThrow(/went on/);
    });

    test("an authenticator without tokens, or one that fails, fails the exchange", async () => {
      const message = responses(mechanism, context(), []);
      const without = serverContext({ authenticator: { verifyPassword: async () => null } });
      await expect(answer(mechanism, without, message)).rejects.toThrow("verifyToken");
      const authenticator = new Accounts({});
      authenticator.verifyToken = async () => {
        throw new Error("the issuer is silent");
      };
      await expect(answer(mechanism, serverContext({ authenticator }), message)).rejects.toThrow("silent");
    });

    test("client and server agree on any name and token", async () => {
      await fc.assert(
        fc.asyncProperty(usableText, fc.stringMatching(/^[A-Za-z0-9._~+/-]{1,50}={0,2}$/), async (name, token) => {
          const authenticator = new Accounts({});
          await converse(mechanism, context({ name, token }), serverContext({ authenticator }));
          expect(authenticator.tokens).toEqual([[token, prepare(name)]]);
        }),
      );
    });
  },
);

describe("OAUTHBEARER", () => {
  test("RFC 7628 §4.1: an exchange that succeeds", async () => {
    const message =
      "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyI" +
      "HZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB";
    const authenticator = new Accounts({});
    const asked: unknown[] = [];
    authenticator.verifyToken = async (token, name) => {
      asked.push(token, name);
      return { user: "user@example.com" };
    };
    const { outcome } = await answer(oauthbearer, serverContext({ authenticator }), [fromBase64(message)]);
    expect(outcome).toEqual({ user: "user@example.com" });
    expect(asked).toEqual(["vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==", "user@example.com"]);
  });

  test("RFC 7628 §4.3: a client that asks what token is needed", async () => {
    const message = "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9AQE=";
    const error =
      "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHRwczovL2V4" +
      "YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0=";
    const { challenges, outcome } = await answer(oauthbearer, serverContext(), [fromBase64(message), "\x01"]);
    expect(challenges).toEqual([Buffer.from(error, "base64").toString()]);
    expect(outcome).toEqual(CREDENTIALS);
  });

  test("whoever only asks is not let in, whatever the authenticator thinks of no token", async () => {
    const authenticator = new Accounts({});
    authenticator.verifyToken = async () => ({ user: "ann" });
    const { outcome } = await answer(oauthbearer, serverContext({ authenticator }), ["n,,\x01auth=\x01\x01"]);
    expect(outcome).toEqual(CREDENTIALS);
  });

  test("the error holds what is known, and no more", async () => {
    const authenticator = new Accounts({});
    authenticator.verifyToken = async () => ({ user: null, status: "insufficient_scope" });
    const { challenges } = await answer(oauthbearer, serverContext({ authenticator }), [
      "n,,\x01auth=Bearer x\x01\x01",
    ]);
    expect(challenges).toEqual(['{"status":"insufficient_scope"}']);
  });

  test("the client says where it is connected to", () => {
    expect(responses(oauthbearer, context({ name: "a=b,c" }), [])).toEqual([
      "n,a=a=3Db=2Cc,\x01host=pop.example.org\x01port=995\x01auth=Bearer token-secret\x01\x01",
    ]);
  });

  test.each([
    "n,,\x01auth=Bearer token-secret\x01\x01",
    "y,,\x01auth=Bearer token-secret\x01\x01",
    "n,a=ann,\x01auth=bEaReR  token-secret\x01\x01",
    "n,,\x01unknown=a b\t\r\n\x01auth=Bearer token-secret\x01unknown=\x01\x01",
    "n,,\x01host=[2001:db8::1]\x01port=65535\x01auth=Bearer token-secret\x01\x01",
    "n,,\x01host=192.0.2.1\x01auth=Bearer token-secret\x01port=1\x01\x01",
  ])("%j is understood", async (message) => {
    expect((await answer(oauthbearer, serverContext(), [message])).outcome).toEqual({ user: "ann" });
  });

  test.each([
    "",
    "\x01",
    "n,,\x01\x01",
    "n,,\x01\x01\x01",
    "n,,auth=Bearer token-secret\x01\x01",
    "n,,xauth=Bearer token-secret\x01\x01",
    "n,,\x01auth=Bearer token-secret\x01",
    "n,,\x01auth=Bearer token-secret",
    "n,,\x01auth=Bearer token-secret\x01\x01\x01",
    "n,,\x01auth=Bearer token-secret\x01\x01x",
    "n,,\x01auth=Bearer token-secret\x01auth=Bearer token-secret\x01\x01",
    "n,,\x01auth=Bearer\x01\x01",
    "n,,\x01auth=Bearer \x01\x01",
    "n,,\x01auth=Bearer a b\x01\x01",
    "n,,\x01auth=Bearer a=b\x01\x01",
    "n,,\x01auth=Bearer x\n\x01\x01",
    "n,,\x01auth=Bearertoken-secret\x01\x01",
    "n,,\x01auth=token-secret\x01\x01",
    "n,,\x01auth=Basic token-secret\x01\x01",
    "n,,\x01AUTH=Bearer token-secret\x01\x01",
    "n,,\x01auth=Bearer token-secret\x01host=a b\x01\x01",
    "n,,\x01auth=Bearer token-secret\x01host=\x01\x01",
    "n,,\x01auth=Bearer token-secret\x01host=a\x01host=a\x01\x01",
    "n,,\x01auth=Bearer token-secret\x01port=0\x01\x01",
    "n,,\x01auth=Bearer token-secret\x01port=0995\x01\x01",
    "n,,\x01auth=Bearer token-secret\x01port=65536\x01\x01",
    "n,,\x01auth=Bearer token-secret\x01x=\u00e4\x01\x01",
    "n,,\x01auth=Bearer token-secret\x01x=\0\x01\x01",
    "n,,\x01auth=Bearer token-secret\x01x1=\x01\x01",
    "n,,\x01auth=Bearer token-secret\x01=\x01\x01",
    "n,,\x01auth=Bearer token-secret\x01x\x01\x01",
    "n,a=,\x01auth=Bearer token-secret\x01\x01",
    "n,a=a=nn,\x01auth=Bearer token-secret\x01\x01",
    "n,user=ann,\x01auth=Bearer token-secret\x01\x01",
    "n,\x01auth=Bearer token-secret\x01\x01",
    "p=tls-exporter,,\x01auth=Bearer token-secret\x01\x01",
    "\x01auth=Bearer token-secret\x01\x01",
  ])("%j is malformed", async (message) => {
    expect(await answer(oauthbearer, serverContext(), [message])).toEqual({ challenges: [], outcome: MALFORMED });
  });
});

describe("XOAUTH2", () => {
  test.each([
    ["invalid_token", "401"],
    ["invalid_request", "400"],
    ["insufficient_scope", "403"],
  ] as const)("%s is status %s in its error", async (status, code) => {
    const authenticator = new Accounts({});
    authenticator.verifyToken = async () => ({
      user: null,
      status,
      scope: "https://mail.example.org/",
      configuration: CONFIGURATION,
    });
    const { challenges } = await answer(xoauth2, serverContext({ authenticator }), [
      "user=ann\x01auth=Bearer x\x01\x01",
    ]);
    expect(JSON.parse(challenges[0]!)).toEqual({ status: code, schemes: "bearer", scope: "https://mail.example.org/" });
  });

  test.each([
    "",
    "user=ann",
    "user=ann\x01auth=Bearer token-secret",
    "user=ann\x01auth=Bearer token-secret\x01",
    "user=ann\x01auth=Bearer token-secret\x01\x01\x01",
    "user=\x01auth=Bearer token-secret\x01\x01",
    "user=a\nnn\x01auth=Bearer token-secret\x01\x01",
    "user=ann\x01auth=\x01\x01",
    "user=ann\x01auth=token-secret\x01\x01",
    "user=ann\x01auth=Bearer a b\x01\x01",
    "auth=Bearer token-secret\x01user=ann\x01\x01",
    "user=ann\x01x=y\x01auth=Bearer token-secret\x01\x01",
    "User=ann\x01auth=Bearer token-secret\x01\x01",
    "n,,\x01auth=Bearer token-secret\x01\x01",
  ])("%j is malformed", async (message) => {
    expect(await answer(xoauth2, serverContext(), [message])).toEqual({ challenges: [], outcome: MALFORMED });
  });
});
