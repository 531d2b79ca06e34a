// What real servers send against the texts and a client has to live with, each by a name and with its source.
// Only named here; who meets one tolerates it and notes the name. A guide lists them: docs/guides/client-quirks.md.

/** One thing that is forgiven. */
export interface QuirkFacts {
  /** What the server does. */
  readonly what: string;
  /** Where it was seen. */
  readonly seen: string;
}

/** The name of one. */
export type Quirk =
  | "capa-refused"
  | "capa-hangs-up"
  | "bare-line-feed"
  | "lower-case-status"
  | "extra-spaces"
  | "count-missing"
  | "number-missing"
  | "unlisted-uidl"
  | "unlisted-top"
  | "unlisted-user"
  | "malformed-capability"
  | "unlisted-codes"
  | "challenge-without-space"
  | "size-differs";

export const QUIRKS: Readonly<Record<Quirk, QuirkFacts>> = {
  "capa-refused": {
    what: "CAPA is answered -ERR; what the server can do is found by trying",
    seen: "popa3d 1.0.3, solid-pop3d 0.15, AAPT 2012 and many servers from before 1998",
  },
  "capa-hangs-up": {
    what: "the connection is closed on CAPA; the client connects once more and does not ask",
    seen: "servers that drop whoever sends an unknown command before login, fetchmail's logs",
  },
  "bare-line-feed": {
    what: "lines end in LF without CR",
    seen: "home-made servers and test programs",
  },
  "lower-case-status": {
    what: "a status indicator is not in upper case (RFC 1939 §3)",
    seen: "old gateways",
  },
  "extra-spaces": {
    what: "numbers of a listing are set apart by more than one space, or spaces stand at the end of a line",
    seen: "servers behind thunderbird-android's pull request 323",
  },
  "count-missing": {
    what: "the answer to STAT has the number of messages and not their octets, or a scan listing no octets",
    seen: "home-made servers",
  },
  "number-missing": {
    what: "the answer to UIDL or LIST with a message number leaves the number out",
    seen: "Twisted, twisted#9104",
  },
  "unlisted-uidl": {
    what: "UIDL works and is not listed by CAPA",
    seen: "GreenMail; Zimbra and Apache James before login",
  },
  "unlisted-top": {
    what: "TOP works and is not listed by CAPA",
    seen: "Gmail until 2008, GreenMail",
  },
  "unlisted-user": {
    what: "USER and PASS work and are not listed by CAPA",
    seen: "GreenMail",
  },
  "malformed-capability": {
    what: "a capability's arguments do not follow its declaration, or a line has no tag; its text is kept as it is",
    seen: "Dovecot's SASL without a mechanism",
  },
  "unlisted-codes": {
    what: "response codes are sent and RESP-CODES is not listed by CAPA (RFC 2449 §8)",
    seen: "WildDuck's AUTH code, lpop3",
  },
  "challenge-without-space": {
    what: "an empty challenge is + without the space behind it (RFC 5034 §4)",
    seen: "Stalwart",
  },
  "size-differs": {
    what: "a message has another number of octets than LIST said",
    seen: "GreenMail, Mailpit, WildDuck and whoever lists what a disk holds",
  },
};

/** Takes note of what was met. */
export type QuirkNote = (quirk: Quirk) => void;
