// SCRAM with SHA-1 and SHA-256: RFC 5802, RFC 7677. The client is `scram.ts`; channel bindings are in `rfc5802-plus.test.ts`.
import { Buffer } from "node:buffer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  auth,
  Accounts,
  alone,
  authScram,
  afterStls,
  base64,
  challenge,
  ERR,
  ERR_AUTH,
  implicit,
  OK,
  plain,
  prepare,
} from "./sasl.js";
import { stageOf } from "./sasl.js";
import { Scram, type Deviation, type Hash } from "./scram.js";
import type { Stage } from "./stage.js";
import type { Wire } from "./wire.js";

const users = { ann: "secret", boss: "pencil", "a,b=c": "x", "=2C": "y", josé: "sécret", IX: "IX" };
const accounts = new Accounts(users);
/** Whoever reads a name that breaks the grammar as if it did not finds somebody here. */
const odd = [
  "ann",
  "",
  "a=nn",
  "a=2Bnn",
  "a,nn",
  "a=2cnn",
  "ann=",
  "ann=2",
  "a\0nn",
  "ann\uFFFD",
  "ann\uFFFD\uFFFD\uFFFD",
];
const lenient = new Accounts(Object.fromEntries(odd.map((name) => [name, "secret"])));
let stage: Stage;
beforeAll(async () => {
  accounts.mayActAs.set("boss as ann", "ann").set("boss as a,b=c", "a,b=c");
  stage = await stageOf(accounts, { prepare });
  for (const user of Object.keys(users)) await stage.store.deliver(user, Buffer.from(`${base64(user)}\n`));
});
afterAll(() => stage.strike());
alone(() => [stage]);

const HASHES: readonly Hash[] = ["SHA-1", "SHA-256"];
const OPEN: Readonly<Record<string, () => Promise<Wire>>> = {
  "in the clear": () => stage.greeted(),
  "after STLS": () => afterStls(stage),
  "under implicit TLS": () => implicit(stage),
};

/** The maildrop that is open is this user's. */
async function isIn(wire: Wire, user: string): Promise<void> {
  expect((await wire.askMulti("RETR 1")).octets.toString()).toBe(`${base64(user)}\r\n`);
  expect(await wire.quit()).toMatch(OK);
}

/** Nobody is logged in, and the session goes on. */
async function isOut(wire: Wire): Promise<void> {
  expect(await wire.ask("STAT")).toMatch(ERR);
  expect(await auth(wire, "PLAIN", plain("ann", "secret"))).toMatch(OK);
  expect(await wire.quit()).toMatch(OK);
}

