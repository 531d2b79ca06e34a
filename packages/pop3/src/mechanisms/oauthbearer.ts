// OAUTHBEARER (RFC 7628): a bearer token of OAuth 2.0, with the name and the server that it is meant for.
// Tokens are judged by the authenticator; here is the grammar of the message, and the error in JSON.
import { bothEnds, type ClientMechanism, type Mechanism } from "../contracts/mechanism.js";
import {
  bearerClient,
  bearerGiven,
  type BearerMessage,
  bearerServer,
  type RefusedToken,
  tokenOf,
} from "./bearer/token.js";
import { formatGs2, parseGs2 } from "./exchange/gs2.js";
import { MALFORMED } from "./exchange/outcome.js";
import { textOf, utf8 } from "./exchange/text.js";

const PAIR = /^([A-Za-z]+)=([\x20-\x7e\t\r\n]*)$/;

/** A name, an IPv4 address or an IPv6 address with or without brackets. */
const HOST = /^[A-Za-z0-9._:[\]-]+$/;

/** Keys that say something here, each with its grammar; others are not looked at (§3.1). */
const KEYS: Readonly<Record<string, (value: string) => boolean>> = {
  auth: (value) => value === "" || tokenOf(value) !== null,
  host: (value) => HOST.test(value),
  port: (value) => /^[1-9][0-9]{0,4}$/.test(value) && Number(value) <= 65535,
};

/** `gs2-header kvsep *kvpair kvsep`, or null. */
function parse(text: string | null): BearerMessage | null {
  const parts = text === null ? null : parseGs2(text);
  // There is no variant of this mechanism that binds the channel.
  if (parts === null || parts.header.flag === "p") return null;
  const { header, rest } = parts;
  if (!rest.startsWith("\x01") || !rest.endsWith("\x01\x01")) return null;
  const known = new Map<string, string>();
  for (const pair of rest.slice(1, -2).split("\x01")) {
    const [, key, value] = PAIR.exec(pair) ?? [];
    if (key === undefined || value === undefined) return null;
    if (!Object.hasOwn(KEYS, key)) continue;
    if (known.has(key) || KEYS[key]?.(value) !== true) return null;
    known.set(key, value);
  }
  const auth = known.get("auth");
  return auth === undefined ? null : { token: tokenOf(auth) ?? "", name: header.identity };
}

/** RFC 7628 §3.2.2. */
function errorText({ status, scope, configuration }: RefusedToken): string {
  return JSON.stringify({ status, scope, "openid-configuration": configuration });
}

export const oauthbearerClient: ClientMechanism = {
  name: "OAUTHBEARER",
  credentials: "token",
  onRequest: false,
  revealsSecret: true,
  bindsChannel: false,
  clientFirst: true,
  singleMessage: false,
  *client(context) {
    const { token, name } = bearerGiven(context);
    const pairs = [`host=${context.host}`, `port=${context.port}`, `auth=Bearer ${token}`];
    yield* bearerClient(`${formatGs2("n", name)}\x01${pairs.join("\x01")}\x01\x01`, utf8("\x01"));
  },
};

export const oauthbearer: Mechanism = /* @__PURE__ */ bothEnds(oauthbearerClient, {
  reference: ["RFC 7628"],
  discussion:
    "The client sends a token that an identity provider gave it, so that it never handles the password. A token that is refused is answered in JSON: " +
    "what is wrong with it, and where a better one can be had. Whoever reads a token can use it, so it needs TLS.",
  example: `C: AUTH OAUTHBEARER bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9OTk1AWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB
S: +OK`,
  async *server(context, initialResponse) {
    const message = parse(textOf(initialResponse));
    return message === null ? MALFORMED : yield* bearerServer(context, message, errorText);
  },
});
