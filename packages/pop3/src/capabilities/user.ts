// USER and PASS: login with a name and a password in the clear (RFC 1939 §7, RFC 2449 §6.2).
// Offered only where the connection keeps the password from others (RFC 2595 §2.3, RFC 8314 §3).
import { type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import type { CommandSpec } from "../contracts/command.js";
import { say } from "../contracts/sentence.js";
import { name as nameParam, password } from "../protocol/params.js";
import { noArgument } from "../protocol/argument.js";

export const userCommand: CommandSpec<string> = {
  keyword: "USER",
  params: nameParam,
  validIn: ["AUTHORIZATION"],
  reply: "single",
  serve({ login }, name) {
    // The same answer for every name: whether an account exists is nobody's business (RFC 1939 §13).
    login.propose(name);
    return { status: "+OK", text: say("the password is expected next") };
  },
};

export const passCommand: CommandSpec<string> = {
  keyword: "PASS",
  params: password,
  validIn: ["AUTHORIZATION"],
  reply: "single",
  secret: true,
  serve({ login }, secret) {
    const name = login.proposed();
    if (name === null) return { status: "-ERR", text: say("PASS comes immediately after a successful USER") };
    return login.withPassword(name, secret);
  },
};

export const userClient: ClientCapability = {
  tag: "USER",
  argument: noArgument,
  commands: [userCommand, passCommand],
  announced: { in: "both", differs: false },
};

export const user: Capability = /* @__PURE__ */ declared(userClient, {
  name: "user",
  registration: { date: "1998-11" },
  affects: "none",
  reference: ["RFC 2449", "RFC 1939"],
  definedIn: "RFC 2449 §6.2",
  discussion:
    "The USER and PASS commands are supported, though perhaps not for every user. They send the password as it is, so they are offered under " +
    "TLS, or where the operator allows cleartext login.",
  checks: [
    {
      id: "user-unknown-name",
      level: "SHOULD",
      reference: "RFC 1939 §13",
      title: "USER does not tell whether the name exists.",
      remedy: "Answer USER with +OK whether the name exists or not, and refuse at PASS.",
      given: "AUTHORIZATION",
      dialog: `
        C: USER nobody-of-this-name
        S: +OK*`,
    },
    {
      id: "user-pass-needs-user",
      level: "MUST",
      reference: "RFC 1939 §7",
      title: "PASS is refused unless it comes immediately after a successful USER.",
      remedy: "Accept PASS right behind a successful USER only, and forget the name at any other command.",
      effect: "wrong-login",
      given: "AUTHORIZATION",
      dialog: `
        C: PASS secret
        S: -ERR*
        C: USER nobody-of-this-name
        S: +OK*
        C: STAT
        S: -ERR*
        C: PASS secret
        S: -ERR*`,
    },
    {
      id: "user-not-after-login",
      level: "MUST",
      reference: "RFC 1939 §7",
      title: "USER and PASS are refused after login.",
      remedy: "Refuse USER and PASS once a login has succeeded.",
      given: "TRANSACTION",
      dialog: `
        C: USER somebody
        S: -ERR*
        C: PASS secret
        S: -ERR*`,
    },
  ],
  available: ({ passwordLogin }) => passwordLogin,
  unavailable: ({ canStartTls, secure }) => {
    if (secure) return say("no password is accepted here: log in with AUTH");
    return say(
      canStartTls
        ? "a password is not accepted in the clear: start TLS with STLS first, or use the TLS port"
        : "a password is not accepted in the clear: use the TLS port",
    );
  },
  value: () => undefined,
});
