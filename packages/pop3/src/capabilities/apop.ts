// APOP: login with a digest of the greeting's timestamp and a shared secret (RFC 1939 §7).
// It has no tag: the timestamp announces it, and a tag would be a second way to say the same (RFC 2449 §6).
// Declared in full; a server would have to keep passwords in the clear for it, so there is no server behaviour here.
import type { Capability } from "../contracts/capability.js";
import type { CommandSpec, ParamGrammar } from "../contracts/command.js";
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
      return { problem: "a name and a digest of 32 hexadecimal digits in lower case are expected" };
    }
    return { value: { name, digest } };
  },
  format: ({ name, digest }) => `${name} ${digest}`,
};

const command: CommandSpec<NameAndDigest> = {
  keyword: "APOP",
  params: nameAndDigest,
  validIn: ["AUTHORIZATION"],
  reply: "single",
  // Whoever reads the digest can try passwords against it at leisure.
  secret: true,
};

export const apop: Capability = {
  tag: null,
  name: "apop",
  registration: null,
  argument: noArgument,
  commands: [command],
  affects: "none",
  announced: { in: "both", differs: false },
  reference: ["RFC 1939"],
  discussion:
    "A greeting with a timestamp in angle brackets, different each time, says that APOP is there. The client proves that it knows a secret by " +
    "sending the MD5 digest of the two together, so that no password travels. MD5 is weak today, and the server must hold every secret in the clear.",
  checks: [],
  value: () => undefined,
};
