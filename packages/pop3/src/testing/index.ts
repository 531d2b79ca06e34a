// The door `@postern/pop3/testing`: contract suites for stores, authenticators and policies, and a peer to test servers with.
// Exports and nothing else: other programs test their stores and authenticators through it. The single cases stay inside.
export { authenticatorContract, type AuthenticatorHarness, type AuthenticatorSubject } from "./authenticator-suite.js";
export type { ContractCase } from "./contract-case.js";
export { failedLoginsContract, type FailedLoginsHarness, type FailedLoginsSubject } from "./failed-logins-suite.js";
export { DialogMismatch, playDialog } from "../wire/dialog-player.js";
export { maildropContract, type MaildropHarness, type MaildropSubject } from "./maildrop-suite.js";
export { policiesContract, type PoliciesHarness, type PoliciesSubject } from "./policies-suite.js";
export { Wire, type WireOptions } from "../wire/wire.js";
export { parseDialog, type DialogStep } from "../protocol/dialog.js";
