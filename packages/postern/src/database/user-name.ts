// Which names a user may have. The one place where that is decided, for accounts and maildrops alike.
// Whether a name is taken is for `spool-accounts.ts` and `spool-maildrops.ts` to say. Knows no table.

/** Octets of the longest name, in UTF-8: a name must fit on a command line of RFC 2449 §4. */
const NAME_OCTETS = 255;

/** A name that no user may have. The message says what is wrong with it. */
export class UserNameRefused extends Error {
  override readonly name = "UserNameRefused";
}

/** What keeps a name from being a user's, or null. */
export function userNameProblem(name: string): string | null {
  if (name === "") return "a user's name is not empty";
  if (Buffer.byteLength(name) > NAME_OCTETS) return `a user's name has at most ${NAME_OCTETS} octets`;
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(name)) return "a user's name holds no control characters";
  if (!name.isWellFormed()) return "a user's name is well-formed Unicode";
  return null;
}

/** Throws `UserNameRefused` for a name that no user may have. */
export function assertUserName(name: string): void {
  const problem = userNameProblem(name);
  if (problem !== null) throw new UserNameRefused(problem);
}
