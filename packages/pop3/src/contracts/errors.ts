// The errors that a caller tells apart, by blame and by what he can do about them. Texts say what to do next.
// Knows no reply and no response code: what a client is told of a failure is decided in `server/` and by declarations.

/** Why a maildrop could not be opened, read or updated. */
export type MaildropFailureKind = "in-use" | "temporary" | "permanent";

/** The store could not do what was asked; nothing was lost or half done. */
export class MaildropFailure extends Error {
  override readonly name = "MaildropFailure";
  readonly kind: MaildropFailureKind;

  constructor(kind: MaildropFailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** A rule that a declaration breaks, with the text that makes it a rule. */
export interface RuleBroken {
  /** The template field, or the part of the declaration. */
  readonly field: string;
  readonly problem: string;
  /** `RFC 2449 §9`. */
  readonly rule: string;
}

/** A declaration, or a set of them, that the registry does not accept. Every broken rule is listed. */
export class DeclarationRefused extends Error {
  override readonly name = "DeclarationRefused";
  readonly broken: readonly RuleBroken[];

  constructor(subject: string, broken: readonly RuleBroken[]) {
    super(`${subject}: ${broken.map(({ field, problem, rule }) => `${field}: ${problem} (${rule})`).join("; ")}`);
    this.broken = broken;
  }
}
