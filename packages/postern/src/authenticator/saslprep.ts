// SASLprep (RFC 4013): brings names and passwords to the one form in which they are compared, whatever a keyboard made of them.
// Logins use the form for queries, everything that stores a name or a password the form for stored strings. Knows no accounts.
import type { StringPreparation } from "@postern/pop3/server";
import prepare from "@mongodb-js/saslprep";

/** Characters of the longest text that is prepared; names and passwords are far shorter. */
const MOST_CHARACTERS = 4096;

/** A text that may be no name and no password. The message says why, and holds nothing of the text. */
export class StringRefused extends Error {
  override readonly name = "StringRefused";
}

/** For what a client sends: code points that Unicode 3.2 left unassigned are allowed (RFC 3454 §7). Throws `StringRefused`. */
export const saslprep: StringPreparation = (text) => prepared(text, true);

/** For what is stored: unassigned code points are refused, because a later Unicode may compare them otherwise. Throws `StringRefused`. */
export const saslprepStored: StringPreparation = (text) => prepared(text, false);

function prepared(text: string, allowUnassigned: boolean): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  if (text.length > MOST_CHARACTERS) throw new StringRefused(`it has more than ${MOST_CHARACTERS} characters`);
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new StringRefused("it holds control characters");
  let result: string;
  try {
    result = prepare(text, { allowUnassigned });
  } catch (error) {
    throw new StringRefused(
      allowUnassigned || !isPrepared(text)
        ? "it holds characters that may not be used (RFC 4013 §2.3), or mixes directions of writing"
        : "it holds characters that are newer than SASLprep (RFC 4013 §2.5), as many emoji are",
      { cause: error },
    );
  }
  if (result === "") throw new StringRefused("it has characters without a meaning of their own only");
  return result;
}

/** Whether a query with this text would be prepared. */
function isPrepared(text: string): boolean {
  try {
    prepare(text, { allowUnassigned: true });
    return true;
  } catch {
    return false;
  }
}
