// IMPLEMENTATION: what the server calls itself (RFC 2449 §6.9). For logs; no client may behave differently for it.
// Holds no name of its own: the text is an option of `server/server.ts` and comes with the view; where it is null, nothing is announced.
import { type ArgumentGrammar, type Capability, type ClientCapability, declared } from "../contracts/capability.js";

/** The text of the line, as one string; its tokens are separated by single spaces on the wire. */
const argument: ArgumentGrammar<string> = {
  text: "string giving server implementation information",
  parse: (params) => (params.length > 0 ? { value: params.join(" ") } : { problem: "one or more tokens are expected" }),
  format: (text) => text.split(" ").filter((token) => token !== ""),
};

export const implementationClient: ClientCapability<string> = {
  tag: "IMPLEMENTATION",
  argument,
  commands: [],
  announced: { in: "both", optionally: "TRANSACTION", differs: false },
};

export const implementation: Capability<string> = /* @__PURE__ */ declared(implementationClient, {
  name: "implementation",
  registration: { date: "1998-11" },
  affects: "none",
  reference: ["RFC 2449", "RFC 1939"],
  definedIn: "RFC 2449 §6.9",
  discussion:
    "One or more tokens that say which server this is, for logs and reports. A server may announce it after login only. Clients do not change " +
    "their behaviour because of it; a private capability is the way to agree on more.",
  checks: [
    {
      id: "implementation-capa",
      level: "MAY",
      reference: "RFC 2449 §6.9",
      title: "The implementation is named in CAPA, with at least one token.",
      remedy: "Put at least one word behind IMPLEMENTATION, or leave the line out.",
      given: "TRANSACTION",
      dialog: `
        C: CAPA
        S: +OK*
        S: ...
        S: IMPLEMENTATION *
        S: ...
        S: .`,
    },
  ],
  available: (view) => view.implementation !== null,
  value: (view) => view.implementation ?? "",
});