for (const hash of HASHES) {
  const ann = { hash, name: "ann", password: "secret" };
  const mechanism = `SCRAM-${hash}`;

  describe(`${mechanism}: an exchange that is right (RFC 5802 §5)`, () => {
    for (const [where, open] of Object.entries(OPEN)) {
      test(`logs in ${where}, and the server proves itself`, async () => {
        const wire = await open();
        const { answer, scram } = await authScram(wire, ann);
        expect(answer).toMatch(OK);
        expect(scram.nonceIsExtended).toBe(true);
        expect(scram.iterations).toBeGreaterThanOrEqual(4096);
        expect(scram.salt.length).toBeGreaterThan(0);
        await isIn(wire, "ann");
      });
    }
    test("where the client sends its first message behind an empty challenge", async () => {
      const wire = await stage.greeted();
      const scram = new Scram(ann);
      expect(await wire.ask(`AUTH ${mechanism}`)).toBe("+ ");
      const last = await wire.ask(base64(scram.final(challenge(await wire.ask(base64(scram.first))).toString())));
      scram.verify(challenge(last).toString());
      expect(await wire.ask("")).toMatch(OK);
      await isIn(wire, "ann");
    });
    test("nobody is logged in before the last, empty response, and no other response is taken for it (RFC 4422 §5 2b)", async () => {
      for (const instead of ["QUIT", base64("x"), "="]) {
        const wire = await stage.greeted();
        const inner = Object.assign(Object.create(wire) as Wire, { ask: (line: string) => wire.ask(line || instead) });
        expect((await authScram(inner, ann)).answer).toMatch(ERR);
        await isOut(wire);
      }
    });
    for (const name of ["a,b=c", "=2C"] as const) {
      test(`a name with signs that are quoted: ${name} (§5.1)`, async () => {
        const wire = await stage.greeted();
        expect((await authScram(wire, { hash, name, password: users[name] })).answer).toMatch(OK);
        await isIn(wire, name);
      });
    }
    test("the server's nonce is another one each time, the salt of a name the same", async () => {
      const seen = new Set<string>();
      const salts = new Set<string>();
      for (let at = 0; at < 5; at++) {
        const wire = await stage.greeted();
        const { answer, scram } = await authScram(wire, { ...ann, clientNonce: "same" });
        expect(answer).toMatch(OK);
        seen.add(scram.nonce);
        salts.add(scram.salt);
        wire.drop();
      }
      expect(seen.size).toBe(5);
      expect(salts.size).toBe(1);
      for (const nonce of seen) expect(nonce.length).toBeGreaterThanOrEqual("same".length + 16);
    });
    for (const nonce of ["x", "!#$%&'()*+-./:;<=>?@[]^_`{|}~", "n=ann", "0".repeat(300)]) {
      test(`a client's nonce of any printable characters: ${nonce.slice(0, 40)} (§7)`, async () => {
        const wire = await stage.greeted();
        expect((await authScram(wire, { ...ann, clientNonce: nonce })).answer).toMatch(OK);
        wire.drop();
      });
    }
    test("the flag y without TLS: the server cannot bind either", async () => {
      const wire = await stage.greeted();
      expect((await authScram(wire, { ...ann, flag: "y" })).answer).toMatch(OK);
      await isIn(wire, "ann");
    });
  });

  describe(`${mechanism}: unknown optional extensions MUST be ignored (RFC 5802 §5.1)`, () => {
    const cases: Readonly<Record<string, Deviation>> = {
      "in the first message": { bare: (message) => `${message},x=1,q=a=b` },
      "in the last message": { withoutProof: (message) => `${message},x=anything` },
      "in both": { bare: (message) => `${message},z=1`, withoutProof: (message) => `${message},Y=2,z=é` },
    };
    for (const [name, deviation] of Object.entries(cases)) {
      test(name, async () => {
        const wire = await stage.greeted();
        expect((await authScram(wire, { ...ann, deviation })).answer).toMatch(OK);
        await isIn(wire, "ann");
      });
    }
  });

  describe(`${mechanism}: what is wrong in the first message MUST fail (RFC 5802 §5, §5.1, §7)`, () => {
    const firsts: Readonly<Record<string, string | Buffer>> = {
      nothing: "",
      "no GS2 header": "n=ann,r=abc",
      "another flag": "x,,n=ann,r=abc",
      "the flag in upper case": "N,,n=ann,r=abc",
      "a flag with more behind it": "nn,,n=ann,r=abc",
      "n with a value": "n=x,,n=ann,r=abc",
      "the flag p without a type": "p=,,n=ann,r=abc",
      "the flag p without a sign": "p,,n=ann,r=abc",
      "the GSS flag F": "F,n,,n=ann,r=abc",
      "one comma behind the flag": "n,n=ann,r=abc",
      "no a= before the identity": "n,ann,n=ann,r=abc",
      "an empty identity behind a=": "n,a=,n=ann,r=abc",
      "a mandatory extension": "n,,m=x,n=ann,r=abc",
      "a mandatory extension at the end": "n,,n=ann,r=abc,m=x",
      "no name": "n,,r=abc",
      "an empty name": "n,,n=,r=abc",
      "the name in upper case": "n,,N=ann,r=abc",
      "no nonce": "n,,n=ann",
      "an empty nonce": "n,,n=ann,r=",
      "the nonce in upper case": "n,,n=ann,R=abc",
      "the nonce first": "n,,r=abc,n=ann",
      "a space in the nonce": "n,,n=ann,r=a bc",
      "a control character in the nonce": "n,,n=ann,r=a\x07bc",
      "an é in the nonce": "n,,n=ann,r=aébc",
      "a NUL in the name": "n,,n=a\0nn,r=abc",
      "= unquoted in the name": "n,,n=a=nn,r=abc",
      "= with other digits in the name": "n,,n=a=2Bnn,r=abc",
      "= with small letters in the name": "n,,n=a=2cnn,r=abc",
      "= at the end of the name": "n,,n=ann=,r=abc",
      "= with half its digits": "n,,n=ann=2,r=abc",
      "= unquoted in the identity": "n,a=a=nn,n=ann,r=abc",
      "bad UTF-8 in the name": Buffer.from("n,,n=ann\xff,r=abc", "latin1"),
      "a surrogate in the name": Buffer.from("n,,n=ann\xed\xa0\x80,r=abc", "latin1"),
      "an extension without a name": "n,,n=ann,r=abc,=x",
      "an extension without a value": "n,,n=ann,r=abc,x=",
      "an extension with a name of two letters": "n,,n=ann,r=abc,xy=1",
      "a comma at the end": "n,,n=ann,r=abc,",
      "a line end at the end": "n,,n=ann,r=abc\r\n",
    };
    for (const [name, message] of Object.entries(firsts)) {
      test(name, async () => {
        const its = await stageOf(lenient, { prepare: (text) => text });
        const wire = await its.greeted();
        const [, header = "", bare = ""] = /^([^,]*,[^,]*,|)(.*)$/su.exec(message.toString())!;
        const deviation = { gs2: () => header, bare: () => bare };
        const scram = new Scram({ ...ann, clientNonce: "abc", deviation });
        let answer = await auth(wire, mechanism, message);
        // A server may say so at the end only; it fails then, though all the rest is right.
        if (answer.startsWith("+ ")) answer = await wire.ask(base64(scram.final(challenge(answer).toString())));
        expect(answer).toMatch(ERR);
        expect(await wire.ask("STAT")).toMatch(ERR);
        wire.drop();
        await its.strike();
      });
    }
    for (const name of ["ann\x07", "\u00AD"]) {
      test(`the name ${JSON.stringify(name)}, which preparation does not let through (§5.1)`, async () => {
        const wire = await stage.greeted();
        const { answer } = await authScram(wire, { ...ann, name });
        expect(answer).toMatch(ERR);
        await isOut(wire);
      });
    }
    test("such messages are refused at once, without a salt", async () => {
      for (const message of ["", "n=ann,r=abc", "n,,m=x,n=ann,r=abc", "n,,n=a=nn,r=abc", "x,,n=ann,r=abc"]) {
        const wire = await stage.greeted();
        expect(await auth(wire, mechanism, message)).toMatch(ERR);
        wire.drop();
      }
    });
  });

  describe(`${mechanism}: what is wrong in the last message MUST fail (RFC 5802 §5.1, §6)`, () => {
    const flip = (octets: Buffer): Buffer => {
      octets[0]! ^= 1;
      return octets;
    };
    const cases: Readonly<Record<string, Deviation>> = {
      "a wrong proof": { proof: flip },
      "a proof of zeros": { proof: (octets) => Buffer.alloc(octets.length) },
      "an empty proof": { proof: () => Buffer.alloc(0) },
      "a proof cut short": { proof: (octets) => octets.subarray(0, -1) },
      "a proof with an octet more": { proof: (octets) => Buffer.concat([octets, Buffer.alloc(1)]) },
      "a proof in bad Base64": { final: (message) => `${message.slice(0, -1)}!` },
      "no proof": { final: (message) => message.replace(/,p=.*/, "") },
      "two proofs": { final: (message) => `${message},${/p=.*/.exec(message)![0]}` },
      "something behind the proof": { final: (message) => `${message},x=1` },
      "a comma behind the proof": { final: (message) => `${message},` },
      "a line end behind the proof": { final: (message) => `${message}\n` },
      "the proof in upper case": { final: (message) => message.replace(",p=", ",P=") },
      "another nonce": { nonce: (nonce) => `${nonce}x` },
      "a nonce cut short": { nonce: (nonce) => nonce.slice(0, -1) },
      "the client's nonce alone": { nonce: () => "fixed" },
      "the nonce in another case": { nonce: (nonce) => nonce.replace(/[a-z]/gi, swapped) },
      "no nonce": { withoutProof: (message) => message.replace(/,r=.*/, "") },
      "no c=": { withoutProof: (message) => message.replace(/^c=[^,]*,/, "") },
      "an empty c=": { cbind: () => "c=" },
      "the nonce before c=": { withoutProof: (message) => message.split(",").toReversed().join(",") },
      "another flag in c=": { cbindInput: () => Buffer.from("y,,") },
      "a binding in c= where the flag is n": { cbindInput: (octets) => Buffer.concat([octets, Buffer.from("x")]) },
      "an identity in c= that was not in the first message": { cbindInput: () => Buffer.from("n,a=boss,") },
      "half a GS2 header in c=": { cbindInput: () => Buffer.from("n,") },
      "c= in bad Base64": { cbind: () => "c=biws!" },
      "c= without padding where there is some": { cbindInput: () => Buffer.from("n,,"), cbind: () => "c=biw" },
      "a mandatory extension": { withoutProof: (message) => `${message},m=x` },
      "a mandatory extension first": { withoutProof: (message) => `m=x,${message}` },
      "a message of nothing": { final: () => "" },
      "an error attribute": { final: () => "e=other-error" },
    };
    for (const [name, deviation] of Object.entries(cases)) {
      test(name, async () => {
        const wire = await stage.greeted();
        const { answer } = await authScram(wire, { ...ann, clientNonce: "fixed", deviation });
        expect(answer).toMatch(ERR);
        await isOut(wire);
      });
    }
  });

  describe(`${mechanism}: who does not know the password (RFC 5802 §3, §5; RFC 3206)`, () => {
    test("a wrong password is refused as wrong credentials, and the server proves nothing to it", async () => {
      const wire = await stage.greeted();
      const { answer } = await authScram(wire, { ...ann, password: "wrong" });
      expect(answer).toMatch(ERR_AUTH);
      await isOut(wire);
    });
    test("an unknown name goes the same way, with the same salt each time, and another one for another name", async () => {
      const salts: string[] = [];
      for (const name of ["nobody", "nobody", "somebody"]) {
        const wire = await stage.greeted();
        const { answer, scram } = await authScram(wire, { hash, name, password: "secret" });
        expect(answer).toMatch(ERR_AUTH);
        salts.push(scram.salt);
        await isOut(wire);
      }
      expect(salts[0]).toBe(salts[1]);
      expect(salts[0]).not.toBe(salts[2]);
    });
    test("an unknown name is refused even where the proof fits what was shown (the verifier has no user)", async () => {
      const wire = await stage.greeted();
      const { answer } = await authScram(wire, { hash, name: "nobody", password: "nobody knows this" });
      expect(answer).toMatch(ERR_AUTH);
      await isOut(wire);
    });
    test("a last message of an earlier exchange is worth nothing", async () => {
      const options = { ...ann, clientNonce: "replayed" };
      const one = await stage.greeted();
      const { answer, final } = await authScram(one, options);
      expect(answer).toMatch(OK);
      await isIn(one, "ann");
      const two = await stage.greeted();
      challenge(await auth(two, mechanism, new Scram(options).first));
      expect(await two.ask(base64(final))).toMatch(ERR);
      await isOut(two);
    });
    test("nor is one whose nonce was changed to the new one, with the old proof", async () => {
      const options = { ...ann, clientNonce: "replayed" };
      const one = await stage.greeted();
      const { final } = await authScram(one, options);
      await isIn(one, "ann");
      const two = await stage.greeted();
      const nonce = /^r=([^,]+)/.exec(challenge(await auth(two, mechanism, new Scram(options).first)).toString())![1]!;
      expect(await two.ask(base64(final.replace(/r=[^,]+/, `r=${nonce}`)))).toMatch(ERR_AUTH);
      await isOut(two);
    });
    test("the keys of one hash do not log in with the other", async () => {
      const wire = await stage.greeted();
      const other: Hash = hash === "SHA-1" ? "SHA-256" : "SHA-1";
      const scram = new Scram({ ...ann, hash: other });
      const first = challenge(await auth(wire, mechanism, scram.first)).toString();
      expect(await wire.ask(base64(scram.final(first)))).toMatch(ERR);
      await isOut(wire);
    });
  });

  describe(`${mechanism}: the authorization identity (RFC 5802 §5.1)`, () => {
    const cases: readonly [string, string, string, string | null][] = [
      ["boss", "pencil", "ann", "ann"],
      ["boss", "pencil", "boss", "boss"],
      ["boss", "pencil", "a,b=c", "a,b=c"],
      ["boss", "pencil", "nobody", null],
      ["ann", "secret", "boss", null],
      ["boss", "wrong", "ann", null],
    ];
    for (const [name, password, authzid, user] of cases) {
      test(`${name} with ${password} as ${authzid}: ${user ?? "refused"}`, async () => {
        const wire = await stage.greeted();
        const { answer } = await authScram(wire, { hash, name, password, authzid });
        expect(answer).toMatch(user === null ? ERR_AUTH : OK);
        await (user === null ? isOut(wire) : isIn(wire, user));
      });
    }
    test("the identity is under the proof: taken out of c= it fails", async () => {
      const wire = await stage.greeted();
      const deviation = { cbindInput: () => Buffer.from("n,,") };
      const { answer } = await authScram(wire, { hash, name: "boss", password: "pencil", authzid: "ann", deviation });
      expect(answer).toMatch(ERR);
      await isOut(wire);
    });
  });

  describe(`${mechanism}: the name is prepared for looking up, and taken as received in the proof (RFC 5802 §5.1)`, () => {
    for (const name of ["jose\u0301", "jos\u00ADé", "josé", "ｊｏｓé"]) {
      test(JSON.stringify(name), async () => {
        const wire = await stage.greeted();
        expect((await authScram(wire, { hash, name, password: "sécret" })).answer).toMatch(OK);
        await isIn(wire, "josé");
      });
    }
    test("U+2168 is IX", async () => {
      const wire = await stage.greeted();
      expect((await authScram(wire, { hash, name: "\u2168", password: "IX" })).answer).toMatch(OK);
      await isIn(wire, "IX");
    });
  });
}

function swapped(letter: string): string {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
}
