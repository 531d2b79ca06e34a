// Logging in by the way that `login-choice.ts` picked: sends the commands, and asks for another token where one was refused.
// Knows no way that is not declared. What is sent besides the login, and when the session's state changes, is `session.ts`'s.
import { createHash, randomBytes } from "node:crypto";
import { apopCommand } from "../capabilities/apop.js";
import { authRespCode } from "../capabilities/auth-resp-code.js";
import { saslClient as sasl } from "../capabilities/sasl.js";
import { passCommand, userCommand } from "../capabilities/user.js";
import { CommandRefused, LoginImpossible, TransportLost } from "../contracts/errors.js";
import type { ChannelBindings } from "../contracts/mechanism.js";
import type { Quirk, QuirkNote } from "../protocol/quirks.js";
import { AnswerExchange } from "./answer.js";
import type { Capabilities } from "./capabilities.js";
import { chooseLogin, isSameWay, type LoginMethodChoice } from "./login-choice.js";
import type { AuthOptions } from "./options.js";
import type { Pipeline } from "./pipeline.js";
import { SaslExchange } from "./sasl-exchange.js";

/** What a login happens on. */
export interface LoginGround {
  readonly pipeline: Pipeline;
  readonly capabilities: Capabilities;
  readonly timestamp: string | null;
  readonly secure: boolean;
  readonly bindings: ChannelBindings | null;
  /** The certificate held and belongs to the host. */
  readonly authorized: boolean;
  readonly host: string;
  readonly port: number;
  readonly note: QuirkNote;
  /** What the server lists, where `capabilities` are from an earlier session and it lists something else; else null. */
  readonly corrected: () => Promise<Capabilities | null>;
  /** Sends what may go out right behind the login, where the server takes it. Called once for each attempt. */
  readonly alongside: () => void;
  /** It may go out before the login's verdict, where nothing but that is due. */
  readonly eager: boolean;
}

/**
 * By the way that is chosen; and where that was by what an earlier session saw, and is another one today, by that. Returns how it logged in:
 * the name of a mechanism, or the keyword of a command. Throws as `Pop3Client.login` does.
 */
export async function logIn(auth: AuthOptions, ground: LoginGround, signal: AbortSignal | undefined): Promise<string> {
  if (auth.password !== undefined) ground.pipeline.secrets.add(auth.password);
  let tried: LoginMethodChoice | null = null;
  try {
    tried = chooseLogin(auth, ground);
    return await byChoice(tried, auth, ground, signal);
  } catch (error) {
    const other = tried === null ? null : otherwise(tried, ground);
    if (other !== null && error instanceof CommandRefused && mayBeTheCredentials(error, ground.capabilities)) {
      return byOther(other, error, auth, ground, signal);
    }
    // A code says that something else is wrong.
    const outdated = error instanceof LoginImpossible || (error instanceof CommandRefused && error.code === null);
    const capabilities = outdated ? await ground.corrected() : null;
    if (capabilities === null) throw error;
    const today = { ...ground, capabilities };
    const choice = chooseLogin(auth, today);
    if (tried !== null && isSameWay(tried, choice)) throw error;
    return byChoice(choice, auth, today, signal);
  }
}

/** What is tried where a way is refused that servers announce and do not have. */
interface OtherWay {
  /** The circumstances without what led to the first one. */
  readonly without: Partial<LoginGround>;
  readonly quirk: Quirk;
  /** It must not give away more than the first one did. */
  readonly keepsSecret: boolean;
}

/**
 * A timestamp in the greeting does not say that the account has a secret for APOP. A mechanism that binds the channel is of no use with a
 * server that knows other types of binding only; the same without binding is taken where the certificate says who the server is.
 */
function otherwise(tried: LoginMethodChoice, { authorized }: LoginGround): OtherWay | null {
  if (tried.kind === "digest") return { without: { timestamp: null }, quirk: "apop-refused", keepsSecret: false };
  const binds = tried.kind === "mechanism" && tried.mechanism.bindsChannel;
  return binds && authorized ? { without: { bindings: null }, quirk: "binding-refused", keepsSecret: true } : null;
}

async function byOther(
  { without, quirk, keepsSecret }: OtherWay,
  refusal: CommandRefused,
  auth: AuthOptions,
  ground: LoginGround,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    const rest = { ...ground, ...without };
    const choice = chooseLogin(auth, rest);
    if (keepsSecret && (choice.kind !== "mechanism" || choice.mechanism.revealsSecret)) throw refusal;
    const name = await byChoice(choice, auth, rest, signal);
    ground.note(quirk);
    return name;
  } catch (error) {
    // A server that hangs up has said why before.
    throw error instanceof LoginImpossible || error instanceof TransportLost ? refusal : error;
  }
}

