// LOGIN (draft-murchison-sasl-login): name and password, each on a question of its own. Older than PLAIN, and does less.
// Kept for the clients that know nothing else.
import { bothEnds, type ClientMechanism, type Mechanism } from "../contracts/mechanism.js";
import { refuseIdentity } from "./exchange/identity.js";
import { actingAs, CREDENTIALS, MALFORMED } from "./exchange/outcome.js";
import { given, hasControls, NOTHING, prepared, textOf, utf8 } from "./exchange/text.js";

/** The name or the password; null where it is none. */
function answerOf(response: Uint8Array): string | null {
  const text = textOf(response);
  return text === null || text === "" || hasControls(text) ? null : text;
}

export const loginClient: ClientMechanism = {
  name: "LOGIN",
  credentials: "password",
  onRequest: true,
  revealsSecret: true,
  bindsChannel: false,
  clientFirst: false,
  singleMessage: false,
  *client(context) {
    refuseIdentity(context, "LOGIN");
    const name = given(context.name, "a name", context.prepare);
    const password = given(context.password, "a password", context.prepare);
    // What the questions say is not to be read (§2.1).
    yield NOTHING;
    yield utf8(name);
    yield utf8(password);
  },
};

export const login: Mechanism = /* @__PURE__ */ bothEnds(loginClient, {
  reference: ["draft-murchison-sasl-login-00"],
  discussion:
    "The server asks for the name, then for the password, and gets both as they are. It was never standardised; PLAIN does the same with one " +
    "message less. To be served only for clients that know nothing better.",
  example: `C: AUTH LOGIN
S: + VXNlcm5hbWU6
C: dGlt
S: + UGFzc3dvcmQ6
C: dGFuc3RhYWZ0YW5zdGFhZg==
S: +OK`,
  async *server(context, initialResponse) {
    // RFC 5034 §4: a mechanism in which the server begins takes no initial response.
    if (initialResponse !== null) return MALFORMED;
    // The draft's own questions are others; widespread clients wait for these two.
    const name = answerOf(yield utf8("Username:"));
    if (name === null) return MALFORMED;
    const password = answerOf(yield utf8("Password:"));
    if (password === null) return MALFORMED;
    const preparedName = prepared(name, context.prepare);
    const preparedPassword = prepared(password, context.prepare);
    if (preparedName === null || preparedPassword === null) return CREDENTIALS;
    return actingAs(context, await context.authenticator.verifyPassword(preparedName, preparedPassword), "");
  },
});
