// Servers of providers, as logs of sessions with them show them. One entry each; what is not in the logs is not imitated.
// Knows nothing of how a list becomes a fault (`scenario.ts`). A scenario that is new goes into the list in `index.ts`.
import { affirms, changes, greets, heads, judges, lists, together, type Scenario } from "./scenario.js";

export const gmail: Scenario = {
  name: "gmail",
  imitates: "Gmail (pop.gmail.com)",
  seen: null,
  source: "jstedfast/MailKit, UnitTests/Net/Pop3/Resources/gmail; OAUTHBEARER: horde/Imap_Client#36",
  shows: [
    "CAPA lists EXPIRE 0 and LOGIN-DELAY 300, PIPELINING after login alone, and USER still after login.",
    "A wrong password is refused with the code AUTH, and AUTH-RESP-CODE is not listed.",
    "OAUTHBEARER and XOAUTH2 take the user's password for a token.",
  ],
  honest:
    "Whether and how Gmail keeps EXPIRE and LOGIN-DELAY was not seen: here both are kept as they are announced, so that a second login within " +
    "300 seconds is refused and a message that was retrieved is gone after QUIT. Texts of other replies.",
  options: together(
    lists({
      first: "+OK Capability list follows",
      before: `
USER
RESP-CODES
EXPIRE 0
LOGIN-DELAY 300
TOP
UIDL
X-GOOGLE-RICO
SASL PLAIN XOAUTH2 OAUTHBEARER`,
      after: `
USER
RESP-CODES
PIPELINING
EXPIRE 0
LOGIN-DELAY 300
TOP
UIDL
X-GOOGLE-RICO`,
    }),
    {
      policies: { loginDelaySeconds: 300, retentionDays: 0 },
      faults: [
        greets("+OK Gpop ready for requests from 127.0.0.1 hv19mb95710270qab"),
        judges({ wrong: "-ERR [AUTH] Username and password not accepted." }),
        // Seen of an empty maildrop alone.
        changes("LIST", ({ text }) => text.replace(/^\+OK messages: 0, octets: 0/, "+OK 0 messages (0 bytes)")),
      ],
    },
  ),
};

export const microsoft365: Scenario = {
  name: "microsoft365",
  imitates: "Microsoft 365 (outlook.office365.com)",
  seen: "2022-08",
  source:
    "kisli/vmime#267 (port 995, 2021-09), IndySockets/Indy#192 (port 110, 2022-08); AUTH: getmail6/getmail6#256, jakartaee/mail-api#461, kazu-yamamoto/Mew#224",
  shows: [
    "XOAUTH2 works in two steps alone: the token on the line of AUTH is answered with -ERR Protocol error, and the connection is closed.",
    "In the clear CAPA lists TOP, UIDL and STLS, and no way to log in.",
    "Neither RESP-CODES nor PIPELINING is listed.",
    "The greeting has brackets that hold no response code.",
    "XOAUTH2 takes the user's password for a token.",
  ],
  honest:
    "Logins in the clear, which are refused here; refusals, which have no code because RESP-CODES is not listed; PLAIN, which works here; the list after " +
    "login, which repeats the one before it; texts of other replies.",
  options: together(
    lists({
      first: "+OK",
      before: `
TOP
UIDL
STLS`,
      secured: `
TOP
UIDL
SASL PLAIN XOAUTH2
USER`,
    }),
    {
      cleartextLogin: "never",
      faults: [
        greets(
          "+OK The Microsoft Exchange POP3 service is ready. [UwBDADEAUABSADgAMABDAEEAMAAxADAANQAuAGwAYQBtAHAAcgBkADgAMAAuAHAAcgBvAGQALgBvAHUAdABsAG8AbwBrAC4AYwBvAG0A]",
        ),
        affirms("STLS", "+OK Begin TLS negotiation."),
        {
          fault: "custom",
          on: ({ keyword, params }) => keyword === "AUTH" && /^XOAUTH2 +\S/i.test(params ?? ""),
          carriedOut: false,
          play: () => ["-ERR Protocol error. Connection is closed. 10\r\n", { ends: "close" }],
        },
      ],
    },
  ),
};

export const aol: Scenario = {
  name: "aol-2018",
  imitates: "AOL for Verizon (jpop 0.1)",
  seen: "2018-11",
  source: "neomutt/neomutt#1427 (client log)",
  shows: ["After login CAPA lists no UIDL; a client that goes by the list refused to work."],
  honest: "UIDL, which works here; the greeting, the list before login, texts of other replies.",
  options: together(
    lists(
      {
        first: "+OK CAPA list follows",
        before: null,
        after: `
IMPLEMENTATION jpop-0.1
TOP
USER
SASL LOGIN PLAIN`,
      },
      ["UIDL"],
    ),
    {
      server: { implementation: "jpop-0.1" },
      faults: [judges({ right: "+OK Maildrop ready, (JPOP server ready)." })],
    },
  ),
};