async function byChoice(
  choice: LoginMethodChoice,
  auth: AuthOptions,
  ground: LoginGround,
  signal: AbortSignal | undefined,
): Promise<string> {
  const prepare = (text: string): string => withoutControls((auth.prepare ?? plainPreparation)(text));
  if (choice.kind === "mechanism") {
    await byMechanism(choice, auth, prepare, ground, signal);
    return choice.mechanism.name;
  }
  const { secrets } = ground.pipeline;
  const name = prepare(auth.user);
  const password = prepare(auth.password ?? "");
  secrets.add(password);
  if (choice.kind === "digest") {
    const digest = createHash("md5")
      .update(choice.timestamp + password)
      .digest("hex");
    secrets.add(digest);
    await submitted(ground, new AnswerExchange(apopCommand, { name, digest }, 0, nothing));
    return apopCommand.keyword;
  }
  await byPassword(name, password, ground);
  if (!choice.listed && ground.capabilities.answered) ground.note("unlisted-user");
  return userCommand.keyword;
}

async function byPassword(name: string, password: string, ground: LoginGround): Promise<void> {
  const { pipeline } = ground;
  // Both are made before one is sent: a password that cannot be is known then.
  const named = new AnswerExchange(userCommand, name, 0, nothing);
  const login = new AnswerExchange(passCommand, password, 0, nothing);
  pipeline.submit(named);
  // A server that takes one command at a time may refuse the name, and the password is not sent then.
  if (!pipeline.pipelining) await named.result;
  // Else the answer to the password is waited for in any case, so that no other login begins before it.
  for (const outcome of await Promise.allSettled([named.result, submitted(ground, login)])) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}

async function byMechanism(
  { mechanism, bindingUnoffered }: Extract<LoginMethodChoice, { kind: "mechanism" }>,
  auth: AuthOptions,
  prepare: (text: string) => string,
  ground: LoginGround,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { pipeline } = ground;
  let refusal: CommandRefused | null = null;
  let refusedToken: string | undefined;
  for (;;) {
    const token =
      mechanism.credentials !== "token"
        ? undefined
        : typeof auth.token === "function"
          ? await auth.token({ refused: refusal !== null, signal })
          : auth.token;
    // The same again would be the same answer, and one attempt more that counts.
    if (refusal !== null && token === refusedToken) throw refusal;
    if (token !== undefined) pipeline.secrets.add(token);
    const exchange = new SaslExchange({
      mechanism,
      exchange: mechanism.client({
        name: auth.user,
        password: auth.password ?? "",
        ...(token !== undefined && { token }),
        ...(auth.authorizationId !== undefined && { authorizationId: auth.authorizationId }),
        channelBindings: ground.bindings,
        bindingUnoffered,
        prepare,
        host: ground.host,
        port: ground.port,
        random: (octets) => randomBytes(octets),
      }),
      initialResponse: ground.capabilities.has(sasl),
      eager: ground.eager && pipeline.pipelining,
      connection: pipeline,
      secrets: pipeline.secrets,
      note: ground.note,
    });
    pipeline.submit(exchange);
    if (exchange.eager) ground.alongside();
    try {
      await exchange.result;
      if (!exchange.eager) ground.alongside();
      return;
    } catch (error) {
      if (refusal !== null && error instanceof TransportLost) throw refusal;
      const again = refusal === null && typeof auth.token === "function" && token !== undefined;
      if (!again || !(error instanceof CommandRefused) || !mayBeTheCredentials(error, ground.capabilities)) throw error;
      refusal = error;
      refusedToken = token;
    }
  }
}

/** A code that says that something else is wrong rules it out. Most servers give none, and those that promise to mean it (RFC 3206 §5). */
function mayBeTheCredentials({ responseCode }: CommandRefused, capabilities: Capabilities): boolean {
  return responseCode === null ? !capabilities.has(authRespCode) : responseCode.cause === "credentials";
}

/** Sends a login command; what may follow goes out behind it without waiting where that is allowed. */
async function submitted(ground: LoginGround, login: AnswerExchange<void>): Promise<void> {
  const { pipeline } = ground;
  pipeline.submit(login);
  if (ground.eager && pipeline.pipelining) {
    ground.alongside();
    await login.result;
  } else {
    await login.result;
    ground.alongside();
  }
}

function nothing(): void {}

/** As much of SASLprep (RFC 4013) as the platform has: its normal form. */
function plainPreparation(text: string): string {
  return text.normalize("NFKC");
}

function withoutControls(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new RangeError("a name or password holds control characters");
  return text;
}
