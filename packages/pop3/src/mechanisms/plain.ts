// PLAIN (RFC 4616): name and password in one message, as they are. Needs TLS around it.
// Whether a password may travel is decided in `server/`; here it has arrived.
import {
  bothEnds,
  type ClientMechanism,
  type Mechanism,
  type MechanismOutcome,
  type MechanismServerContext,
} from "../contracts/mechanism.js";
import { identityGiven } from "./exchange/identity.js";
import { actingAs, CREDENTIALS, MALFORMED } from "./exchange/outcome.js";
import { given, hasControls, prepared, textOf, utf8 } from "./exchange/text.js";
import { withoutChallenge } from "./exchange/without-challenge.js";

async function judge(context: MechanismServerContext, message: Uint8Array | null): Promise<MechanismOutcome> {
  const [identity, name, password, ...more] = textOf(message)?.split("\0") ?? [];
  if (identity === undefined || !name || !password || more.length > 0) return MALFORMED;
  if ([identity, name, password].some(hasControls)) return MALFORMED;
  const preparedName = prepared(name, context.prepare);
  const preparedPassword = prepared(password, context.prepare);
  if (preparedName === null || preparedPassword === null) return CREDENTIALS;
  return actingAs(context, await context.authenticator.verifyPassword(preparedName, preparedPassword), identity);
}

export const plainClient: ClientMechanism = {
  name: "PLAIN",
  credentials: "password",
  onRequest: false,
  revealsSecret: true,
  bindsChannel: false,
  clientFirst: true,
  singleMessage: true,
  *client(context) {
    const name = given(context.name, "a name", context.prepare);
    const password = given(context.password, "a password", context.prepare);
    yield utf8(`${identityGiven(context)}\0${name}\0${password}`);
  },
};

export const plain: Mechanism = /* @__PURE__ */ bothEnds(plainClient, {
  reference: ["RFC 4616"],
  discussion:
    "The client sends its name and its password as they are, with one more name before them where it acts for somebody else. It is what every " +
    "client knows, and safe inside TLS as long as the server itself can be trusted with the password.",
  example: `C: AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm
S: +OK`,
  server: (context, initialResponse) => withoutChallenge(() => judge(context, initialResponse)),
});
