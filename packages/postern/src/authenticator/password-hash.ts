// Passwords as they are stored: Argon2id in the PHC string format. Computed in the thread pool, never on the event loop.
// Knows no accounts and no database.
import { argon2, randomBytes, timingSafeEqual, type Argon2Parameters } from "node:crypto";
import { promisify } from "node:util";

/** What one computation costs. */
export interface HashCost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

/** OWASP's password storage recommendation for Argon2id. */
export const HASH_COST: HashCost = { memoryKiB: 19_456, passes: 2, lanes: 1 };

const SALT_OCTETS = 16;
const TAG_OCTETS = 32;

interface StoredHash {
  readonly cost: HashCost;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

const compute: (algorithm: "argon2id", parameters: Argon2Parameters) => Promise<Buffer> = promisify(argon2);

/** A new hash with a salt of its own. */
export async function hashPassword(password: string, cost: HashCost = HASH_COST): Promise<string> {
  const salt = randomBytes(SALT_OCTETS);
  const tag = await derive(password, cost, salt, TAG_OCTETS);
  return format({ cost, salt, tag });
}

/** Whether the hash was made from this password. Throws where the hash is malformed. */
export async function isPasswordOf(password: string, hash: string): Promise<boolean> {
  const { cost, salt, tag } = parse(hash);
  return timingSafeEqual(await derive(password, cost, salt, tag.length), tag);
}

/** A hash that no password has, and that costs as much to compare with as any other. */
export function impossibleHash(cost: HashCost = HASH_COST): string {
  return format({ cost, salt: randomBytes(SALT_OCTETS), tag: randomBytes(TAG_OCTETS) });
}

/** Whether the hash was made at a lower cost than is asked for now. */
export function isOutdated(hash: string, wanted: HashCost = HASH_COST): boolean {
  const { cost } = parse(hash);
  return cost.memoryKiB < wanted.memoryKiB || cost.passes < wanted.passes || cost.lanes < wanted.lanes;
}

async function derive(password: string, cost: HashCost, salt: Buffer, tagOctets: number): Promise<Buffer> {
  return compute("argon2id", {
    message: Buffer.from(password, "utf8"),
    nonce: salt,
    memory: cost.memoryKiB,
    passes: cost.passes,
    parallelism: cost.lanes,
    tagLength: tagOctets,
  });
}

function format({ cost, salt, tag }: StoredHash): string {
  return `$argon2id$v=19$m=${cost.memoryKiB},t=${cost.passes},p=${cost.lanes}$${base64(salt)}$${base64(tag)}`;
}

function parse(hash: string): StoredHash {
  const [, memory, passes, lanes, salt, tag] =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/.exec(
      hash,
    ) ?? [];
  if (salt === undefined || tag === undefined) {
    throw new TypeError("a stored password hash is malformed; set the user's password anew with `postern user passwd`");
  }
  return {
    cost: { memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

/** Without padding, as the PHC string format asks. */
function base64(octets: Buffer): string {
  return octets.toString("base64").replaceAll("=", "");
}
