// CRAM-MD5 (RFC 2195): the client answers a challenge with a keyed digest of it. The secret does not travel.
// The server has to hold it in the clear instead, and MD5 is weak today: served on request alone.
import { createHmac, timingSafeEqual } from "node:crypto";
import { bothEnds, type ClientMechanism, type Mechanism, MechanismRefused } from "../contracts/mechanism.js";
import { refuseIdentity } from "./exchange/identity.js";
import { actingAs, CREDENTIALS, lacking, MALFORMED } from "./exchange/outcome.js";
import { given, hasControls, NOTHING, prepared, textOf, utf8 } from "./exchange/text.js";

const DIGEST = /^[0-9a-f]{32}$/;

/** The `msg-id` of RFC 822, as far as it matters: between angle brackets, with an at sign, visible ASCII. */
const CHALLENGE = /^<[\x21-\x3b\x3d\x3f\x41-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+>$/;

/** For names that have no secret: as long to compute with, and no digest is right. */
const NOBODY = "a secret that is never accepted";

function digestOf(secret: string, challenge: string): Uint8Array {
  return createHmac("md5", secret).update(challenge, "utf8").digest();
}

/** Eight octets as a decimal number. */
function decimal(octets: Uint8Array): string {
  return new DataView(octets.buffer, octets.byteOffset, octets.length).getBigUint64(0).toString();
}

export const cramMd5Client: ClientMechanism = {
  name: "CRAM-MD5",
  credentials: "secret",
  onRequest: true,
  revealsSecret: false,
  bindsChannel: false,
  clientFirst: false,
  singleMessage: false,
  *client(context) {
    refuseIdentity(context, "CRAM-MD5");
    const name = given(context.name, "a name", context.prepare);
    const password = given(context.password, "a password", context.prepare);
    const challenge = textOf(yield NOTHING) ?? "";
    if (!CHALLENGE.test(challenge)) throw new MechanismRefused("the server's challenge is not a msg-id");
    const digest = Array.from(digestOf(password, challenge), (octet) => octet.toString(16).padStart(2, "0")).join("");
    yield utf8(`${name} ${digest}`);
  },
};

export const cramMd5: Mechanism = /* @__PURE__ */ bothEnds(cramMd5Client, {
  reference: ["RFC 2195"],
  discussion:
    "The server sends a string that it never sent before, the client its name and the HMAC-MD5 of that string under the password. Nobody on the way " +
    "learns the password, but he can try passwords at leisure, and the server must keep every one in the clear. SCRAM does all of it better.",
  example: `C: AUTH CRAM-MD5
S: + PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+
C: dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw
S: +OK`,
  async *server(context, initialResponse) {
    // RFC 5034 §4: a mechanism in which the server begins takes no initial response.
    if (initialResponse !== null) return MALFORMED;
    // Where RFC 2195 has a timestamp is a second random number: the string need not be old or new, only unused.
    const challenge = `<${decimal(context.random(8))}.${decimal(context.random(8))}@${context.hostname}>`;
    const response = textOf(yield utf8(challenge)) ?? "";
    const [, name = "", digest = ""] = /^(.+) ([^ ]*)$/s.exec(response) ?? [];
    if (name === "" || hasControls(name) || !DIGEST.test(digest)) return MALFORMED;
    const preparedName = prepared(name, context.prepare);
    if (preparedName === null) return CREDENTIALS;
    const shared = await context.authenticator.sharedSecret?.(preparedName);
    if (shared === undefined) throw lacking("sharedSecret");
    const expected = digestOf(shared?.secret ?? NOBODY, challenge);
    const right = timingSafeEqual(
      expected,
      Uint8Array.from(digest.match(/../g) ?? [], (pair) => parseInt(pair, 16)),
    );
    return actingAs(context, right && shared !== null ? shared.user : null, "");
  },
});
