// What the client makes of the servers in the transcripts: those of the other programs that were run and recorded.
// Each was held against its transcript by eye; a name is a file's. What a value means is in `outcome.ts`.
import type { Outcome } from "./outcome.js";

export const recorded: Readonly<Record<string, Outcome>> = {
  "davmail-6.0-no-backend": {
    greeting:
      "DavMail configuration exception: Connect exception: org.apache.http.conn.HttpHostConnectException Connect to 127.0.0.1:23119 [/127.0.0.1] failed: Connection refused",
    timestamp: null,
    before: null,
    refused: {
      greeting: [
        null,
        "DavMail configuration exception: Connect exception: org.apache.http.conn.HttpHostConnectException Connect to 127.0.0.1:23119 [/127.0.0.1] failed: Connection refused",
      ],
    },
    quirks: [],
  },
  "davmail-6.0": {
    greeting: "DavMail 6.0.1-trunk POP ready at Mon Nov 23 01:24:51 UTC 2026",
    timestamp: null,
    before: { plain: "TOP USER UIDL" },
    refused: {
      wrong: [null, "Authentication failed: invalid user or password"],
      login: [null, "Authentication failed: invalid user or password"],
    },
    quirks: [],
  },
  "n3-0.1.2": {
    greeting: "POP3 Server ready <3.1795397446804@zoo.test>",
    timestamp: "<3.1795397446804@zoo.test>",
    before: { plain: "UIDL USER RESP-CODES AUTH-RESP-CODE", sasl: ["PLAIN", "CRAM-MD5"] },
    afterLogin: {
      plain: "UIDL",
      expire: { days: "never", perUser: false },
      loginDelay: { seconds: 0, perUser: false },
      implementation: "N3 node.js POP3 server",
    },
    refused: { wrong: ["AUTH", "Invalid login"], second: ["IN-USE", "You already have a POP session running"] },
    quirks: ["unlisted-top"],
  },
  "nginx-1.22-starttls-only": {
    greeting: "POP3 ready",
    timestamp: null,
    before: { plain: "TOP UIDL STLS" },
    afterStls: { plain: "TOP USER UIDL", sasl: ["PLAIN", "LOGIN"] },
    afterLogin: null,
    refused: { wrong: [null, "Invalid login or password"] },
    quirks: ["capa-refused"],
  },
  "nginx-1.22-tls": {
    greeting: "POP3 ready",
    timestamp: null,
    before: { plain: "TOP USER UIDL", sasl: ["PLAIN", "LOGIN"] },
    quirks: [],
  },
  "nginx-1.22": {
    greeting: "POP3 ready",
    timestamp: null,
    before: {
      plain: "TOP USER UIDL STLS",
      sasl: ["PLAIN", "LOGIN"],
      expire: { days: 60, perUser: false },
      loginDelay: { seconds: 900, perUser: false },
    },
    afterStls: {
      plain: "TOP USER UIDL",
      sasl: ["PLAIN", "LOGIN"],
      expire: { days: 60, perUser: false },
      loginDelay: { seconds: 900, perUser: false },
    },
    afterLogin: { plain: "TOP UIDL RESP-CODES PIPELINING AUTH-RESP-CODE", undeclared: ["CAPA"] },
    refused: {
      wrong: [null, "Invalid login or password"],
      second: ["IN-USE", "Mailbox is locked by another POP3 session."],
    },
    quirks: ["unlisted-codes"],
  },
  "perdition-2.2-popa3d": {
    greeting: "POP3 perditon ready on 127.0.0.1 0002cc5f",
    timestamp: null,
    before: { plain: "USER UIDL TOP" },
    afterLogin: null,
    refused: { wrong: [null, "Authentication failed (bad password?)"] },
    quirks: ["capa-refused"],
  },
  "perdition-2.2": {
    greeting: "POP3 perditon ready on 127.0.0.1 0002cfab",
    timestamp: null,
    before: { plain: "UIDL USER STLS" },
    afterStls: { plain: "UIDL USER" },
    afterLogin: { plain: "TOP UIDL RESP-CODES PIPELINING AUTH-RESP-CODE", undeclared: ["CAPA"] },
    refused: {
      wrong: [null, "failed: Re-Authentication Failure"],
      second: [null, "failed: Re-Authentication Failure"],
    },
    quirks: [],
  },
  "popa3d-1.0.3": {
    greeting: "",
    timestamp: null,
    before: null,
    afterLogin: null,
    refused: { wrong: [null, "Authentication failed (bad password?)"] },
    quirks: ["capa-refused"],
  },
  "solid-pop3d-0.15": {
    greeting: "Solid POP3 server ready <70.1795396981@zoo.test>",
    timestamp: "<70.1795396981@zoo.test>",
    before: null,
    afterLogin: null,
    refused: { wrong: [null, "authentication failed"] },
    quirks: ["capa-refused"],
  },
  "twisted-22.4": {
    greeting: "<20261123012749.1.1274777778.4@vm>",
    timestamp: "<20261123012749.1.1274777778.4@vm>",
    before: {
      plain: "TOP USER UIDL",
      sasl: ["CRAM-MD5"],
      expire: { days: "never", perUser: false },
      loginDelay: { seconds: 120, perUser: true },
      implementation: "Twisted POP3",
      undeclared: ["PIPELINE", "CELERITY", "AUSPEX", "POTENCE"],
    },
    afterLogin: {
      plain: "TOP USER UIDL",
      sasl: ["CRAM-MD5"],
      expire: { days: "never", perUser: false },
      loginDelay: { seconds: 60, perUser: false },
      implementation: "Twisted POP3",
      undeclared: ["PIPELINE", "CELERITY", "AUSPEX", "POTENCE"],
    },
    refused: { wrong: [null, "Authentication failed"] },
    quirks: [],
  },
  "wildduck-1.46-notls": {
    greeting: "wildduck ready for requests from 127.0.0.1 5n5h6g5qwoz5ehds",
    timestamp: null,
    before: { plain: "TOP UIDL USER RESP-CODES PIPELINING", sasl: ["PLAIN"], implementation: "WildDuck-v1.46.1" },
    afterLogin: { plain: "TOP UIDL RESP-CODES PIPELINING", implementation: "WildDuck-v1.46.1" },
    quirks: [],
  },
  "wildduck-1.46": {
    greeting: "wildduck ready for requests from 127.0.0.1 o3plc4xffwnyssww",
    timestamp: null,
    before: { plain: "TOP UIDL RESP-CODES PIPELINING STLS", implementation: "WildDuck-v1.46.1" },
    afterStls: { plain: "TOP UIDL USER RESP-CODES PIPELINING", sasl: ["PLAIN"], implementation: "WildDuck-v1.46.1" },
    afterLogin: { plain: "TOP UIDL RESP-CODES PIPELINING", implementation: "WildDuck-v1.46.1" },
    refused: { wrong: ["AUTH", "Invalid username or password"] },
    quirks: [],
  },
};
