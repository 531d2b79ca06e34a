// CAPA: the capabilities of the session as it is now (RFC 2449 §5). It has no tag of its own; its answer is its announcement.
// Composes nothing itself: `registry/registry.ts` asks every declaration for its line. Knows no other capability by name.
import { type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import type { CommandSpec } from "../contracts/command.js";
import { say } from "../contracts/sentence.js";
import { octetsOf } from "../protocol/octets.js";
import { none } from "../protocol/params.js";
import { noArgument } from "../protocol/argument.js";

export const capaCommand: CommandSpec<null> = {
  keyword: "CAPA",
  params: none,
  validIn: ["AUTHORIZATION", "TRANSACTION"],
  reply: "multi",
  serve: ({ capabilityLines }) => ({
    status: "+OK",
    text: say("capability list follows"),
    // A tag holds no dot (RFC 2449 §3), so no line can need stuffing.
    body: octetsOf(
      capabilityLines()
        .map((line) => `${line}\r\n`)
        .join(""),
    ),
  }),
};

export const capaClient: ClientCapability = {
  tag: null,
  argument: noArgument,
  commands: [capaCommand],
  announced: { in: "both", differs: false },
};

export const capa: Capability = /* @__PURE__ */ declared(capaClient, {
  name: "capa",
  registration: null,
  affects: "none",
  reference: ["RFC 2449"],
  discussion:
    "The CAPA command returns the capabilities that a client may count on now. Whatever is available before login is listed in both " +
    "states; a client asks again after TLS was started, and after login where a declaration says that its argument may differ.",
  checks: [
    {
      id: "capa-before-login",
      level: "MUST",
      reference: "RFC 2449 §5",
      title: "CAPA is answered before login.",
      remedy: "Answer CAPA before login by +OK, a line for each capability and the terminating line.",
      given: "AUTHORIZATION",
      dialog: `
        C: CAPA
        S: +OK*
        S: ...
        S: .`,
    },
    {
      id: "capa-after-login",
      level: "MUST",
      reference: "RFC 2449 §5",
      title: "CAPA is answered after login too, whatever the case of its letters.",
      remedy: "Answer CAPA after login as well, in upper and lower case.",
      given: "TRANSACTION",
      dialog: `
        C: capa
        S: +OK*
        S: ...
        S: .`,
    },
    {
      id: "capa-no-arguments",
      level: "MAY",
      reference: "RFC 2449 §5",
      title: "CAPA takes no arguments: with one it is refused.",
      remedy: "Refuse CAPA with an argument, as other commands that break the syntax; many servers pass over it.",
      given: "AUTHORIZATION",
      dialog: `
        C: CAPA ALL
        S: -ERR*`,
    },
  ],
  available: () => true,
  value: () => undefined,
});
