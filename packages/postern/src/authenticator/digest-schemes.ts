// The schemes that cost next to nothing: the password itself, and plain or salted digests of it.
// A scheme reads the octets that stand behind its name; how these were written is `password-schemes.ts`'s business.
import { createHash, timingSafeEqual } from "node:crypto";
import { saslprepStored, StringRefused } from "./saslprep.js";
import { SchemeRefused } from "./stored-password.js";
import type { SchemePassword } from "./stored-password.js";

/** The password in the clear. */
export function clearPassword(text: string): SchemePassword {
  let clear: string;
  try {
    clear = saslprepStored(text);
  } catch (error) {
    if (error instanceof StringRefused) throw new SchemeRefused(`the password cannot be used: ${error.message}`);
    throw error;
  }
  const expected = sha256(clear);
  // Digests are compared, because these have the same length always.
  return { effort: null, clear, scram: null, matches: async (password) => timingSafeEqual(sha256(password), expected) };
}

/** A digest of the password. */
export function plainDigest(algorithm: string, octets: number): (stored: Buffer) => SchemePassword {
  return (stored) => {
    if (stored.length !== octets) throw new SchemeRefused(`the digest has ${stored.length} octets and not ${octets}`);
    return digested(algorithm, stored, Buffer.alloc(0));
  };
}

/** A digest of the password and the salt that follows the digest. */
export function saltedDigest(algorithm: string, octets: number): (stored: Buffer) => SchemePassword {
  return (stored) => {
    if (stored.length <= octets) {
      throw new SchemeRefused(`digest and salt have ${stored.length} octets together, and need more than ${octets}`);
    }
    return digested(algorithm, stored.subarray(0, octets), stored.subarray(octets));
  };
}

function digested(algorithm: string, digest: Buffer, salt: Buffer): SchemePassword {
  return {
    effort: null,
    clear: null,
    scram: null,
    matches: async (password) =>
      timingSafeEqual(createHash(algorithm).update(password, "utf8").update(salt).digest(), digest),
  };
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}
