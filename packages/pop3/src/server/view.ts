// What a session looks like to declarations, at one moment. Made anew when a fact changes; what costs something is found out when
// somebody asks, because most sessions never ask.
import type { Language } from "../contracts/language.js";
import type { OverallPolicy } from "../contracts/policy.js";
import type { SessionView, State } from "../contracts/session.js";
import { offers } from "./offers.js";
import type { SessionSettings } from "./settings.js";

/** The facts that a view is made of. */
export interface SessionNow {
  readonly state: State;
  readonly secure: boolean;
  /** Channel bindings can be had. */
  bindable(): boolean;
  /** The client showed a certificate that was accepted. */
  certified(): boolean;
  readonly remoteAddress: string;
  readonly timestamp: string | null;
  readonly utf8: boolean;
  /** The policy of the session's user as it was at login; null before. */
  readonly policy: OverallPolicy | null;
}

export class View implements SessionView {
  readonly state: State;
  readonly secure: boolean;
  readonly timestamp: string | null;
  readonly utf8: boolean;
  readonly #settings: SessionSettings;
  readonly #now: SessionNow;
  #mechanisms: readonly string[] | null = null;
  #policy: OverallPolicy | null;

  constructor(settings: SessionSettings, now: SessionNow) {
    this.#settings = settings;
    this.#now = now;
    this.state = now.state;
    this.secure = now.secure;
    this.timestamp = now.timestamp;
    this.utf8 = now.utf8;
    this.#policy = now.policy;
  }

  get canStartTls(): boolean {
    return !this.secure && this.#settings.secureContext !== null;
  }

  get passwordLogin(): boolean {
    return this.#passwordMayTravel && offers(this.#settings.authenticator, "password");
  }

  get mechanisms(): readonly string[] {
    this.#mechanisms ??= this.#settings.mechanisms
      .filter(
        ({ credentials, revealsSecret, bindsChannel }) =>
          (!revealsSecret || this.#passwordMayTravel) &&
          (!bindsChannel || this.#now.bindable()) &&
          (credentials !== "certificate" || this.#now.certified()) &&
          offers(this.#settings.authenticator, credentials),
      )
      .map(({ name }) => name);
    return this.#mechanisms;
  }

  get implementation(): string | null {
    const { implementation, implementationAfterLogin } = this.#settings;
    return implementationAfterLogin && this.state === "AUTHORIZATION" ? null : implementation;
  }

  get policy(): OverallPolicy {
    this.#policy ??= this.#settings.policies.overall();
    return this.#policy;
  }

  get utf8Names(): boolean {
    return this.#settings.prepare !== null;
  }

  get languages(): readonly Language[] {
    return this.#settings.languages;
  }

  get #passwordMayTravel(): boolean {
    return this.secure || this.#settings.cleartextLogin(this.#now.remoteAddress);
  }
}
