// Programs that serve POP3, as they were recorded running, or as their source has it. One entry each; what was not seen is not imitated.
// Knows nothing of how a list becomes a fault (`scenario.ts`). A scenario that is new goes into the list in `index.ts`.
import { changes, greets, judges, lists, listsNothing, losesFirstDot, together, type Scenario } from "./scenario.js";

const RECORDED = "recorded from the running program";

const TEXTS = "Texts of other replies.";

export const dovecot: Scenario = {
  name: "dovecot-2.3",
  imitates: "Dovecot 2.3.19.1 (Debian 12), every SASL mechanism on",
  seen: "2026-11",
  source: RECORDED,
  shows: [
    "A dot that is the very first octet of a message is not stuffed, so that the client takes it away.",
    "CAPA lists CAPA, and neither IMPLEMENTATION nor USER, STLS and SASL after login.",
    "The greeting has a timestamp, and APOP works.",
  ],
  honest: `DIGEST-MD5, ANONYMOUS and EXTERNAL are listed and refused. ${TEXTS}`,
  options: together(
    lists({
      first: "+OK",
      before: `
CAPA
TOP
UIDL
RESP-CODES
PIPELINING
AUTH-RESP-CODE
STLS
USER
SASL PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 ANONYMOUS EXTERNAL OAUTHBEARER XOAUTH2`,
      secured: `
CAPA
TOP
UIDL
RESP-CODES
PIPELINING
AUTH-RESP-CODE
USER
SASL PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 ANONYMOUS EXTERNAL OAUTHBEARER XOAUTH2`,
      after: `
CAPA
TOP
UIDL
RESP-CODES
PIPELINING
AUTH-RESP-CODE`,
    }),
    {
      faults: [
        greets("+OK Dovecot (Debian) ready. <*>"),
        judges({
          right: "+OK Logged in.",
          wrong: "-ERR [AUTH] Authentication failed.",
          inUse: "-ERR [IN-USE] Mailbox is locked by another POP3 session.",
        }),
        losesFirstDot(),
      ],
    },
  ),
};

export const courier: Scenario = {
  name: "courier-1.0.16",
  imitates: "Courier 1.0.16 (Debian 12)",
  seen: "2026-11",
  source: RECORDED,
  shows: [
    "PIPELINING is listed, and what stands behind a login before its answer is lost.",
    "STLS and SASL are still listed after login; LOGIN-DELAY 10 is listed and not kept.",
    "Several sessions have the maildrop at a time.",
    "A dot that is the very first octet of a message is not stuffed.",
    "RESP-CODES is not listed, and refusals have no code.",
  ],
  honest: `CRAM-SHA1 and CRAM-SHA256 are listed and refused. ${TEXTS}`,
  options: together(
    lists({
      first: "+OK Here's what I can do:",
      before: `
SASL PLAIN LOGIN CRAM-MD5 CRAM-SHA1 CRAM-SHA256
STLS
TOP
USER
LOGIN-DELAY 10
PIPELINING
UIDL
UTF8 USER
IMPLEMENTATION Courier Mail Server`,
      secured: `
SASL LOGIN PLAIN
TOP
USER
LOGIN-DELAY 10
PIPELINING
UIDL
UTF8 USER
IMPLEMENTATION Courier Mail Server`,
    }),
    {
      faults: [
        greets("+OK Hello there."),
        judges({ right: "+OK logged in.", wrong: "-ERR Login failed." }),
        { fault: "lost-pipelined", on: ["PASS", "AUTH"] },
        { fault: "shared-maildrop" },
        losesFirstDot(),
      ],
    },
  ),
};

export const mailutils: Scenario = {
  name: "mailutils-3.15",
  imitates: "GNU Mailutils pop3d 3.15 (Debian 12)",
  seen: "2026-11",
  source: RECORDED,
  shows: [
    "CAPA lists EXPIRENEVER, without its space, which announces nothing.",
    "USER and STLS are still listed after login, and IMPLEMENTATION only then.",
    "The greeting has a timestamp, and APOP works.",
  ],
  honest: `The answer to a right password, in which it names the user; an account that may use APOP may use PASS, too. ${TEXTS}`,
  options: together(
    lists({
      first: "+OK Capability list follows",
      before: `
TOP
UIDL
RESP-CODES
PIPELINING
AUTH-RESP-CODE
EXPIRENEVER
USER
STLS`,
      secured: `
TOP
UIDL
RESP-CODES
PIPELINING
AUTH-RESP-CODE
EXPIRENEVER
USER`,
      after: `
TOP
UIDL
RESP-CODES
PIPELINING
AUTH-RESP-CODE
EXPIRENEVER
USER
STLS
IMPLEMENTATION GNU Mailutils 3.15`,
      afterSecured: `
TOP
UIDL
RESP-CODES
PIPELINING
AUTH-RESP-CODE
EXPIRENEVER
USER
IMPLEMENTATION GNU Mailutils 3.15`,
    }),
    {
      sharedSecrets: true,
      faults: [
        greets("+OK POP3 Ready <*>"),
        judges({
          wrong: "-ERR [AUTH] Bad login",
          inUse: "-ERR [IN-USE] Mailbox in use",
        }),
      ],
    },
  ),
};

