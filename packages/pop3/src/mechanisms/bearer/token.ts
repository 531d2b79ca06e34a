// Bearer tokens (RFC 6750) in the two mechanisms that carry them, and the exchange that both lead.
// How a message is laid out, and how a refusal is written, is in the file of each mechanism.
import type { TokenVerdict } from "../../contracts/authenticator.js";
import {
  type ClientExchange,
  type MechanismClientContext,
  MechanismRefused,
  type MechanismServerContext,
  type ServerExchange,
} from "../../contracts/mechanism.js";
import { CREDENTIALS, lacking } from "../exchange/outcome.js";
import { given, prepared, textOf, utf8 } from "../exchange/text.js";

const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

export type RefusedToken = Extract<TokenVerdict, { readonly user: null }>;

/** What a client's message holds. */
export interface BearerMessage {
  /** Empty where the client only asks what token is needed (RFC 7628 §4.3). */
  readonly token: string;
  /** Empty where the client leaves it to the token. */
  readonly name: string;
}

/** The token in the value of an HTTP Authorization header; the scheme's case does not matter. */
export function tokenOf(value: string): string | null {
  const [, token] = /^Bearer +(.*)$/is.exec(value) ?? [];
  return token !== undefined && TOKEN.test(token) ? token : null;
}

/** Has the token judged. A refusal is told in a challenge of its own, whose answer changes nothing. */
export async function* bearerServer(
  context: MechanismServerContext,
  { token, name }: BearerMessage,
  errorText: (refused: RefusedToken) => string,
): ServerExchange {
  const user = name === "" ? null : prepared(name, context.prepare);
  if (name !== "" && user === null) return CREDENTIALS;
  const verdict = await context.authenticator.verifyToken?.(token, user);
  if (verdict === undefined) throw lacking("verifyToken");
  if (verdict.user === null) yield utf8(errorText(verdict));
  else if (token !== "") return { user: verdict.user };
  return CREDENTIALS;
}

/** Sends the message, and `dummy` where the server answers with an error. */
export function* bearerClient(message: string, dummy: Uint8Array): ClientExchange {
  const challenge = yield utf8(message);
  if (challenge.length === 0) return;
  if (!isJsonObject(textOf(challenge))) throw new MechanismRefused("the server's challenge is not an error in JSON");
  yield dummy;
  // The refusal itself is the server's to send; nothing but that may follow.
  throw new MechanismRefused("the server refused the token, and went on nevertheless");
}

function isJsonObject(text: string | null): boolean {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Whose maildrop the client asks for, and its token. */
export function bearerGiven(context: MechanismClientContext): BearerMessage {
  const { authorizationId, name, token = "", prepare } = context;
  if (!TOKEN.test(token)) throw new RangeError("a bearer token is expected, of letters, digits and - . _ ~ + / =");
  return { token, name: given(authorizationId ?? name, "a name", prepare) };
}
