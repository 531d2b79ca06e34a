// Whether EXPIRE is true: what stays behind QUIT, and what may go (RFC 2449 §6.7).
// That it is listed where it should be is the declaration's own to check. How many days really pass, nobody waits for.
import { expire, type Retention } from "../../capabilities/expire.js";
import type { ConformanceCheck } from "../check.js";
import { CheckFailed, NotTested, Undecided } from "../outcome.js";
import { retrieved } from "../samples.js";
import { SAMPLE_OCTETS } from "../subject.js";
import { announced } from "./announcements.js";
import { contentsOf, lost, named } from "./contents.js";
import { shown } from "./lines.js";
import { asked } from "./marks.js";

export const expireChecks: readonly ConformanceCheck[] = [
  {
    id: "expire-smallest",
    tag: "EXPIRE",
    level: "MUST",
    reference: "RFC 2449 §6.7",
    title: "The retention that is announced before login is the smallest: no user has a smaller one after it.",
    remedy: "List the smallest number of days that any user can have before login.",
    given: "TRANSACTION",
    async prove(proof) {
      const { before, after } = await announced(proof, expire);
      if (after === undefined) throw new NotTested("EXPIRE is not announced after login");
      if (daysOf(after) < daysOf(before))
        throw new CheckFailed(`EXPIRE is ${before.days} before login, and ${after.days} after it`);
    },
  },
  {
    id: "expire-per-user",
    tag: "EXPIRE",
    level: "SHOULD",
    reference: "RFC 2449 §6.7",
    title:
      "USER stands behind EXPIRE before login where the value differs after it, and then there is a value after it.",
    remedy: "List EXPIRE with USER behind it before login where users differ, and the user's own value after login.",
    given: "TRANSACTION",
    async prove(proof) {
      const { before, after } = await announced(proof, expire);
      if (before.perUser && after === undefined)
        throw new CheckFailed("EXPIRE has USER behind it before login, and is not listed after it");
      if (after !== undefined && after.days !== before.days && !before.perUser)
        throw new CheckFailed(`EXPIRE is ${before.days} before login and ${after.days} after it, and USER is missing`);
    },
  },
  {
    id: "expire-kept",
    tag: "EXPIRE",
    level: "MUST",
    reference: "RFC 2449 §6.7",
    title: "Unless EXPIRE is 0, a message that was retrieved is still there in the next session.",
    remedy: "Delete nothing before the announced days have passed, also what was retrieved; or announce EXPIRE 0.",
    effect: "deletes",
    given: "TRANSACTION",
    async prove(proof) {
      proof.requireAnnounced("EXPIRE");
      if (proof.facts.argument(expire)?.days === 0) throw new NotTested("EXPIRE is 0: what is retrieved may go");
      const session = await proof.ownSession();
      const before = await contentsOf(proof, session);
      const small = before.find(({ octets }) => octets <= SAMPLE_OCTETS);
      if (small === undefined) throw new NotTested("the maildrop holds no message of up to 256 KiB");
      await retrieved(session, small.number);
      await asked(session, "QUIT");
      await proof.end(session);
      const [gone] = lost([small], await contentsOf(proof, await proof.ownSession()));
      if (gone !== undefined)
        throw new CheckFailed(`${named(gone)} was retrieved, not deleted, and is gone behind QUIT`);
    },
  },
  {
    id: "expire-zero-others",
    tag: "EXPIRE",
    level: "MUST",
    reference: "RFC 2449 §6.7",
    title:
      "Where EXPIRE is 0, QUIT deletes at most what RETR has sent: nothing else, and nothing that TOP alone has shown.",
    remedy: "Treat only messages that RETR has sent as deleted at QUIT.",
    effect: "deletes",
    given: "TRANSACTION",
    async prove(proof) {
      proof.requireAnnounced("EXPIRE");
      if (proof.facts.argument(expire)?.days !== 0) throw new NotTested("EXPIRE is not 0");
      const session = await proof.ownSession();
      const [first, ...others] = await contentsOf(proof, session);
      if (first === undefined || others.length === 0) throw new NotTested("the maildrop holds fewer than two messages");
      await retrieved(session, first.number);
      if (proof.facts.lists("TOP")) await session.multi(`TOP ${others[0]!.number} 0`, "message");
      const { status, line } = await session.ask("QUIT");
      if (status !== "+OK") throw new Undecided(`QUIT was answered ${shown(line)}`);
      await proof.end(session);
      const [gone] = lost(others, await contentsOf(proof, await proof.ownSession()));
      if (gone !== undefined) throw new CheckFailed(`${named(gone)} is gone behind QUIT, and RETR had not sent it`);
    },
  },
];

/** For comparing; NEVER is longer than any. */
function daysOf({ days }: Retention): number {
  return days === "never" ? Number.POSITIVE_INFINITY : days;
}
