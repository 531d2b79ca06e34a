// What real servers send against the texts and a client has to live with, each by a name and with its source.
// Only named here; who meets one tolerates it and notes the name. A guide says what the client does: docs/guides/client-quirks.md.

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
  | "plus-err"
  | "foreign-farewell"
  | "extra-spaces"
  | "count-missing"
  | "number-missing"
  | "status-in-listing"
  | "unique-id-missing"
  | "spaced-unique-id"
  | "long-unique-id"
  | "unlisted-uidl"
  | "unlisted-top"
  | "unlisted-user"
  | "malformed-capability"
  | "unlisted-codes"
  | "apop-refused"
  | "binding-refused"
  | "challenge-without-space"
  | "initial-response-ignored"
  | "size-differs";

export const QUIRKS: Readonly<Record<Quirk, QuirkFacts>> = {
  "capa-refused": {
    what: "CAPA is answered -ERR, before login, after it or both",
    seen: "popa3d 1.0.3, solid-pop3d 0.15, AAPT 2012, nginx and Perdition in front of popa3d",
  },
  "capa-hangs-up": {
    what: "the connection is closed on CAPA, with or without -ERR before",
    seen: "servers that drop whoever sends an unknown command before login: fetchmail reconnects for them",
  },
  "bare-line-feed": {
    what: "lines end in LF without CR",
    seen: "Mailtrap 2015 (zetacomponents/Mail#40)",
  },
  "lower-case-status": {
    what: "a status indicator is not in upper case (RFC 1939 §3)",
    seen: "no server by name; RFC 1725 (1994) did not ask for upper case yet",
  },
  "plus-err": {
    what: "a refusal begins with +ERR",
    seen: "hMailServer, when it cannot open a maildrop (hmailserver#594)",
  },
  "foreign-farewell": {
    what: "the last line before the connection is closed is one of SMTP (421) or IMAP (* BYE)",
    seen: "GreenMail after its timeout; Stalwart when it stops",
  },
  "extra-spaces": {
    what: "words of a listing or a capability are set apart by more than one space, or spaces stand around them",
    seen: "thunderbird-android#323: UIDL with three spaces",
  },
  "count-missing": {
    what: "STAT is answered without the octets, or a line of LIST has none",
    seen: "no server by name; test programs written by hand",
  },
  "number-missing": {
    what: "the answer to UIDL or LIST with a message number leaves the number out",
    seen: "Twisted: UIDL (twisted#9104), LIST until 2004 (twisted#10542)",
  },
  "status-in-listing": {
    what: "+OK stands in front of every line of a unique-id listing",
    seen: "a server that K-9 Mail met (its issue 1237)",
  },
  "unique-id-missing": {
    what: "a unique-id listing has a line with a message number alone",
    seen: "servers for which K-9 Mail passes over messages without a unique-id",
  },
  "spaced-unique-id": {
    what: "more than one word follows the message number in a unique-id listing (RFC 1939 §7)",
    seen: "no server by name; clients that take the first word alone would take two messages for one",
  },
  "long-unique-id": {
    what: "a unique-id has more than 70 characters (RFC 1939 §7)",
    seen: "no server by name; stores that give out what names the message elsewhere, such as its Message-ID",
  },
  "unlisted-uidl": {
    what: "UIDL works and is not listed by CAPA",
    seen: "GreenMail until 2015 (greenmail#65); Gmail 2005 and AOL 2018 (neomutt#1427) do not list it",
  },
  "unlisted-top": {
    what: "TOP works and is not listed by CAPA",
    seen: "GreenMail; Gmail 2005 and 2008 do not list it",
  },
  "unlisted-user": {
    what: "USER and PASS work and are not listed by CAPA",
    seen: "GreenMail",
  },
  "malformed-capability": {
    what: "a capability's arguments do not follow its declaration, or a line has no tag",
    seen: "Dovecot 2.3 and 2.4 before STLS: SASL without a mechanism",
  },
  "unlisted-codes": {
    what: "response codes are sent and RESP-CODES is not listed by CAPA (RFC 2449 §8)",
    seen: "nginx 1.22 in front of Dovecot (IN-USE), lpop3",
  },
  "apop-refused": {
    what: "the greeting has a timestamp and APOP is refused, where the same password is accepted by USER and PASS",
    seen: "Bigfoot (curl#10073), Cyrus without secrets (cyrus-imapd#396), James",
  },
  "binding-refused": {
    what: "a mechanism with channel binding is listed and takes neither tls-exporter nor tls-server-end-point; the same without it is tried",
    seen: "Cyrus IMAP 3.6, which takes tls-unique alone (RFC 5929 §3), and that under TLS 1.2",
  },
  "challenge-without-space": {
    what: "an empty challenge is + without the space behind it (RFC 5034 §4)",
    seen: "Stalwart",
  },
  "initial-response-ignored": {
    what: "an initial response is passed over, and asked for by an empty challenge (RFC 5034 §4)",
    seen: "no server by name; RFC 1734 (1994) had no initial response",
  },
  "size-differs": {
    what: "a message has another number of octets than LIST said",
    seen: "GreenMail, Mailpit (mailpit#312), WildDuck and whoever lists what a disk holds",
  },
};

/** Takes note of what was met. */
export type QuirkNote = (quirk: Quirk) => void;
