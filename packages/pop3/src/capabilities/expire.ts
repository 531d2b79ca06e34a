// EXPIRE: how long messages stay on the server at least (RFC 2449 §6.7).
// Says the policy of the session, and keeps EXPIRE 0 at QUIT. Deleting what has outlived its days is a store's business.
import { type ArgumentGrammar, type Capability, type ClientCapability, declared } from "../contracts/capability.js";
import type { RetentionDays } from "../contracts/policy.js";

/** The argument of an EXPIRE line. */
export interface Retention {
  readonly days: RetentionDays;
  /** The token USER: each user has a value of their own, which CAPA gives after login. */
  readonly perUser: boolean;
}

const argument: ArgumentGrammar<Retention> = {
  text: "server-guaranteed minimum retention days, or NEVER; optionally followed by USER in AUTHORIZATION state",
  parse(params) {
    const [, days, perUser] = /^(\d{1,10}|NEVER)( USER)?$/i.exec(params.join(" ")) ?? [];
    if (days === undefined) return { problem: "a number of days or NEVER is expected, perhaps followed by USER" };
    return { value: { days: days.toUpperCase() === "NEVER" ? "never" : Number(days), perUser: perUser !== undefined } };
  },
  format({ days, perUser }) {
    const period = days === "never" ? "NEVER" : String(days);
    return perUser ? [period, "USER"] : [period];
  },
  meaning({ days, perUser }) {
    const retention =
      days === "never"
        ? "The server deletes no message on its own"
        : days === 0
          ? "Mail may not be left on the server: what was retrieved may be deleted at the end of the session"
          : `A message stays on the server for ${days} ${days === 1 ? "day" : "days"} at least`;
    return perUser
      ? `${retention}; that is the smallest value of all users, and the user's own is listed after login.`
      : `${retention}.`;
  },
};

export const expireClient: ClientCapability<Retention> = {
  tag: "EXPIRE",
  argument,
  commands: [],
  announced: { in: "both", differs: true },
};

export const expire: Capability<Retention> = /* @__PURE__ */ declared(expireClient, {
  name: "expire",
  registration: { date: "1998-11" },
  affects: "none",
  reference: ["RFC 2449"],
  definedIn: "RFC 2449 §6.7",
  discussion:
    "The smallest number of days for which a message stays on the server, whatever else the site's policy says; NEVER says that the server " +
    "deletes nothing, and 0 that mail may not be left there: what was retrieved may be deleted at the end of the session. Where users differ, " +
    "the smallest value that any of them may have is announced before login, followed by USER, and the user's own value after it.",
  checks: [
    {
      id: "expire-before-login",
      level: "SHOULD",
      reference: "RFC 2449 §6.7",
      title: "The retention policy is announced before login.",
      remedy:
        "List EXPIRE before login too: with the shortest time that any user has, and USER behind it where users differ.",
      given: "AUTHORIZATION",
      dialog: `
        C: CAPA
        S: +OK*
        S: ...
        S: EXPIRE *
        S: ...
        S: .`,
    },
    {
      id: "expire-after-login",
      level: "SHOULD",
      reference: "RFC 2449 §6.7",
      title: "The retention policy is announced after login, too.",
      remedy: "List EXPIRE after login too, with the value of the user who has logged in.",
      given: "TRANSACTION",
      dialog: `
        C: CAPA
        S: +OK*
        S: ...
        S: EXPIRE *
        S: ...
        S: .`,
    },
  ],
  available: () => true,
  // The token USER promises a better value after login, so it has no place there.
  value: ({ state, policy }) => ({
    days: policy.retentionDays,
    perUser: state === "AUTHORIZATION" && policy.retentionPerUser,
  }),
  /** "the server MAY assume an implicit DELE for each message which was downloaded with RETR" (RFC 2449 §6.7). */
  beforeUpdate(transaction, { policy }) {
    if (policy.retentionDays === 0) transaction.markAllRetrievedDeleted();
  },
});
