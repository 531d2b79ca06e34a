// XOAUTH2: what Google and Microsoft had before OAUTHBEARER, and what most clients still send. No RFC describes it.
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
import { MALFORMED } from "./exchange/outcome.js";
import { hasControls, NOTHING, textOf } from "./exchange/text.js";

function parse(text: string | null): BearerMessage | null {
  const [, name, auth] = /^user=([^\x01]+)\x01auth=([^\x01]+)\x01\x01$/.exec(text ?? "") ?? [];
  if (name === undefined || auth === undefined || hasControls(name)) return null;
  const token = tokenOf(auth);
  return token === null ? null : { token, name };
}

/** The status is HTTP's here, in the sense of RFC 6750 §3.1. */
const STATUS: Readonly<Record<RefusedToken["status"], string>> = {
  invalid_request: "400",
  invalid_token: "401",
  insufficient_scope: "403",
};

function errorText({ status, scope }: RefusedToken): string {
  return JSON.stringify({ status: STATUS[status], schemes: "bearer", scope });
}

export const xoauth2Client: ClientMechanism = {
  name: "XOAUTH2",
  credentials: "token",
  onRequest: false,
  revealsSecret: true,
  bindsChannel: false,
  clientFirst: true,
  singleMessage: false,
  *client(context) {
    const { token, name } = bearerGiven(context);
    yield* bearerClient(`user=${name}\x01auth=Bearer ${token}\x01\x01`, NOTHING);
  },
};

export const xoauth2: Mechanism = /* @__PURE__ */ bothEnds(xoauth2Client, {
  reference: ["https://developers.google.com/workspace/gmail/imap/xoauth2-protocol"],
  discussion:
    "Carries a name and a bearer token like OAUTHBEARER, in a simpler form that came first and that more clients know. A token that is refused is " +
    "answered in JSON with an HTTP status. Whoever reads a token can use it, so it needs TLS.",
  example: `C: AUTH XOAUTH2 dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==
S: +OK`,
  async *server(context, initialResponse) {
    const message = parse(textOf(initialResponse));
    return message === null ? MALFORMED : yield* bearerServer(context, message, errorText);
  },
});
