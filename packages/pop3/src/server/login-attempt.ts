// What one attempt to log in shows of itself while a mechanism asks the authenticator: the name and the secret that were tried.
// The penalties live on it; nothing else learns the secret. Knows no command and no mechanism.
import type { Authenticator } from "../contracts/authenticator.js";
import type { Penalties, PenaltyTicket } from "./penalties.js";

export class LoginAttempt {
  /** What the client calls itself; empty until it says so. */
  name: string;
  /** The authenticator has said no; the mechanism may have more to say before its end. */
  refused = false;
  readonly #penalties: Penalties;
  readonly #address: string;
  readonly #gone: () => boolean;
  #secret: string | null = null;
  #ticket: PenaltyTicket | null = null;

  constructor(penalties: Penalties, address: string, name: string, gone: () => boolean) {
    this.#penalties = penalties;
    this.#address = address;
    this.#gone = gone;
    this.name = name;
  }

  /** Waits for this address's turn to have credentials looked at. Throws where too many wait already. */
  async begin(name: string, secret: string | null): Promise<void> {
    this.name = name;
    this.#secret = secret;
    this.#ticket ??= await this.#penalties.enter(this.#address, name, this.#gone);
  }

  /** Lets others have the turn while the client takes its time, or takes all of it; then waits for one again, if it had one. */
  async awaiting<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const hadTurn = this.#ticket !== null;
    this.abandon();
    this.#ticket = null;
    const given = await answer;
    if (hadTurn && !this.#gone()) this.#ticket = await this.#penalties.enter(this.#address, this.name, this.#gone);
    return given;
  }

  succeed(): void {
    this.#ticket?.succeed(this.name);
  }

  /** Resolves when the client may hear of it. */
  async fail(): Promise<void> {
    this.#ticket ??= await this.#penalties.enter(this.#address, this.name, this.#gone);
    await this.#ticket.fail(this.name, this.#secret);
  }

  /** There was no verdict. */
  abandon(): void {
    this.#ticket?.abandon();
  }
}

/** The authenticator, with every question about credentials noted in the attempt first. */
export function watched(authenticator: Authenticator, attempt: LoginAttempt): Authenticator {
  return {
    async verifyPassword(name, password) {
      await attempt.begin(name, password);
      return authenticator.verifyPassword(name, password);
    },
    async scramVerifier(name, hash) {
      await attempt.begin(name, null);
      return authenticator.scramVerifier!(name, hash);
    },
    async sharedSecret(name) {
      await attempt.begin(name, null);
      return authenticator.sharedSecret!(name);
    },
    async verifyToken(token, name) {
      await attempt.begin(name ?? "", token);
      const verdict = await authenticator.verifyToken!(token, name);
      attempt.refused = verdict.user === null;
      return verdict;
    },
    async userOfCertificate(certificate) {
      await attempt.begin(certificate.commonName ?? "", certificate.fingerprint);
      return authenticator.userOfCertificate!(certificate);
    },
    async anonymousUser() {
      await attempt.begin("", null);
      return authenticator.anonymousUser!();
    },
    async authorize(user, identity) {
      return (await authenticator.authorize?.(user, identity)) ?? null;
    },
  };
}
