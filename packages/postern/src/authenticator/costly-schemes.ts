// The schemes that take time by design: Argon2, bcrypt, SHA-crypt and the verifiers of SCRAM. Their costs have an upper bound:
// who writes the file is trusted, but a number mistyped must be an error at loading and not a server that stands still.
import { timingSafeEqual } from "node:crypto";
import { scramVerifierOf, type ScramHash } from "@postern/pop3/server";
import { MOST_SCRAM_ITERATIONS } from "../config/authentication.js";
import type { CryptThread } from "./crypt-thread.js";
import { costOf, isPasswordOf } from "./password-hash.js";
import { parseDovecotVerifier } from "./scram-verifier.js";
import { SchemeRefused } from "./stored-password.js";
import type { SchemePassword } from "./stored-password.js";

/** bcrypt's cost is a power of two; at 15 a comparison takes two seconds. */
const MOST_BCRYPT_COST = 15;

/** Less the algorithm does not allow; the most take a second and a half. */
const LEAST_SHA_ROUNDS = 1000;
const MOST_SHA_ROUNDS = 1_000_000;

const USUAL_SHA_ROUNDS = 5000;

export function argon2Password(text: string): SchemePassword {
  const cost = costOf(text);
  if (cost === null) {
    throw new SchemeRefused(
      "this is no Argon2 hash in PHC form ($argon2id$v=19$m=…,t=…,p=…$salt$hash), or one of absurd cost",
    );
  }
  return {
    effort: { family: "argon2", cost: cost.memoryKiB * cost.passes },
    clear: null,
    scram: null,
    matches: (password) => isPasswordOf(password, text),
  };
}

export function bcryptPassword(text: string, thread: CryptThread): SchemePassword {
  const [, digits] = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(text) ?? [];
  if (digits === undefined) throw new SchemeRefused("this is no bcrypt hash ($2y$cost$…, 60 characters)");
  const cost = Number(digits);
  if (cost < 4 || cost > MOST_BCRYPT_COST) {
    throw new SchemeRefused(`the cost of a bcrypt hash is ${cost}, and 4 to ${MOST_BCRYPT_COST} are taken`);
  }
  return {
    effort: { family: "bcrypt", cost },
    clear: null,
    scram: null,
    matches: (password) => thread.isPasswordOf("bcrypt", password, text),
  };
}

export function shaCryptPassword(id: "5" | "6"): (text: string, thread: CryptThread) => SchemePassword {
  const form = new RegExp(
    `^\\$${id}\\$(?:rounds=([1-9]\\d{0,8})\\$)?[!-#%-9;-~]{0,16}\\$[./0-9A-Za-z]{${id === "5" ? 43 : 86}}$`,
  );
  return (text, thread) => {
    const match = form.exec(text);
    if (match === null)
      throw new SchemeRefused(`this is no ${id === "5" ? "SHA-256" : "SHA-512"} crypt hash ($${id}$salt$…)`);
    const rounds = Number(match[1] ?? USUAL_SHA_ROUNDS);
    if (rounds < LEAST_SHA_ROUNDS || rounds > MOST_SHA_ROUNDS) {
      throw new SchemeRefused(`rounds=${rounds} is out of range: ${LEAST_SHA_ROUNDS} to ${MOST_SHA_ROUNDS} are taken`);
    }
    return {
      effort: { family: "sha-crypt", cost: rounds * (id === "6" ? 2 : 1) },
      clear: null,
      scram: null,
      matches: (password) => thread.isPasswordOf("sha-crypt", password, text),
    };
  };
}

/** Whatever crypt(3) may have made: the beginning tells. */
export function cryptPassword(text: string, thread: CryptThread): SchemePassword {
  if (/^\$2[a-z]?\$/.test(text)) return bcryptPassword(text, thread);
  if (text.startsWith("$5$")) return shaCryptPassword("5")(text, thread);
  if (text.startsWith("$6$")) return shaCryptPassword("6")(text, thread);
  if (text.startsWith("$argon2")) return argon2Password(text);
  const kind = unusable.find(([beginning]) => beginning.test(text))?.[1];
  throw new SchemeRefused(
    kind === undefined
      ? "this is no password hash; where the password is written in the clear, put {PLAIN} in front of it"
      : `${kind} cannot be checked here: set a new password`,
  );
}

const unusable: readonly (readonly [RegExp, string])[] = [
  [/^\$(?:1|apr1)\$/, "a hash by MD5"],
  [/^\$g?y\$/, "a hash by yescrypt"],
  [/^\$7\$/, "a hash by scrypt"],
  [/^(?:_[./0-9A-Za-z]{19}|[./0-9A-Za-z]{13})$/, "a hash by DES"],
];

export function scramPassword(hash: ScramHash): (text: string) => SchemePassword {
  return (text) => {
    const verifier = parseDovecotVerifier(hash, text);
    if (verifier === null) {
      throw new SchemeRefused(
        `this is no verifier for SCRAM-${hash} (iterations,salt,storedKey,serverKey; up to ${MOST_SCRAM_ITERATIONS} iterations)`,
      );
    }
    const { salt, iterations, storedKey } = verifier;
    return {
      effort: { family: "pbkdf2", cost: iterations },
      clear: null,
      scram: { hash, verifier },
      matches: async (password) =>
        timingSafeEqual((await scramVerifierOf(password, hash, salt, iterations)).storedKey, storedKey),
    };
  };
}
