// STLS: TLS on a connection that began in the clear (RFC 2595 §4).
// Knows no certificate and no socket: the view says whether TLS can start; `server/session.ts` drops what came too early and starts it.
import { type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import type { CommandSpec } from "../contracts/command.js";
import { say } from "../contracts/sentence.js";
import { none } from "../protocol/params.js";
import { noArgument } from "../protocol/argument.js";

export const stlsCommand: CommandSpec<null> = {
  keyword: "STLS",
  params: none,
  validIn: ["AUTHORIZATION"],
  reply: "single",
  endsPipeline: true,
  serve: () => ({ status: "+OK", text: say("begin TLS negotiation"), afterwards: "start-tls" }),
};

export const stlsClient: ClientCapability = {
  tag: "STLS",
  argument: noArgument,
  commands: [stlsCommand],
  // RFC 2595 §8 registers it for AUTHORIZATION only; §4 has it listed where it is permitted now.
  announced: { in: "AUTHORIZATION", differs: false },
};

export const stls: Capability = /* @__PURE__ */ declared(stlsClient, {
  name: "stls",
  registration: { date: "1999-06" },
  affects: ["USER", "PASS", "CAPA"],
  reference: ["RFC 2595"],
  definedIn: "RFC 2595 §4",
  discussion:
    "TLS can be started with the STLS command. It may make USER and PASS available. What a client learned before is forgotten then, and CAPA " +
    "asked anew; whatever it sent behind STLS before TLS began is dropped.",
  checks: [
    {
      id: "stls-announced",
      level: "MUST",
      reference: "RFC 2595 §4",
      title: "STLS is listed where it is permitted.",
      remedy: "List STLS while it can be given.",
      given: "AUTHORIZATION",
      over: "cleartext",
      dialog: `
        C: CAPA
        S: +OK*
        S: ...
        S: STLS
        S: ...
        S: .`,
    },
    {
      id: "stls-not-after-login",
      level: "MUST",
      reference: "RFC 2595 §4",
      title: "STLS is permitted in the AUTHORIZATION state only.",
      remedy: "Refuse STLS once a login has succeeded.",
      given: "TRANSACTION",
      dialog: `
        C: STLS
        S: -ERR*`,
    },
    {
      id: "stls-not-twice",
      level: "MAY",
      reference: "RFC 2595 §4",
      title: "STLS is refused while TLS is active.",
      remedy: "Refuse STLS while TLS is active.",
      given: "AUTHORIZATION",
      over: "tls",
      dialog: `
        C: STLS
        S: -ERR*`,
    },
  ],
  available: ({ canStartTls, state, utf8 }) => canStartTls && state === "AUTHORIZATION" && !utf8,
  // RFC 6856 §2.1: a client that asked for UTF-8 mode does not start TLS any more.
  unavailable: ({ secure, utf8 }) => {
    if (secure) return say("TLS is active already");
    return say(utf8 ? "TLS does not begin after UTF8" : "this server has no certificate to start TLS with");
  },
  value: () => undefined,
});
