// What an issuer says of itself: its configuration, fetched when it is first needed and once an hour after that.
// OpenID Connect Discovery and RFC 8414. Knows no tokens; who needs an address asks for it each time.
import { isSafeWebAddress } from "../config/web-address.js";
import { askForJson, IssuerFailure, PauseAfterFailure, type JsonObject } from "./oauth-http.js";

/** For how long a document counts. */
const FRESH_MS = 3_600_000;

/** The addresses that are needed of it. */
export type IssuerAddress = "jwks_uri" | "introspection_endpoint";

/** Where the issuer's OpenID configuration lies; clients are told so, too (RFC 7628 §3.2.2). */
export function openIdConfigurationOf(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

/** RFC 8414 §3.1 puts the well-known part before the issuer's path. */
function serverMetadataOf(issuer: string): string {
  const { origin, pathname } = new URL(issuer);
  return `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, "")}`;
}

export class IssuerDiscovery {
  readonly #issuer: string;
  readonly #signal: () => AbortSignal;
  readonly #pause = new PauseAfterFailure();
  #document: JsonObject | null = null;
  #staleMs = 0;
  #fetching: Promise<JsonObject> | null = null;

  /** `signal` makes the deadline of one question. */
  constructor(issuer: string, signal: () => AbortSignal) {
    this.#issuer = issuer;
    this.#signal = signal;
  }

  /** An address of the issuer's. Throws `IssuerFailure` where it cannot be had. */
  async addressOf(name: IssuerAddress): Promise<string> {
    const address = (await this.#current())[name];
    if (typeof address !== "string")
      throw new IssuerFailure(`the configuration of the issuer ${this.#issuer} names no ${name}`);
    if (!isSafeWebAddress(address))
      throw new IssuerFailure(`the configuration of the issuer ${this.#issuer} names a ${name} that is not https`);
    return address;
  }

  async #current(): Promise<JsonObject> {
    if (this.#document !== null && Date.now() < this.#staleMs) return this.#document;
    this.#fetching ??= this.#pause
      .run(async () => this.#fetch())
      .finally(() => {
        this.#fetching = null;
      });
    try {
      this.#document = await this.#fetching;
      this.#staleMs = Date.now() + FRESH_MS;
      return this.#document;
    } catch (error) {
      // Addresses hardly ever change: what was true an hour ago serves until the issuer is back.
      if (this.#document !== null) return this.#document;
      throw error;
    }
  }

  async #fetch(): Promise<JsonObject> {
    const document = await this.#ask(openIdConfigurationOf(this.#issuer)).catch(async (error: unknown) => {
      // Whoever knows nothing of OpenID Connect has no such page; anything else is a failure.
      if (error instanceof IssuerFailure && error.status !== null && [400, 404, 405, 410].includes(error.status))
        return this.#ask(serverMetadataOf(this.#issuer));
      throw error;
    });
    if (document["issuer"] !== this.#issuer) {
      throw new IssuerFailure(
        `the configuration found for the issuer ${this.#issuer} is that of another one; write oauth.issuer exactly as it is named there`,
      );
    }
    return document;
  }

  async #ask(url: string): Promise<JsonObject> {
    return askForJson({ url, signal: this.#signal() });
  }
}
