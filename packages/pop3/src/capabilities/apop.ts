// APOP: login with a digest of the greeting's timestamp and a shared secret (RFC 1939 §7).
// It has no tag: the timestamp announces it, and a tag would be a second way to say the same (RFC 2449 §6).
// There only where an account has a secret that is kept in the clear: the server must compute the same digest.
import { type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import type { CommandSpec, ParamGrammar } from "../contracts/command.js";
import { say } from "../contracts/sentence.js";
import { noArgument } from "../protocol/argument.js";

/** The parameters of APOP. */
export interface NameAndDigest {
  readonly name: string;
  /** MD5 over timestamp and secret, as 32 hexadecimal digits in lower case. */
  readonly digest: string;
}

const nameAndDigest: ParamGrammar<NameAndDigest> = {
  text: "name digest",
  parse(rest) {
    const [, name, digest] = /^([^ ]+) ([0-9a-f]{32})$/.exec(rest ?? "") ?? [];
    if (name === undefined || digest === undefined) {
      return { problem: say("a name and a digest of 32 hexadecimal digits in lower case are expected") };
    }
    return { value: { name, digest } };
  },
  format: ({ name, digest }) => `${name} ${digest}`,
};

export const apopCommand: CommandSpec<NameAndDigest> = {
  keyword: "APOP",
  params: nameAndDigest,
  validIn: ["AUTHORIZATION"],
  reply: "single",
  // Whoever reads the digest can try passwords against it at leisure.
  secret: true,
  serve: ({ login }, { name, digest }) => login.withDigest(name, digest),
};

export const apopClient: ClientCapability = {
  tag: null,
  argument: noArgument,
  commands: [apopCommand],
  announced: { in: "both", differs: false },
};

export const apop: Capability = /* @__PURE__ */ declared(apopClient, {
  name: "apop",
  registration: null,
  affects: "none",
  reference: ["RFC 1939"],
  discussion:
    "A greeting with a timestamp in angle brackets, different each time, says that APOP is there. The client proves that it knows a secret by " +
    "sending the MD5 digest of the two together, so that no password travels. MD5 is weak today, and the server must hold every secret in the clear.",
  checks: [
    {
      id: "apop-not-after-login",
      level: "MUST",
      reference: "RFC 1939 §7",
      title: "APOP is refused after login.",
      remedy: "Refuse APOP once a login has succeeded: it is a command of the AUTHORIZATION state.",
      given: "TRANSACTION",
      dialog: `
        C: APOP somebody 00000000000000000000000000000000
        S: -ERR*`,
    },
  ],
  available: ({ timestamp }) => timestamp !== null,
  unavailable: () => say("no account here has a secret for APOP"),
  greeting: ({ timestamp }) => timestamp ?? "",
  value: () => undefined,
});
