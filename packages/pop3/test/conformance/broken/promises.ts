// Servers that announce what they refuse, and servers that serve what they do not announce.
// The checks are those of `conformance/checks/promises.ts` and `unlisted.ts`.
import { standard } from "@postern/pop3";
import { answer } from "@postern/pop3/testing";
import type { BrokenServer } from "../subject.js";

const TAGS = standard.flatMap(({ tag }) => (tag === null ? [] : [tag]));

/** A server without it; where it is served all the same, it is not listed. */
function without(tag: string): { readonly enabled: readonly string[] } {
  return { enabled: TAGS.filter((other) => other !== tag) };
}

export const brokenPromises: readonly BrokenServer[] = [
  {
    check: "user-promised",
    faults: [answer("USER", ({ secure }) => (secure ? null : "-ERR start TLS first\r\n"))],
    finding: /listed and refused in the clear: -ERR start TLS first/,
  },
  { check: "lang-promised", faults: [{ fault: "refused", on: "LANG" }], finding: /LANG \* and LANG en are refused/ },
  { check: "uidl-promised", faults: [{ fault: "refused", on: "UIDL" }], finding: /UIDL was answered -ERR/ },
  { check: "top-promised", faults: [{ fault: "refused", on: "TOP" }], finding: /TOP 1 0 was answered -ERR/ },
];

export const brokenUnlisted: readonly BrokenServer[] = [
  ...(["LANG", "UTF8", "UIDL", "TOP"] as const).map((tag): BrokenServer => ({
    check: `${tag.toLowerCase()}-unlisted`,
    server: without(tag),
    faults: [answer(tag, "+OK\r\n.\r\n")],
    finding: new RegExp(`was answered \\+OK, and ${tag} is not in the list`),
  })),
  {
    check: "user-unlisted",
    server: without("USER"),
    brokenServer: { enabled: TAGS },
    faults: [{ fault: "capabilities", remove: ["USER", "SASL"] }],
    finding: /USER and PASS let the user in/,
  },
];
