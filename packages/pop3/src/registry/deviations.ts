// Where the documents that define a capability, IANA's page of the registry and the declarations here do not say the same, and why.
// Data alone: capabilities go by the name of their declaration. A test holds it against all three, in both directions.

export interface Deviation {
  /** The declaration's `name`. */
  readonly capability: string;
  /** The template field. */
  readonly field: "announced" | "validIn" | "reference";
  /** What the defining RFC's template says, what IANA's page says, and what is declared here. */
  readonly rfc: string;
  readonly page: string;
  readonly declared: string;
  readonly reason: string;
}

const PAGE_ADDS_REFERENCE =
  "RFC 2449 refers to the document that defines the command; the page adds the RFC that made it a capability.";

const WORD_FOR_STATE =
  "RFC 2449 §6 and the page call the state AUTHENTICATION; RFC 1939 §3, which defines it, calls it AUTHORIZATION.";

export const DEVIATIONS: readonly Deviation[] = [
  {
    capability: "top",
    field: "reference",
    rfc: "RFC 1939",
    page: "RFC 2449, RFC 1939",
    declared: "RFC 2449, RFC 1939",
    reason: PAGE_ADDS_REFERENCE,
  },
  {
    capability: "user",
    field: "validIn",
    rfc: "AUTHENTICATION",
    page: "AUTHENTICATION",
    declared: "AUTHORIZATION",
    reason: WORD_FOR_STATE,
  },
  {
    capability: "user",
    field: "reference",
    rfc: "RFC 1939",
    page: "RFC 2449, RFC 1939",
    declared: "RFC 2449, RFC 1939",
    reason: PAGE_ADDS_REFERENCE,
  },
  {
    capability: "sasl",
    field: "validIn",
    rfc: "AUTHORIZATION",
    page: "AUTHENTICATION",
    declared: "AUTHORIZATION",
    reason: "The page kept RFC 2449's word for the state when RFC 5034 §3 replaced the registration.",
  },
  {
    capability: "sasl",
    field: "reference",
    rfc: "RFC 5034, RFC 4422",
    page: "RFC 2449, RFC 5034",
    declared: "RFC 2449, RFC 5034",
    reason: "The page names the RFCs that registered the capability, RFC 5034 itself and the framework that it uses.",
  },
  {
    capability: "uidl",
    field: "reference",
    rfc: "RFC 1939",
    page: "RFC 2449, RFC 1939",
    declared: "RFC 2449, RFC 1939",
    reason: PAGE_ADDS_REFERENCE,
  },
  {
    capability: "implementation",
    field: "announced",
    rfc: "both (optionally TRANSACTION only)",
    page: "TRANS, both",
    declared: "both (optionally TRANSACTION only)",
    reason: "The page shortens what RFC 2449 §6.9 says: both states is the rule, TRANSACTION alone a server's choice.",
  },
  {
    capability: "implementation",
    field: "reference",
    rfc: "RFC 2449",
    page: "RFC 2449, RFC 1939",
    declared: "RFC 2449, RFC 1939",
    reason: "RFC 2449 §6.9 alone defines it; the page's second reference is kept, since the page is the registry.",
  },
  {
    capability: "stls",
    field: "announced",
    rfc: "AUTHORIZATION",
    page: "both",
    declared: "AUTHORIZATION",
    reason:
      "RFC 2595 §8 registers it for the AUTHORIZATION state only, and by §4 the tag means that the command is permitted in the current state.",
  },
  {
    capability: "stls",
    field: "validIn",
    rfc: "AUTHORIZATION",
    page: "AUTHENTICATION",
    declared: "AUTHORIZATION",
    reason: "The page uses RFC 2449's word for the state, RFC 2595 §4 that of RFC 1939.",
  },
];