export const bigfoot: Scenario = {
  name: "bigfoot-2022",
  imitates: "Bigfoot (pop.online.no)",
  seen: "2022-12",
  source: "curl/curl#10073 (client log)",
  shows: ["The greeting has a timestamp, and APOP is refused though the password is right; USER and PASS work."],
  honest: "The list after login, which repeats the one before it; texts of other replies.",
  options: together(
    lists({
      first: "+OK Capability list follows",
      before: `
TOP
USER
RESP-CODES
AUTH-RESP-CODE
EXPIRE NEVER
UIDL
STLS
IMPLEMENTATION Bigfoot-v1`,
    }),
    {
      // For the timestamp.
      sharedSecrets: true,
      faults: [
        greets("+OK POP3 Bigfoot v1.0 server ready <*>"),
        { fault: "reply", on: "APOP", text: "-ERR [AUTH] Invalid password or username" },
      ],
    },
  ),
};

export const o2pl: Scenario = {
  name: "o2pl-2015",
  imitates: "poczta.o2.pl",
  seen: "2015-04",
  source: "jstedfast/MailKit#171 (client log)",
  shows: ["CAPA lists LAST, which is no capability.", "Answers to STLS and AUTH are +OK and nothing more."],
  honest: "LAST, which is refused; the list after login, which repeats the one before it; texts of other replies.",
  options: together(
    lists({
      first: "+OK Capability list follows",
      before: `
LAST
TOP
USER
PIPELINING
UIDL
SASL LOGIN PLAIN
STLS`,
      secured: `
LAST
TOP
USER
PIPELINING
UIDL
SASL LOGIN PLAIN`,
    }),
    { faults: [greets("+OK POP3 ready"), affirms("STLS", "+OK"), affirms("AUTH", "+OK")] },
  ),
};

export const plala: Scenario = {
  name: "plala-2024",
  imitates: "secure.plala.or.jp",
  seen: "2024-03",
  source: "kazu-yamamoto/Mew, pull request 188 (debug log)",
  shows: [
    "CAPA lists RESP_CODES with an underscore, which announces nothing.",
    "The list comes in two segments, its lone dot in the second, which made a client hang.",
  ],
  honest: "The greeting, the list after login, which repeats the one before it, texts of other replies.",
  options: together(
    lists({
      first: "+OK Capability list follows",
      before: `
TOP
USER
RESP_CODES
PIPELINING
EXPIRE NEVER
UIDL`,
    }),
    { faults: [{ fault: "split", on: "CAPA", at: [-3] }] },
  ),
};

export const yandex: Scenario = {
  name: "yandex-2018",
  imitates: "Yandex (pop.yandex.ru)",
  seen: "2018",
  source: "sessions in published notes of about 2017 to 2019",
  shows: [
    "In the clear even USER is refused, with the code AUTH, which there is no credential error.",
    "The answer to a right password is a number of messages and one of octets.",
  ],
  honest:
    "Other logins in the clear, which are refused here, too; CAPA, of which nothing was seen; texts of other replies.",
  options: {
    cleartextLogin: "never",
    faults: [
      greets("+OK POP Ya! na@8-b74d0a35481b xRKan3s0qW21", false),
      greets("+OK POP Ya! na@11 mIed3u1L1W2h", true),
      {
        fault: "reply",
        on: "USER",
        secure: false,
        text: "-ERR [AUTH] Working without SSL/TLS encryption is not allowed. Please visit https://yandex.ru/support/mail-new/mail-clients/ssl.html  sc=xRKan3s0qW21_180928_8-b74d0a35481b",
      },
      { fault: "reply", on: "USER", secure: true, status: "+OK", text: "+OK password, please." },
      judges({ right: (messages, octets) => `+OK ${messages} ${octets}` }),
    ],
  },
};

export const netease: Scenario = {
  name: "netease-163",
  imitates: "NetEase 163.com (Coremail)",
  seen: null,
  source: "sessions in published notes",
  shows: [
    "The greeting and the answer to PASS have brackets that hold no response code.",
    "The first line of LIST begins with two numbers.",
  ],
  honest: "CAPA, of which nothing was seen; refusals, which there are in no readable encoding; texts of other replies.",
  options: {
    faults: [
      greets("+OK Welcome to coremail Mail Pop3 Server (163coms[10774b260cc7a37d26d71b52404dcf5cs])"),
      affirms("USER", "+OK core mail"),
      judges({ right: (messages, octets) => `+OK ${messages} message(s) [${octets} byte(s)]` }),
      heads("LIST", (messages, octets) => `+OK ${messages} ${octets}`),
      affirms("QUIT", "+OK core mail"),
    ],
  },
};
