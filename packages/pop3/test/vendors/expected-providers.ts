// What the client makes of the servers in the transcripts: those of providers, as logs and sessions of their users show them.
// Each was held against its transcript by eye; a name is a file's. What a value means is in `outcome.ts`.
import type { Outcome } from "./outcome.js";

export const providers: Readonly<Record<string, Outcome>> = {
  "aapt-no-capa-2012": {
    greeting: "POP3 Ready pfep03",
    timestamp: null,
    before: null,
    quirks: ["capa-refused"],
  },
  "aol-jpop-2018": {
    greeting: "",
    timestamp: null,
    before: null,
    afterLogin: { plain: "TOP USER", sasl: ["LOGIN", "PLAIN"], implementation: "jpop-0.1" },
    quirks: ["capa-refused", "unlisted-uidl"],
  },
  "bigfoot-2022": {
    greeting: "POP3 Bigfoot v1.0 server ready <96413.1670625352@mail56c60.megamailservers.eu>",
    timestamp: "<96413.1670625352@mail56c60.megamailservers.eu>",
    before: {
      plain: "TOP USER RESP-CODES AUTH-RESP-CODE UIDL STLS",
      expire: { days: "never", perUser: false },
      implementation: "Bigfoot-v1",
    },
    quirks: [],
  },
  "comcast-zimbra": {
    greeting: "POP3 ready",
    timestamp: null,
    before: { plain: "TOP USER UIDL STLS", expire: { days: 31, perUser: true } },
    afterLogin: {
      plain: "TOP USER UIDL STLS",
      sasl: ["PLAIN", "X-ZIMBRA"],
      expire: { days: "never", perUser: false },
      implementation: "ZimbraInc",
      undeclared: ["XOIP"],
    },
    quirks: [],
  },
  "courier-jpop-2007": {
    greeting: "JPOP server ready (jpop39) <1043272.1173961152724@ActualPOP3Server>",
    timestamp: "<1043272.1173961152724@ActualPOP3Server>",
    before: null,
    afterLogin: {
      plain: "TOP UIDL USER STLS PIPELINING",
      loginDelay: { seconds: 10, perUser: false },
      implementation: "Courier Mail Server",
    },
    quirks: ["capa-refused"],
  },
  "courier-une-2012": {
    greeting: "Hello there.",
    timestamp: null,
    before: {
      plain: "TOP USER PIPELINING UIDL",
      loginDelay: { seconds: 10, perUser: false },
      implementation: "Courier Mail Server",
    },
    quirks: [],
  },
  "dovecot-55007": {
    greeting: "",
    timestamp: null,
    before: { plain: "TOP UIDL RESP-CODES PIPELINING AUTH-RESP-CODE STLS USER", sasl: ["PLAIN"], undeclared: ["CAPA"] },
    quirks: [],
  },
  "dovecot-cpanel-2010": {
    greeting: "Dovecot ready.",
    timestamp: null,
    before: { plain: "TOP UIDL RESP-CODES PIPELINING STLS USER", sasl: ["PLAIN", "LOGIN"], undeclared: ["CAPA"] },
    afterStls: { plain: "TOP UIDL RESP-CODES PIPELINING USER", sasl: ["PLAIN", "LOGIN"], undeclared: ["CAPA"] },
    refused: { login: [null, "Authentication failed."] },
    quirks: [],
  },
  "free-fr-2019": {
    greeting: "POP3 ready <1724282838.1557400756@popn2>",
    timestamp: "<1724282838.1557400756@popn2>",
    before: { plain: "TOP USER UIDL", sasl: ["EMAIL", "PLAIN"] },
    quirks: [],
  },
  "gmail-2005": {
    greeting: "Gpop i34pf3725375wxd ready.",
    timestamp: null,
    before: {
      plain: "USER RESP-CODES",
      expire: { days: 0, perUser: false },
      loginDelay: { seconds: 300, perUser: false },
      undeclared: ["X-GOOGLE-VERHOEVEN"],
    },
    quirks: ["unlisted-top", "unlisted-uidl"],
  },
  "gmail-2008": {
    greeting: "Gpop ready for requests from 192.0.2.1 s7pf1802194uge",
    timestamp: null,
    before: {
      plain: "USER RESP-CODES UIDL",
      expire: { days: 0, perUser: false },
      loginDelay: { seconds: 300, perUser: false },
      undeclared: ["X-GOOGLE-VERHOEVEN"],
    },
    quirks: ["unlisted-top"],
  },
  "gmail-2012": {
    greeting: "Gpop ready for requests from 192.0.2.1 q5pf21484907pbh.7",
    timestamp: null,
    before: {
      plain: "USER RESP-CODES TOP UIDL",
      expire: { days: 0, perUser: false },
      loginDelay: { seconds: 300, perUser: false },
      undeclared: ["X-GOOGLE-VERHOEVEN", "X-GOOGLE-RICO"],
    },
    quirks: [],
  },
  gmail: {
    greeting: "Gpop ready for requests from 192.0.2.1 hv19mb95710270qab",
    timestamp: null,
    before: {
      plain: "USER RESP-CODES TOP UIDL",
      sasl: ["PLAIN", "XOAUTH2"],
      expire: { days: 0, perUser: false },
      loginDelay: { seconds: 300, perUser: false },
      undeclared: ["X-GOOGLE-RICO"],
    },
    afterLogin: {
      plain: "USER RESP-CODES PIPELINING TOP UIDL",
      expire: { days: 0, perUser: false },
      loginDelay: { seconds: 300, perUser: false },
      undeclared: ["X-GOOGLE-RICO"],
    },
    refused: { wrong: ["AUTH", "Username and password not accepted."] },
    quirks: [],
  },
  "intermail-twc-2013": {
    greeting: "InterMail POP3 server ready.",
    timestamp: null,
    before: null,
    quirks: ["capa-refused"],
  },
  "isp-uk-no-capa": {
    greeting: "ISP POP3 Server Ready",
    timestamp: null,
    before: null,
    quirks: ["capa-refused"],
  },
  "mailcom-gmx": {
    greeting: "POP server ready H migmxus004 0M9ZXK-1XvuTf1dq3-00CNqN",
    timestamp: null,
    before: null,
    quirks: ["capa-refused"],
  },
  "netease-163": {
    greeting: "Welcome to coremail Mail Pop3 Server (163coms[10774b260cc7a37d26d71b52404dcf5cs])",
    timestamp: null,
    before: null,
    quirks: ["capa-refused"],
  },
  "o2pl-2015": {
    greeting: "POP3 ready",
    timestamp: null,
    before: { plain: "TOP USER PIPELINING UIDL STLS", sasl: ["LOGIN", "PLAIN"], undeclared: ["LAST"] },
    afterStls: { plain: "TOP USER PIPELINING UIDL", sasl: ["LOGIN", "PLAIN"], undeclared: ["LAST"] },
    quirks: [],
  },
  "office365-2016": {
    greeting:
      "The Microsoft Exchange POP3 service is ready. [SABFADEAUABSADAAMQBDAEEAMAAwADAANwAuAGUAdQByAHAAcgBkADAAMQAuAHAAcgBvAGQALgBlAHgAYwBoAGEAbgBnAGUAbABhAGIAcwAuAGMAbwBtAA==]",
    timestamp: null,
    before: { plain: "TOP UIDL USER", sasl: ["PLAIN"] },
    quirks: [],
  },
  "office365-2021": {
    greeting:
      "The Microsoft Exchange POP3 service is ready. [UwBDADEAUABSADgAMABDAEEAMAAxADAANQAuAGwAYQBtAHAAcgBkADgAMAAuAHAAcgBvAGQALgBvAHUAdABsAG8AbwBrAC4AYwBvAG0A]",
    timestamp: null,
    before: { plain: "TOP UIDL USER", sasl: ["PLAIN", "XOAUTH2"] },
    quirks: [],
  },
  "office365-2022-masked": {
    greeting: "The Microsoft Exchange POP3 service is ready. []",
    timestamp: null,
    before: { plain: "TOP UIDL", sasl: ["PLAIN", "XOAUTH2"] },
    quirks: ["unlisted-user"],
  },
  "office365-port110-2022": {
    greeting: "",
    timestamp: null,
    before: { plain: "TOP UIDL STLS" },
    quirks: ["unlisted-user"],
  },
  "plala-2024": {
    greeting: "",
    timestamp: null,
    before: {
      plain: "TOP USER PIPELINING UIDL",
      expire: { days: "never", perUser: false },
      undeclared: ["RESP_CODES"],
    },
    quirks: [],
  },
  "qmail-hsphere-2016": {
    greeting: "<16184.1473445882@mail3.gohsphere.com>",
    timestamp: "<16184.1473445882@mail3.gohsphere.com>",
    before: { plain: "USER TOP UIDL" },
    quirks: [],
  },
  qq: {
    greeting: "XMail POP3 Server v1.0 Service Ready(XMail v1.0)",
    timestamp: null,
    before: null,
    quirks: ["capa-refused"],
  },
  "uw-ipop3d-2000": {
    greeting: "POP3 [xxx.xxx.xxx.xxx] v2000.70 server ready",
    timestamp: null,
    before: { plain: "TOP UIDL USER", sasl: ["LOGIN"], loginDelay: { seconds: 180, perUser: false } },
    quirks: [],
  },
  "yahoo-popgate-0.8": {
    greeting: "hello from popgate-0.8.0.504347 pop108.mail.gq1.yahoo.com",
    timestamp: null,
    before: null,
    quirks: ["capa-refused"],
  },
  "yahoo-popgate-2009": {
    greeting: "hello from popgate 2.43 on pop106.plus.mail.mud.yahoo.com",
    timestamp: null,
    before: {
      plain: "PIPELINING RESP-CODES TOP UIDL USER",
      expire: { days: "never", perUser: false },
      implementation: "popgate 2.43",
    },
    quirks: [],
  },
  "yandex-tls": {
    greeting: "POP Ya! na@11 mIed3u1L1W2h",
    timestamp: null,
    before: null,
    quirks: ["capa-refused"],
  },
  yandex: {
    greeting: "POP Ya! na@8-b74d0a35481b xRKan3s0qW21",
    timestamp: null,
    before: null,
    refused: {
      login: [
        "AUTH",
        "Working without SSL/TLS encryption is not allowed. Please visit https://yandex.ru/support/mail-new/mail-clients/ssl.html  sc=xRKan3s0qW21_180928_8-b74d0a35481b",
      ],
    },
    quirks: ["capa-refused"],
  },
};
