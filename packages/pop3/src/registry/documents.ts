// The RFCs that the registry of POP3 extensions refers to, with their standing: what may define a capability follows from it (RFC 2449 §9).
// Knows nothing of capabilities. A document that is not in the table has to state its standing where it is cited.

/** What an RFC is, in the words of the RFC index. */
export type Standing =
  "Internet Standard" | "Draft Standard" | "Proposed Standard" | "Experimental" | "Informational" | "Historic";

export interface RfcDocument {
  readonly number: number;
  readonly title: string;
  readonly standing: Standing;
  /** The experimental RFCs of this table came through the IESG. */
  readonly iesgApproved?: boolean;
  /** The number of the RFC that obsoletes it. */
  readonly replacedBy?: number;
}

/** RFCs about POP3, its authentication and its transport, by number. */
export const RFC_DOCUMENTS: readonly RfcDocument[] = [
  { number: 1225, title: "Post Office Protocol: Version 3", standing: "Draft Standard", replacedBy: 1460 },
  { number: 1460, title: "Post Office Protocol: Version 3", standing: "Draft Standard", replacedBy: 1725 },
  { number: 1725, title: "Post Office Protocol - Version 3", standing: "Internet Standard", replacedBy: 1939 },
  { number: 1734, title: "POP3 AUTHentication command", standing: "Proposed Standard", replacedBy: 5034 },
  { number: 1939, title: "Post Office Protocol - Version 3", standing: "Internet Standard" },
  {
    number: 1957,
    title: "Some Observations on Implementations of the Post Office Protocol (POP3)",
    standing: "Informational",
  },
  {
    number: 2195,
    title: "IMAP/POP AUTHorize Extension for Simple Challenge/Response",
    standing: "Proposed Standard",
  },
  {
    number: 2222,
    title: "Simple Authentication and Security Layer (SASL)",
    standing: "Proposed Standard",
    replacedBy: 4422,
  },
  { number: 2384, title: "POP URL Scheme", standing: "Proposed Standard" },
  { number: 2449, title: "POP3 Extension Mechanism", standing: "Proposed Standard" },
  { number: 2595, title: "Using TLS with IMAP, POP3 and ACAP", standing: "Proposed Standard" },
  { number: 2831, title: "Using Digest Authentication as a SASL Mechanism", standing: "Historic" },
  { number: 3206, title: "The SYS and AUTH POP Response Codes", standing: "Proposed Standard" },
  { number: 4422, title: "Simple Authentication and Security Layer (SASL)", standing: "Proposed Standard" },
  { number: 4505, title: "Anonymous SASL Mechanism", standing: "Proposed Standard" },
  { number: 4616, title: "The PLAIN SASL Mechanism", standing: "Proposed Standard" },
  { number: 5034, title: "The POP3 SASL Authentication Mechanism", standing: "Proposed Standard" },
  { number: 5322, title: "Internet Message Format", standing: "Draft Standard" },
  {
    number: 5721,
    title: "POP3 Support for UTF-8",
    standing: "Experimental",
    iesgApproved: true,
    replacedBy: 6856,
  },
  { number: 5801, title: "Using GSS-API Mechanisms in SASL: The GS2 Mechanism Family", standing: "Proposed Standard" },
  { number: 5802, title: "SCRAM SASL and GSS-API Mechanisms", standing: "Proposed Standard" },
  {
    number: 6186,
    title: "Use of SRV Records for Locating Email Submission/Access Services",
    standing: "Proposed Standard",
  },
  { number: 6331, title: "Moving DIGEST-MD5 to Historic", standing: "Informational" },
  { number: 6856, title: "POP3 Support for UTF-8", standing: "Proposed Standard" },
  {
    number: 6857,
    title: "Post-Delivery Message Downgrading for Internationalized Email Messages",
    standing: "Proposed Standard",
  },
  {
    number: 6858,
    title: "Simplified POP and IMAP Downgrading for Internationalized Email",
    standing: "Proposed Standard",
  },
  { number: 7628, title: "A Set of SASL Mechanisms for OAuth", standing: "Proposed Standard" },
  {
    number: 7677,
    title: "SCRAM-SHA-256 and SCRAM-SHA-256-PLUS SASL Mechanisms",
    standing: "Proposed Standard",
  },
  {
    number: 7817,
    title: "Updated TLS Server Identity Check Procedure for Email-Related Protocols",
    standing: "Proposed Standard",
  },
  {
    number: 8314,
    title: "Cleartext Considered Obsolete: Use of TLS for Email Submission and Access",
    standing: "Proposed Standard",
  },
];

/** The document of this number, where the table has it. */
export function rfcDocument(number: number): RfcDocument | undefined {
  return RFC_DOCUMENTS.find((document) => document.number === number);
}

/** Whether a document of this standing may define a capability: standards track, or experimental with the IESG's approval. */
export function definesCapabilities(standing: Standing, iesgApproved: boolean): boolean {
  return standing.endsWith(" Standard") || (standing === "Experimental" && iesgApproved);
}
