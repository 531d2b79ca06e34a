// What the client makes of the servers in the transcripts: those of programs, as their users, sources and tests show them.
// Each was held against its transcript by eye; a name is a file's. What a value means is in `outcome.ts`.
import type { Outcome } from "./outcome.js";

export const programs: Readonly<Record<string, Outcome>> = {
  criticalpath: {
    greeting: "POP3 server ready (6.0.021) <B97C4FDB4C676A668B323E13D1E26B7673362ABC@server.com>",
    timestamp: "<B97C4FDB4C676A668B323E13D1E26B7673362ABC@server.com>",
    before: null,
    quirks: ["capa-refused"],
  },
  cucipop: {
    greeting: "Cubic Circle's v1.31 1998/05/13 POP3 ready <6229000062f95036@wakko>",
    timestamp: "<6229000062f95036@wakko>",
    before: null,
    quirks: ["capa-refused"],
  },
  "exchange-2000": {
    greeting: "Microsoft Exchange 2000 POP3 server version 6.0.6603.0 (server.Genesis.local) ready.",
    timestamp: null,
    before: { plain: "TOP USER PIPELINING UIDL", sasl: ["NTLM"], expire: { days: "never", perUser: false } },
    quirks: [],
  },
  "exchange-2003": {
    greeting: "Microsoft Exchange Server 2003 POP3 server version 6.5.7638.1 (domain.net) ready.",
    timestamp: null,
    before: { plain: "TOP USER PIPELINING UIDL", sasl: ["NTLM"], expire: { days: "never", perUser: false } },
    quirks: [],
  },
  "exchange-5.5": {
    greeting: "Microsoft Exchange POP3 server version 5.5.2653.23 ready",
    timestamp: null,
    before: null,
    quirks: ["capa-refused"],
  },
  exchange: {
    greeting: "The *WGS* Microsoft Exchange POP3 service is ready.",
    timestamp: null,
    before: { plain: "TOP UIDL USER", sasl: ["NTLM", "GSSAPI", "PLAIN", "LOGIN"] },
    quirks: [],
  },
  ftgate: {
    greeting: "POP3 server ready (running FTGate V2, 2, 1, 0 Jun 21 1999 09:55:01)",
    timestamp: null,
    before: null,
    quirks: ["capa-refused"],
  },
  greenmail: {
    greeting: "POP3 GreenMail Server v2.1.0 ready",
    timestamp: null,
    before: { plain: "UIDL", sasl: ["PLAIN"] },
    quirks: ["unlisted-top", "unlisted-user"],
  },
  "hmailserver-2017": {
    greeting: "Welcome to mail.server.net",
    timestamp: null,
    before: null,
    quirks: ["capa-refused"],
  },
  hmailserver: {
    greeting: "POP3",
    timestamp: null,
    before: { plain: "USER UIDL TOP" },
    refused: { login: [null, "Invalid user name or password. Please use full email address as user name"] },
    quirks: [],
  },
  "ibm-notes-9": {
    greeting: "IBM Notes POP3 server version Release 9.0.1FP5 ready on xxxxxx/xxxxxxx.",
    timestamp: null,
    before: { plain: "USER UIDL TOP" },
    quirks: [],
  },
  inbucket: {
    greeting: "Inbucket POP3 server ready <4711.1700000000@inbucket>",
    timestamp: "<4711.1700000000@inbucket>",
    before: { plain: "TOP USER UIDL STLS", implementation: "Inbucket" },
    quirks: [],
  },
  james: {
    greeting: "<0123456789.1700000000000@localhost> POP3 server (JAMES POP3 Server ) ready ",
    timestamp: "<0123456789.1700000000000@localhost>",
    before: null,
    quirks: ["capa-refused"],
  },
  lpop3: {
    greeting: "",
    timestamp: null,
    before: {
      plain: "USER UIDL LANG PIPELINING TOP",
      expire: { days: "never", perUser: false },
      loginDelay: { seconds: 0, perUser: false },
      implementation: "Luke POP3/POP3S Server, maintainer: maintainer@example.com",
      utf8: { user: false },
    },
    quirks: [],
  },
  mailenable: {
    greeting: "Welcome to MailEnable POP3 Server",
    timestamp: null,
    before: null,
    quirks: ["capa-refused"],
  },
  "mailkit-lang": {
    greeting: "POP3 server ready <apop-token@example.com>",
    timestamp: "<apop-token@example.com>",
    before: {
      plain: "USER RESP-CODES TOP UIDL LANG",
      sasl: ["PLAIN", "XOAUTH2"],
      expire: { days: 0, perUser: false },
      loginDelay: { seconds: 300, perUser: false },
      utf8: { user: true },
    },
    afterLogin: {
      plain: "USER RESP-CODES PIPELINING TOP UIDL LANG",
      expire: { days: 0, perUser: false },
      loginDelay: { seconds: 300, perUser: false },
    },
    quirks: [],
  },
  mailpit: {
    greeting: "Mailpit POP3 server",
    timestamp: null,
    before: { plain: "TOP USER UIDL", implementation: "Mailpit" },
    quirks: [],
  },
  "mdaemon-2017": {
    greeting: "mail.test POP3 ready <F201706231210.AA102635MD1932@mail.test>",
    timestamp: "<F201706231210.AA102635MD1932@mail.test>",
    before: { plain: "TOP USER UIDL" },
    quirks: [],
  },
  "qpopper-2.53": {
    greeting: "QPOP (version 2.53) at b0f starting. <666.666@b0f>",
    timestamp: "<666.666@b0f>",
    before: null,
    quirks: ["capa-refused"],
  },
  stalwart: {
    greeting: "Stalwart POP3 at your service.",
    timestamp: null,
    before: {
      plain: "USER STLS TOP RESP-CODES PIPELINING UIDL",
      sasl: ["PLAIN", "CRAM-MD5"],
      expire: { days: "never", perUser: false },
      implementation: "Stalwart Server",
      utf8: { user: false },
    },
    quirks: [],
  },
};
