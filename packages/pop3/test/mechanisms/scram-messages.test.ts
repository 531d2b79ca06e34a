// The messages of SCRAM (RFC 5802 §7): what of the grammar, the nonces, the proof and the signature each end refuses.
// For every member of the family.
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { boundOctets } from "../../src/mechanisms/scram/binding.js";
import { clientKeysOf, clientProof, scramVerifierOf } from "../../src/mechanisms/scram/keys.js";
import {
  Accounts,
  answer,
  base64,
  converse,
  CREDENTIALS,
  fromBase64,
  MALFORMED,
  type Meddling,
  NOTHING,
  octetsForNonce,
  responses,
  text,
  utf8,
} from "./conversation.js";
import { bindings, client, members, replacing, server } from "./scram-family.js";

describe.each(members)("$name", ({ mechanism, proofOctets, header }) => {
  describe("the client refuses", () => {
    const refusals: readonly (readonly [string, Meddling, RegExp])[] = [
      ["a nonce that does not begin with its own", { challenge: replacing(0, "r=", "r=x") }, /nonce/],
      ["a nonce that is its own alone", { challenge: replacing(0, /^r=(.{24})[^,]+/, "r=$1") }, /nonce/],
      ["too few iterations", { challenge: replacing(0, "i=4096", "i=4095") }, /iteration count/],
      ["too many iterations", { challenge: replacing(0, "i=4096", "i=5000001") }, /iteration count/],
      ["iterations beyond counting", { challenge: replacing(0, "i=4096", `i=${"9".repeat(400)}`) }, /iteration count/],
      [
        "another signature",
        { challenge: (octets, at) => (at === 1 ? utf8(`v=${base64(randomBytes(proofOctets))}`) : octets) },
        /signature/,
      ],
      ["a short signature", { challenge: (octets, at) => (at === 1 ? utf8("v=AAAA") : octets) }, /signature/],
      ["an empty end", { challenge: (octets, at) => (at === 1 ? utf8("") : octets) }, /last message/],
    ];
    test.each(refusals)("%s", async (_, meddling, reason) => {
      expect((await converse(mechanism, client(), server(), meddling)).refused).toMatch(reason);
    });

    test("a server that does not know the verifier", async () => {
      const authenticator = new Accounts({});
      authenticator.scramVerifier = async (name, hash) => {
        const right = await scramVerifierOf("secret", hash, utf8("salt"), 4096);
        return { user: name, ...right, serverKey: randomBytes(right.serverKey.length) };
      };
      expect((await converse(mechanism, client(), server({ authenticator }))).refused).toMatch(/signature/);
    });

    test.each([
      "",
      "r=NONCEx",
      "r=NONCEx,s=QQ==",
      "s=QQ==,r=NONCEx,i=4096",
      "m=x,r=NONCEx,s=QQ==,i=4096",
      "r=NONCEx,s=,i=4096",
      "r=NONCEx,s=QQ,i=4096",
      "r=NONCEx,s=QR==,i=4096",
      "r=NONCEx,s=Q*==,i=4096",
      "r=NONCEx,s=QQ==,i=0",
      "r=NONCEx,s=QQ==,i=04096",
      "r=NONCEx,s=QQ==,i=4096 ",
      "r=NONCEx,s=QQ==,i=4e4",
      "r=NONCEx,s=QQ==,i=4096,",
      "r=NONCEx,s=QQ==,i=4096,m=x",
      "r=NONCEx,s=QQ==,i=4096,i=4096",
      "r=NONCEx,s=QQ==,i=4096,x=1,x=2",
      "r=NONCE x,s=QQ==,i=4096",
      Uint8Array.of(0xff),
    ])("%j for a first message", (challenge) => {
      const nonce = "n".repeat(24);
      const context = client({ random: () => octetsForNonce(nonce) });
      const asked = typeof challenge === "string" ? challenge.replace("NONCE", nonce) : challenge;
      expect(() => responses(mechanism, context, [asked])).toThrow(/first message|nonce/);
    });

    test("success without a signature: it is not done yet", () => {
      const exchange = mechanism.client(client());
      const first = text(exchange.next().value!);
      exchange.next(utf8(`r=${/r=([^,]*)/.exec(first)![1]}x,s=QQ==,i=4096`));
      expect(() => exchange.next(utf8(""))).toThrow(/last message/);
    });

    test("success after an error: it waits for the refusal and takes nothing else", () => {
      const exchange = mechanism.client(client());
      const first = text(exchange.next().value!);
      exchange.next(utf8(`r=${/r=([^,]*)/.exec(first)![1]}x,s=QQ==,i=4096`));
      expect(exchange.next(utf8("e=invalid-proof"))).toEqual({ done: false, value: utf8("") });
      expect(() => exchange.next(utf8(""))).toThrow(/refused the proof/);
    });
  });

  test("extensions that are no duty are not looked at, on either side", async () => {
    const authMessageStaysTheSame = { challenge: replacing(1, /$/, ",x=y") };
    expect(await converse(mechanism, client(), server(), authMessageStaysTheSame)).toMatchObject({
      outcome: { user: "ann" },
      refused: null,
    });
    const { challenges } = await answer(mechanism, server(), [`${header}n=ann,r=abc,x=1,Y==,z=\u00e4`]);
    expect(challenges[0]).toMatch(/^r=abc/);
  });

  describe("a first message is malformed:", () => {
    test.each([
      "",
      "HEADER",
      "HEADERn=ann",
      "HEADERr=abc,n=ann",
      "HEADERn=,r=abc",
      "HEADERn=ann,r=",
      "HEADERn=ann,r=a c",
      "HEADERn=ann,r=\u00e4bc",
      "HEADERn=ann,r=abc,",
      "HEADERn=ann,r=abc,n=bob",
      "HEADERn=ann,r=abc,r=abc",
      "HEADERn=ann,r=abc,a=bob",
      "HEADERn=ann,r=abc,x=1,x=1",
      "HEADERn=ann,r=abc,x=",
      "HEADERn=ann,r=abc,xy=1",
      "HEADERn=ann,r=abc,1=1",
      "HEADERn=ann,r=abc,m=1",
      "HEADERm=1,n=ann,r=abc",
      "HEADERn=ann,m=1,r=abc",
      "HEADERN=ann,r=abc",
      "HEADERn=a=nn,r=abc",
      "HEADERn=a=2cnn,r=abc",
      "HEADERn=a=3dnn,r=abc",
      "HEADERn=ann=,r=abc",
      "HEADERn=ann=3,r=abc",
      "HEADERn=a\0nn,r=abc",
      "HEADERn=a\nnn,r=abc",
      "HEADERn=a\x7fnn,r=abc",
      "HEADERn=a\x85nn,r=abc",
      "HEADERn=ann,r=abc,x=a\0b",
      "FLAG,n=ann,r=abc",
      "FLAG,bob,n=ann,r=abc",
      "FLAG,a=,n=ann,r=abc",
      "FLAG,a=b=ob,n=ann,r=abc",
      "FLAG,a=b\nob,n=ann,r=abc",
      "FLAG,n=bob,n=ann,r=abc",
      "F,HEADERn=ann,r=abc",
      " HEADERn=ann,r=abc",
      "p=,,n=ann,r=abc",
      "p=tls_exporter,,n=ann,r=abc",
      "p,,n=ann,r=abc",
      "x,,n=ann,r=abc",
      "N,,n=ann,r=abc",
      "n,n=ann,r=abc",
      "n=ann,r=abc",
    ])("%j", async (template) => {
      const message = template.replace("HEADER", header).replace("FLAG", header.slice(0, -2));
      expect(await answer(mechanism, server(), [message])).toEqual({ challenges: [], outcome: MALFORMED });
    });

    test("octets that are no UTF-8", async () => {
      const message = Uint8Array.of(...utf8(`${header}n=ann`), 0xc3, ...utf8(",r=abc"));
      expect(await answer(mechanism, server(), [message])).toEqual({ challenges: [], outcome: MALFORMED });
    });
  });

  describe("a last message is malformed:", () => {
    test.each<readonly [string | RegExp, string]>([
      [/.*/, ""],
      [/,p=.*/, ""],
      [/^c=[^,]*,/, ""],
      [/,r=[^,]*/, ""],
      [/^(c=[^,]*),(r=[^,]*)/, "$2,$1"],
      [/^(.*),(p=.*)$/, "$2,$1"],
      [/,p=/, ",m=x,p="],
      [/^c=/, "m=x,c="],
      [/,p=/, ",c=biws,p="],
      [/,p=/, ",x=1,x=2,p="],
      [/$/, ",x=1"],
      [/$/, ","],
      [/p=.*/, "p="],
      [/p=.*/, "p=AAAA"],
      [/p=.*/, "p=*"],
      [/p=(.*)=$/, "p=$1"],
      [/c=[^,]*/, "c=bi ws"],
      [/c=[^,]*/, "c=biw"],
      [/r=[^,]*/, "r= "],
    ])("%s becomes %j", async (pattern, replacement) => {
      const { outcome, lines } = await converse(mechanism, client(), server(), {
        response: replacing(1, pattern, replacement),
      });
      expect(outcome).toEqual(MALFORMED);
      expect(lines).toHaveLength(3);
    });
  });

  describe("a last message does not fit:", () => {
    test.each<readonly [string, RegExp, string]>([
      ["a nonce that goes on", /,r=([^,]*)/, ",r=$1x"],
      ["the client's nonce alone", /,r=(.{24})[^,]*/, ",r=$1"],
      ["another GS2 header", /^c=[^,]*/, `c=${base64("y,,")}`],
      ["no GS2 header", /^c=[^,]*/, `c=${base64("x")}`],
      ["an extension that the proof does not know", /,p=/, ",x=1,p="],
      ["another proof", /,p=./, ",p=/"],
    ])("%s", async (_, pattern, replacement) => {
      const response = (octets: Uint8Array, at: number): Uint8Array => {
        if (at !== 1) return octets;
        const message = text(octets);
        const changed = message.replace(pattern, replacement);
        return utf8(changed === message ? message.replace(pattern, ",p=+") : changed);
      };
      const { outcome } = await converse(mechanism, client(), server(), { response });
      expect(outcome).toEqual(CREDENTIALS);
    });

    test("every octet of the proof counts", async () => {
      for (let octet = 0; octet < proofOctets; octet++) {
        const response = (octets: Uint8Array, at: number): Uint8Array => {
          if (at !== 1) return octets;
          const [before, proofText] = text(octets).split(",p=");
          const proof = fromBase64(proofText!);
          proof[octet]! ^= 1;
          return utf8(`${before},p=${base64(proof)}`);
        };
        expect((await converse(mechanism, client(), server(), { response })).outcome).toEqual(CREDENTIALS);
      }
    });

    test("an authorization identity that was put in on the way", async () => {
      const insert = replacing(0, /^([^,]*),,/, "$1,a=bob,");
      const admin = client({ name: "admin", password: "root" });
      expect((await converse(mechanism, admin, server(), { response: insert })).outcome).toEqual(CREDENTIALS);
    });

    test("a recorded exchange, played again", async () => {
      const { lines } = await converse(mechanism, client(), server());
      const recorded = lines.filter((line) => line.startsWith("C: ")).map((line) => line.slice("C: ".length));
      expect((await answer(mechanism, server(), recorded)).outcome).toEqual(CREDENTIALS);
    });
  });

  test("what follows the signature is empty", async () => {
    const { outcome } = await converse(mechanism, client(), server(), {
      response: (octets, at) => (at === 2 ? utf8("x") : octets),
    });
    expect(outcome).toEqual(MALFORMED);
  });

  test.each([
    ["the server's nonce, with a proof to fit, is accepted", true],
    ["another nonce, with a proof to fit, is refused", false],
  ])("%s", async (_, own) => {
    // The last message as a client that knows the password would make it over another nonce.
    const exchange = mechanism.server(server(), utf8(`${header}n=ann,r=abc`));
    const challenge = text((await exchange.next()).value as Uint8Array);
    const hash = proofOctets === 32 ? "SHA-256" : "SHA-1";
    const keys = clientKeysOf(hash, "secret", utf8("salt of ann"), 4096);
    const bound = boundOctets(header, mechanism.bindsChannel ? bindings["tls-exporter"]! : NOTHING);
    const last = async (nonce: string) => {
      const withoutProof = `c=${base64(bound)},r=${nonce}`;
      const proof = clientProof(hash, keys, `n=ann,r=abc,${challenge},${withoutProof}`);
      return exchange.next(utf8(`${withoutProof},p=${base64(proof)}`));
    };
    const [, nonce] = /^r=([^,]*)/.exec(challenge)!;
    const step = await last(own ? nonce! : "abcdef");
    if (own) expect(step.done).toBe(false);
    else expect(step).toEqual({ done: true, value: CREDENTIALS });
  });
});
