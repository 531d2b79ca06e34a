// The cases of the authenticator suite for SCRAM verifiers and shared secrets, which not every source of accounts has.
// Knows no mechanism: what a proof would be compared with is computed here from the password, by RFC 5802 §3.
import assert from "node:assert/strict";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import type { Authenticator, CredentialKind, ScramHash, ScramVerifier } from "../contracts/authenticator.js";

/** A case before the suite gives it an authenticator that holds `accounts`. */
export interface AuthenticatorCase {
  readonly name: string;
  body(authenticator: Authenticator, accounts: Readonly<Record<string, string>>): Promise<void>;
}

const algorithms: Readonly<
  Record<ScramHash, { readonly name: string; readonly octets: number; readonly kind: CredentialKind }>
> = {
  "SHA-1": { name: "sha1", octets: 20, kind: "scram-sha-1" },
  "SHA-256": { name: "sha256", octets: 32, kind: "scram-sha-256" },
};

/** Names that no account has, some of them to be broken by. */
const STRANGERS = ["nobody", "", "alice\0", "ALICE ", "__proto__", "constructor", "x".repeat(64 * 1024)];

/** The keys that a password gives with a verifier's salt and iterations. */
function keysOf(password: string, hash: ScramHash, { salt, iterations }: ScramVerifier): [Uint8Array, Uint8Array] {
  const { name, octets } = algorithms[hash];
  const salted = pbkdf2Sync(password, salt, iterations, octets, name);
  const clientKey = createHmac(name, salted).update("Client Key").digest();
  return [createHash(name).update(clientKey).digest(), createHmac(name, salted).update("Server Key").digest()];
}

function hex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

function shown({ user, salt, iterations, storedKey, serverKey }: ScramVerifier): readonly (string | number | null)[] {
  return [user, hex(salt), iterations, hex(storedKey), hex(serverKey)];
}

/** What a client sees before it has proved anything (RFC 5802 §5). */
function visibleForm({ salt, iterations, storedKey, serverKey }: ScramVerifier): readonly number[] {
  return [salt.length, iterations, storedKey.length, serverKey.length];
}

/** For a source in which every account has a verifier for that hash function. */
export function scramCases(hash: ScramHash): readonly AuthenticatorCase[] {
  const { octets, kind } = algorithms[hash];
  const verifierOf = async (authenticator: Authenticator, name: string): Promise<ScramVerifier> =>
    authenticator.scramVerifier!(name, hash);
  return [
    {
      name: `SCRAM-${hash}: it is offered, and the verifier of an account fits its password and no other`,
      async body(authenticator, accounts) {
        assert.equal(authenticator.offers?.(kind), true);
        for (const [name, password] of Object.entries(accounts)) {
          const verifier = await verifierOf(authenticator, name);
          assert.equal(verifier.user, name);
          assert.ok(verifier.iterations >= 4096, "RFC 5802 §5.1 asks for 4096 iterations");
          assert.ok(verifier.salt.length >= 8);
          const [storedKey, serverKey] = keysOf(password, hash, verifier);
          assert.equal(hex(verifier.storedKey), hex(storedKey));
          assert.equal(hex(verifier.serverKey), hex(serverKey));
          assert.notEqual(hex(verifier.storedKey), hex(keysOf(`${password}x`, hash, verifier)[0]));
        }
      },
    },
    {
      name: `SCRAM-${hash}: the verifier of an account is the same each time, and no two have one salt`,
      async body(authenticator, accounts) {
        const salts = new Set<string>();
        for (const name of Object.keys(accounts)) {
          const verifier = await verifierOf(authenticator, name);
          assert.deepEqual(shown(await verifierOf(authenticator, name)), shown(verifier));
          salts.add(hex(verifier.salt));
        }
        assert.equal(salts.size, Object.keys(accounts).length);
      },
    },
    {
      name: `SCRAM-${hash}: an unknown name has something that looks like a verifier, the same each time, and no password fits it`,
      async body(authenticator, accounts) {
        const known = await verifierOf(authenticator, "alice");
        const salts = new Set([hex(known.salt)]);
        for (const name of STRANGERS) {
          const verifier = await verifierOf(authenticator, name);
          assert.equal(verifier.user, null, JSON.stringify(name.slice(0, 20)));
          assert.deepEqual(shown(await verifierOf(authenticator, name)), shown(verifier));
          assert.deepEqual(visibleForm(verifier), visibleForm(known));
          salts.add(hex(verifier.salt));
          for (const password of ["", ...Object.values(accounts)]) {
            assert.notEqual(hex(verifier.storedKey), hex(keysOf(password, hash, verifier)[0]));
          }
        }
        assert.equal(salts.size, STRANGERS.length + 1, "each name has a salt of its own");
        assert.equal(known.storedKey.length, octets);
      },
    },
    {
      name: `SCRAM-${hash}: verifiers asked for at the same time do not mix`,
      async body(authenticator, accounts) {
        const names = [...Object.keys(accounts), "nobody", ...Object.keys(accounts), "nobody"];
        const together = await Promise.all(names.map(async (name) => verifierOf(authenticator, name)));
        for (const [at, name] of names.entries()) {
          assert.deepEqual(shown(together[at]!), shown(await verifierOf(authenticator, name)));
          assert.equal(together[at]!.user, name === "nobody" ? null : name);
        }
      },
    },
  ];
}

/** For a source that keeps the password of every account as a shared secret. */
export const secretCases: readonly AuthenticatorCase[] = [
  {
    name: "shared secrets: they are offered, and each is its account's own, asked for one by one or at once",
    async body(authenticator, accounts) {
      assert.equal(authenticator.offers?.("secret"), true);
      const asked = Object.keys(accounts).map(async (name) => authenticator.sharedSecret!(name));
      for (const [at, [user, secret]] of Object.entries(accounts).entries()) {
        assert.deepEqual(await asked[at], { user, secret });
        assert.deepEqual(await authenticator.sharedSecret!(user), { user, secret });
      }
    },
  },
  {
    name: "shared secrets: an unknown name has none",
    async body(authenticator) {
      for (const name of STRANGERS) assert.equal(await authenticator.sharedSecret!(name), null);
    },
  },
];

/** For a source that keeps none. */
export const noSecretCases: readonly AuthenticatorCase[] = [
  {
    name: "shared secrets: where none is kept, none is offered and none is given",
    async body(authenticator, accounts) {
      assert.notEqual(authenticator.offers?.("secret"), true);
      for (const name of [...Object.keys(accounts), "nobody"]) {
        assert.equal((await authenticator.sharedSecret?.(name)) ?? null, null);
      }
    },
  },
];
