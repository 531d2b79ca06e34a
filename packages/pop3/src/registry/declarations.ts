// Declarations by their tags and response codes: what both ends of a connection look up in them.
// Judges no declaration and serves nothing; `registry.ts` does both, and only those that serve need it.
import type { AnyClientCapability } from "../contracts/capability.js";
import type { ResponseCode } from "../contracts/response-code.js";
import { knownResponseCode } from "../protocol/response-code.js";

/** A set of declarations. Where two have the same tag, the first is found. */
export class Declarations<Declared extends AnyClientCapability = AnyClientCapability> {
  readonly capabilities: readonly Declared[];
  /** All declared response codes. */
  readonly responseCodes: readonly ResponseCode[];
  readonly #byTag: ReadonlyMap<string, Declared>;

  constructor(capabilities: readonly Declared[]) {
    this.capabilities = capabilities;
    this.responseCodes = capabilities.flatMap((capability) => capability.responseCodes ?? []);
    const byTag = new Map<string, Declared>();
    for (const capability of capabilities) {
      const tag = capability.tag?.toUpperCase();
      if (tag !== undefined && !byTag.has(tag)) byTag.set(tag, capability);
    }
    this.#byTag = byTag;
  }

  /** The declaration of a tag, in any case; also where it is not served. */
  capability(tag: string): Declared | undefined {
    return this.#byTag.get(tag.toUpperCase());
  }

  /** The declaration that a received response code means, by its longest known prefix (RFC 2449 §8). */
  responseCode(received: string): ResponseCode | undefined {
    const known = knownResponseCode(
      received,
      this.responseCodes.map(({ code }) => code),
    );
    return this.responseCodes.find(({ code }) => code === known);
  }
}
