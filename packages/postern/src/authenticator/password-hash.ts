// Passwords as they are stored: Argon2id in the PHC string format, and Argon2i where another program made the hash.
// Computed in the thread pool, never on the event loop. Knows no accounts and no database.
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

/** The most that a stored hash may ask for: more is a number mistyped, and would take the machine's memory. */
const MOST: HashCost = { memoryKiB: 1_048_576, passes: 100, lanes: 64 };

type Variant = "argon2id" | "argon2i";

interface StoredHash {
  readonly variant: Variant;
  readonly cost: HashCost;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

const compute: (algorithm: Variant, parameters: Argon2Parameters) => Promise<Buffer> = promisify(argon2);

/** A new hash with a salt of its own. */
export async function hashPassword(password: string, cost: HashCost = HASH_COST): Promise<string> {
  const salt = randomBytes(SALT_OCTETS);
  const tag = await derive(password, "argon2id", cost, salt, TAG_OCTETS);
  return format({ variant: "argon2id", cost, salt, tag });
}

/** Whether the hash was made from this password. Throws where the hash is malformed. */
export async function isPasswordOf(password: string, hash: string): Promise<boolean> {
  const { variant, cost, salt, tag } = parse(hash);
  return timingSafeEqual(await derive(password, variant, cost, salt, tag.length), tag);
}

/** What comparing with the hash costs, or null where it is malformed or asks for more than anybody means. */
export function costOf(hash: string): HashCost | null {
  return read(hash)?.cost ?? null;
}

/** A hash that no password has, and that costs as much to compare with as any other. */
export function impossibleHash(cost: HashCost = HASH_COST): string {
  return format({ variant: "argon2id", cost, salt: randomBytes(SALT_OCTETS), tag: randomBytes(TAG_OCTETS) });
}

/** Whether the hash was made at a lower cost than is asked for now. */
export function isOutdated(hash: string, wanted: HashCost = HASH_COST): boolean {
  const { variant, cost } = parse(hash);
  if (variant !== "argon2id") return true;
  return cost.memoryKiB < wanted.memoryKiB || cost.passes < wanted.passes || cost.lanes < wanted.lanes;
}

async function derive(
  password: string,
  variant: Variant,
  cost: HashCost,
  salt: Buffer,
  tagOctets: number,
): Promise<Buffer> {
  return compute(variant, {
    message: Buffer.from(password, "utf8"),
    nonce: salt,
    memory: cost.memoryKiB,
    passes: cost.passes,
    parallelism: cost.lanes,
    tagLength: tagOctets,
  });
}

function format({ variant, cost, salt, tag }: StoredHash): string {
  return `$${variant}$v=19$m=${cost.memoryKiB},t=${cost.passes},p=${cost.lanes}$${base64(salt)}$${base64(tag)}`;
}

function parse(hash: string): StoredHash {
  const stored = read(hash);
  if (stored === null) {
    throw new TypeError("a stored password hash is malformed; set the user's password anew with `postern user passwd`");
  }
  return stored;
}

function read(hash: string): StoredHash | null {
  const [, variant, memory, passes, lanes, salt, tag] =
    /^\$(argon2id|argon2i)\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/.exec(
      hash,
    ) ?? [];
  if (variant === undefined || salt === undefined || tag === undefined) return null;
  const cost: HashCost = { memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes) };
  const asked = [cost.passes, cost.lanes, cost.memoryKiB / (8 * cost.lanes)];
  if (asked.some((part) => part < 1) || cost.memoryKiB > MOST.memoryKiB) return null;
  if (cost.passes > MOST.passes || cost.lanes > MOST.lanes) return null;
  return {
    variant: variant as Variant,
    cost,
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

/** Without padding, as the PHC string format asks. */
function base64(octets: Buffer): string {
  return octets.toString("base64").replaceAll("=", "");
}
