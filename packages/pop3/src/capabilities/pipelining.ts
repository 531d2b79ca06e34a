// PIPELINING: commands may be sent before earlier ones were answered (RFC 2449 §6.6). The session keeps the promise:
// it serves one command at a time, in order, and stops reading while its answers are not taken.
import { type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import { noArgument } from "../protocol/argument.js";

export const pipeliningClient: ClientCapability = {
  tag: "PIPELINING",
  argument: noArgument,
  commands: [],
  announced: { in: "both", differs: false },
};

export const pipelining: Capability = /* @__PURE__ */ declared(pipeliningClient, {
  name: "pipelining",
  registration: { date: "1998-11" },
  affects: "all",
  reference: ["RFC 2449"],
  definedIn: "RFC 2449 §6.6",
  discussion:
    "The server accepts several commands at a time and answers them strictly in the order in which they came. A client that pipelines keeps " +
    "account of what is outstanding, and never of more than the connection's window holds.",
  checks: [
    {
      id: "pipelining-in-order",
      level: "MUST",
      reference: "RFC 2449 §6.6",
      title: "Commands sent in one piece are answered one by one, in order.",
      remedy: "Keep what was read behind a command, and answer it in its turn; or take PIPELINING out of the list.",
      given: "TRANSACTION",
      dialog: `
        C- STAT\\r\\nRETR 999999999\\r\\nLIST\\r\\nNOOP\\r\\nSTAT\\r\\n
        S: +OK * *
        S: -ERR*
        S: +OK*
        S: ...
        S: 1 *
        S: ...
        S: .
        S: +OK*
        S: +OK * *`,
    },
    {
      id: "pipelining-login",
      level: "MUST",
      reference: "RFC 2449 §6.6",
      title: "Refused commands keep their place in the order, before login too.",
      remedy:
        "Keep what was read behind a command before login too, and answer it in its turn; or take PIPELINING out of the list.",
      given: "AUTHORIZATION",
      dialog: `
        C- STAT\\r\\nCAPA\\r\\nQUIT\\r\\n
        S: -ERR*
        S: +OK*
        S: ...
        S: .
        S: +OK*
        S: <closed>`,
    },
  ],
  available: () => true,
  value: () => undefined,
});
