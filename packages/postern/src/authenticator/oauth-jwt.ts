// Tokens that are checked here: JSON Web Tokens, signed by a key that the issuer publishes (RFC 7519, RFC 8725, RFC 9068).
// Decides whether a token is genuine; what its claims mean for the user is for `oauth-claims.ts`.
import { createRemoteJWKSet, customFetch, errors, jwtVerify } from "jose";
import type { CryptoKey, FlattenedJWSInput, JWSHeaderParameters, JWTVerifyResult } from "jose";
import type { OAuthConfig } from "../config/oauth.js";
import { refused, type TokenJudgement } from "./oauth-claims.js";
import { askForJson, IssuerFailure, isJsonObject, PauseAfterFailure, type JsonObject } from "./oauth-http.js";

/** How long a key is trusted without looking whether the issuer still publishes it. */
const KEYS_FRESH_MS = 600_000;
/** A token may name a key that is not there: how often new keys are looked for because of that. */
const KEYS_COOLDOWN_MS = 30_000;
/** Keys tried on a token that names none where several fit. */
const KEYS_TRIED = 8;

/** What makes a JWT an access token by `typ`; without one, and by the plain one, it may be (RFC 9068 §4, RFC 8725 §3.11). */
const TYPES: ReadonlySet<string> = new Set(["jwt", "at+jwt", "application/jwt", "application/at+jwt"]);

/** The errors that a token is to blame for. All others are the issuer's, or ours. */
const BLAMED_ON_TOKEN = [
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWKSNoMatchingKey,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
] as const;

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;

export interface JwtCheckOptions {
  readonly config: OAuthConfig;
  /** Where the keys are. */
  readonly address: () => Promise<string>;
  /** Aborts when the service ends. */
  readonly closing: AbortSignal;
  readonly judge: (claims: JsonObject) => TokenJudgement;
}

export class JwtCheck {
  readonly #options: JwtCheckOptions;
  readonly #pause = new PauseAfterFailure();
  #keys: { readonly address: string; readonly set: RemoteKeys } | null = null;

  constructor(options: JwtCheckOptions) {
    this.#options = options;
  }

  /** Throws `IssuerFailure` where the issuer's keys cannot be had. */
  async check(token: string): Promise<TokenJudgement> {
    try {
      const { payload, protectedHeader } = await this.#verified(token);
      const typ: unknown = protectedHeader.typ;
      if (typ !== undefined && !(typeof typ === "string" && TYPES.has(typ.toLowerCase())))
        return refused("it is a JWT of another type");
      return this.#options.judge(payload);
    } catch (error) {
      if (BLAMED_ON_TOKEN.some((kind) => error instanceof kind)) return refused(wordsFor(error as errors.JOSEError));
      if (error instanceof IssuerFailure) throw error;
      // Neither message nor cause is passed on: they may quote the token.
      const code = error instanceof errors.JOSEError ? error.code : error instanceof Error ? error.name : "unknown";
      throw new IssuerFailure(`the keys of the issuer cannot be used (${code})`);
    }
  }

  async #verified(token: string): Promise<JWTVerifyResult> {
    const { issuer, audience, algorithms, clock_tolerance_seconds } = this.#options.config;
    // jose skips the check of what is undefined here.
    if (issuer === undefined || audience === undefined) throw new TypeError("JWTs need an issuer and an audience");
    const options = {
      issuer,
      audience: [...audience],
      algorithms: [...algorithms],
      clockTolerance: clock_tolerance_seconds,
      requiredClaims: ["exp"],
    };
    // jose asks for the key after it has seen that the algorithm is allowed.
    const key = async (header: JWSHeaderParameters, jws: FlattenedJWSInput): Promise<CryptoKey> =>
      (await this.#currentKeys())(header, jws);
    try {
      return await jwtVerify(token, key, options);
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      let tried = 0;
      for await (const candidate of error) {
        if (++tried > KEYS_TRIED) break;
        try {
          return await jwtVerify(token, candidate, options);
        } catch (wrong) {
          if (!(wrong instanceof errors.JWSSignatureVerificationFailed)) throw wrong;
        }
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  }

  async #currentKeys(): Promise<RemoteKeys> {
    const address = await this.#options.address();
    if (this.#keys?.address !== address) this.#keys = { address, set: this.#keysAt(address) };
    return this.#keys.set;
  }

  #keysAt(address: string): RemoteKeys {
    return createRemoteJWKSet(new URL(address), {
      timeoutDuration: this.#options.config.timeout_seconds * 1000,
      cooldownDuration: KEYS_COOLDOWN_MS,
      cacheMaxAge: KEYS_FRESH_MS,
      [customFetch]: async (url, { signal }) =>
        this.#pause.run(async () => {
          const document = await askForJson({
            url,
            headers: { accept: "application/json, application/jwk-set+json" },
            signal: AbortSignal.any([signal, this.#options.closing]),
          });
          const keys = document["keys"];
          if (!Array.isArray(keys) || !keys.every(isJsonObject))
            throw new IssuerFailure(`${url} answered something else than a set of keys`);
          return Response.json({ keys });
        }),
    });
  }
}

/** In words that hold nothing out of the token: claims are named only where jose knows them. */
function wordsFor(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return "it is expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.reason === "missing" ? `it has no claim ${error.claim}` : `its claim ${error.claim} does not fit`;
  }
  if (error instanceof errors.JWKSNoMatchingKey) return "it is signed by a key that the issuer does not publish";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "its signature is wrong";
  if (error instanceof errors.JOSEAlgNotAllowed) return "its algorithm is not among oauth.algorithms";
  return "it is no signed JWT";
}