export const solid: Scenario = {
  name: "solid-pop3d-0.15",
  imitates: "Solid POP3 0.15 (Debian 12)",
  seen: "2026-11",
  source: RECORDED,
  shows: [
    "There is no CAPA and no TLS: RFC 1939 and nothing since.",
    "The greeting has a timestamp, and APOP works.",
    "Several sessions have the maildrop at a time.",
  ],
  honest: TEXTS,
  options: together(listsNothing("-ERR unknown command", ["USER", "TOP", "UIDL"]), {
    certificate: null,
    sharedSecrets: true,
    faults: [
      greets("+OK Solid POP3 server ready <*>"),
      judges({ right: "+OK authentication successful", wrong: "-ERR authentication failed" }),
      { fault: "shared-maildrop" },
    ],
  }),
};

export const popa3d: Scenario = {
  name: "popa3d-1.0.3",
  imitates: "popa3d 1.0.3 (Debian 12)",
  seen: "2026-11",
  source: RECORDED,
  shows: [
    "There is no CAPA, no TLS and no APOP.",
    "Replies may have no text: the greeting and the answer to a right password are +OK, and that to CAPA is -ERR.",
    "Several sessions have the maildrop at a time.",
  ],
  honest: TEXTS,
  options: together(listsNothing("-ERR", ["USER", "TOP", "UIDL"]), {
    certificate: null,
    faults: [
      greets("+OK"),
      judges({ right: "+OK", wrong: "-ERR Authentication failed (bad password?)" }),
      { fault: "shared-maildrop" },
    ],
  }),
};

export const twisted: Scenario = {
  name: "twisted-22.4",
  imitates: "Twisted 22.4.0 (Debian 12)",
  seen: "2026-11",
  source: `${RECORDED}; UIDL: twisted/twisted#9104`,
  shows: [
    "CAPA lists PIPELINE for PIPELINING, and CELERITY, AUSPEX and POTENCE, which announce nothing.",
    "LOGIN-DELAY has another value after login, and is not kept.",
    "The answer to UIDL with a message number leaves the number out.",
    "Several sessions have the maildrop at a time.",
  ],
  honest: TEXTS,
  options: together(
    lists({
      first: "+OK I can do the following:",
      before: `
TOP
USER
UIDL
PIPELINE
CELERITY
AUSPEX
POTENCE
IMPLEMENTATION Twisted POP3
EXPIRE NEVER
LOGIN-DELAY 120 USER
SASL CRAM-MD5`,
      after: `
TOP
USER
UIDL
PIPELINE
CELERITY
AUSPEX
POTENCE
IMPLEMENTATION Twisted POP3
EXPIRE NEVER
LOGIN-DELAY 60
SASL CRAM-MD5`,
    }),
    {
      faults: [
        greets("+OK <*>"),
        judges({ right: "+OK Authentication succeeded", wrong: "-ERR Authentication failed" }),
        changes("UIDL", ({ text }) => text.replace(/^\+OK \d+ (\S+\r\n)$/, "+OK $1")),
        { fault: "shared-maildrop" },
      ],
    },
  ),
};

export const greenmail: Scenario = {
  name: "greenmail",
  imitates: "GreenMail",
  seen: null,
  source: "its source: greenmail-mail-test/greenmail 659cd219; version and mechanisms filled in",
  shows: [
    "USER and TOP work and are not listed.",
    "A message is gone once DELE was answered, however the session ends.",
    "RSET is answered twice.",
  ],
  honest:
    "The list after login, which repeats the one before it; RSET before login; the end after a timeout; texts of other replies.",
  options: together(lists({ first: "+OK", before: "UIDL\nSASL PLAIN" }, ["USER", "TOP"]), {
    faults: [
      greets("+OK POP3 GreenMail Server v2.1.0 ready"),
      { fault: "early-deletion" },
      changes("RSET", ({ reply }) => [reply, reply]),
    ],
  }),
};
