// Tokens that the issuer is asked about (RFC 7662), and for how long its answers count.
// Decides whether a token is good as things are; what its claims mean for the user is for `oauth-claims.ts`.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileReason } from "../config/file-reason.js";
import type { OAuthConfig } from "../config/oauth.js";
import { refused, type TokenJudgement } from "./oauth-claims.js";
import { askForJson, IssuerFailure, type JsonObject } from "./oauth-http.js";
import { WorkQueue } from "./work-queue.js";

/** Questions at a time, and how many may wait: what a flood of logins makes this server ask of the issuer is bounded. */
const QUESTIONS_AT_ONCE = 16;
const QUESTIONS_WAITING = 500;

/** Answers remembered: about half a KiB each. */
const MOST_REMEMBERED = 10_000;

/** Octets of the longest secret. */
const SECRET_OCTETS = 4096;

export interface IntrospectionOptions {
  readonly config: OAuthConfig;
  /** Where to ask. */
  readonly address: () => Promise<string>;
  /** Makes the deadline of one question. */
  readonly signal: () => AbortSignal;
  readonly judge: (claims: JsonObject) => TokenJudgement;
}

interface Remembered {
  readonly judgement: TokenJudgement;
  readonly endsMs: number;
}

export class Introspection {
  readonly #options: IntrospectionOptions;
  readonly #queue = new WorkQueue(QUESTIONS_AT_ONCE, QUESTIONS_WAITING);
  /** By digest of the token, the oldest first. Only good tokens: a refusal is asked for anew each time. */
  readonly #remembered = new Map<string, Remembered>();
  /** The same token at the same time is one question. */
  readonly #asking = new Map<string, Promise<TokenJudgement>>();

  constructor(options: IntrospectionOptions) {
    this.#options = options;
  }

  /** Throws `IssuerFailure` where the issuer gives no answer of use, and `QueueFull` under a flood. */
  async check(token: string): Promise<TokenJudgement> {
    const digest = createHash("sha256").update(token).digest("base64");
    const remembered = this.#remembered.get(digest);
    if (remembered !== undefined) {
      if (Date.now() < remembered.endsMs) return remembered.judgement;
      this.#remembered.delete(digest);
    }
    const running = this.#asking.get(digest);
    if (running !== undefined) return running;
    const asking = this.#queue
      .run(async () => this.#ask(token, digest))
      .finally(() => {
        this.#asking.delete(digest);
      });
    this.#asking.set(digest, asking);
    return asking;
  }

  async #ask(token: string, digest: string): Promise<TokenJudgement> {
    const [url, authorization] = await Promise.all([this.#options.address(), this.#authorization()]);
    const answer = await askForJson({
      url,
      headers: { authorization },
      form: { token, token_type_hint: "access_token" },
      signal: this.#options.signal(),
    });
    const reason = this.#objection(answer);
    if (reason !== null) return refused(reason);
    const judgement = this.#options.judge(answer);
    if (judgement.user !== null) this.#remember(digest, judgement, numericDate(answer, "exp"));
    return judgement;
  }

  /** What is wrong with the token by the issuer's answer, or null. */
  #objection(answer: JsonObject): string | null {
    const { issuer, audience, clock_tolerance_seconds: tolerance } = this.#options.config;
    if (typeof answer["active"] !== "boolean")
      throw new IssuerFailure("the issuer was asked about a token and did not say whether it is active");
    if (!answer["active"]) return "the issuer calls it inactive";
    const nowSeconds = Date.now() / 1000;
    const expires = numericDate(answer, "exp");
    if (expires !== null && expires <= nowSeconds - tolerance) return "it is expired";
    const begins = numericDate(answer, "nbf");
    if (begins !== null && begins > nowSeconds + tolerance) return "its claim nbf does not fit";
    // The claim may be absent (RFC 7662 §2.2): it was the issuer itself that was asked.
    if (issuer !== undefined && answer["iss"] !== undefined && answer["iss"] !== issuer)
      return "its claim iss does not fit";
    if (audience !== undefined) {
      const { aud } = answer;
      if (aud === undefined) return "it has no claim aud";
      const meantFor: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
      if (!audience.some((name) => meantFor.includes(name))) return "its claim aud does not fit";
    }
    return null;
  }

  #remember(digest: string, judgement: TokenJudgement, expiresSeconds: number | null): void {
    const lifetimeEndsMs = Date.now() + this.#options.config.cache_seconds * 1000;
    const endsMs = expiresSeconds === null ? lifetimeEndsMs : Math.min(lifetimeEndsMs, expiresSeconds * 1000);
    if (endsMs <= Date.now()) return;
    this.#remembered.set(digest, { judgement, endsMs });
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= MOST_REMEMBERED) break;
      this.#remembered.delete(oldest);
    }
  }

  /** Who this server is. The secret is read each time, so a new one counts at once. */
  async #authorization(): Promise<string> {
    const { client_id, client_secret_file: file } = this.#options.config;
    if (file === undefined) throw new TypeError("introspection needs a secret");
    let secret: string;
    try {
      secret = (await readFile(file, "utf8")).trim();
    } catch (error) {
      throw new IssuerFailure(`oauth.client_secret_file: ${file} cannot be read: ${fileReason(error)}`);
    }
    if (!/^[\x20-\x7e]+$/.test(secret) || secret.length > SECRET_OCTETS)
      throw new IssuerFailure(`oauth.client_secret_file: ${file} is not one line of printable ASCII`);
    if (client_id === undefined) return `Bearer ${secret}`;
    const credentials = `${formEncoded(client_id)}:${formEncoded(secret)}`;
    return `Basic ${Buffer.from(credentials, "ascii").toString("base64")}`;
  }
}

/** RFC 6749 §2.3.1: both parts are encoded as forms encode them, before Base64. */
function formEncoded(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}

/** Seconds since 1970, or null where there is no such claim. */
function numericDate(answer: JsonObject, claim: string): number | null {
  const value = answer[claim];
  if (value === undefined) return null;
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new IssuerFailure(`the issuer was asked about a token and answered with an ${claim} that is no number`);
  return value;
}
