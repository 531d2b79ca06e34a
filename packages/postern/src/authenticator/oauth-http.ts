// What is asked of an issuer of tokens by HTTP: JSON, within a time and a size, without redirects; and waiting after failures.
// Knows neither tokens nor keys. What goes wrong here is the issuer's or the network's fault, never the user's.

/** Octets of the longest answer. Key sets with certificate chains in them take a few dozen KiB. */
const ANSWER_OCTETS = 256 * 1024;

/** After the first failure, and at most. */
const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** The issuer cannot be asked, or answers what makes no sense. The message says what to look at; it holds no secret. */
export class IssuerFailure extends Error {
  override readonly name = "IssuerFailure";
  /** The status of the answer, where that is what is wrong. */
  readonly status: number | null;

  constructor(message: string, status: number | null = null) {
    super(message);
    this.status = status;
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export interface JsonQuestion {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as a form, where it is there. */
  readonly form?: Readonly<Record<string, string>>;
}

/** Asks for a JSON object. Throws `IssuerFailure`. */
export async function askForJson({ url, signal, headers = {}, form }: JsonQuestion): Promise<JsonObject> {
  const where = withoutQuery(url);
  let text: string;
  try {
    const response = await fetch(url, {
      method: form === undefined ? "GET" : "POST",
      headers: { accept: "application/json", ...headers },
      ...(form !== undefined && { body: new URLSearchParams(form) }),
      redirect: "manual",
      signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new IssuerFailure(`${where} answered with status ${response.status} instead of 200`, response.status);
    }
    text = await bounded(response, where);
  } catch (error) {
    throw error instanceof IssuerFailure ? error : new IssuerFailure(`${where} gave no answer: ${reason(error)}`);
  }
  const value = parsed(text);
  if (value === null) throw new IssuerFailure(`${where} answered something else than a JSON object`);
  return value;
}

/** Whether it is an object and no list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Keeps whoever failed from being asked again at once. For work that is never done twice at the same time. */
export class PauseAfterFailure {
  #failures = 0;
  #endsMs = 0;
  #failure = new IssuerFailure("");

  /** Does the work; while a pause lasts, throws what the work threw last. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (Date.now() < this.#endsMs) throw this.#failure;
    try {
      const outcome = await work();
      this.#failures = 0;
      return outcome;
    } catch (error) {
      this.#failure = error instanceof IssuerFailure ? error : new IssuerFailure(reason(error));
      this.#endsMs = Date.now() + Math.min(SHORTEST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
      this.#failures += 1;
      throw this.#failure;
    }
  }
}

async function bounded(response: Response, where: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let octets = 0;
  // Leaving the loop cancels what is still to come.
  for await (const chunk of response.body ?? []) {
    octets += chunk.length;
    if (octets > ANSWER_OCTETS) throw new IssuerFailure(`${where} answered with more than ${ANSWER_OCTETS} octets`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    // The error would quote the answer, which may hold what is nobody's business.
    return null;
  }
}

/** The error's own words are left out: they may quote what was sent. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const { code } = (error.cause ?? error) as { readonly code?: unknown };
  if (error.name === "TimeoutError") return "it took too long";
  return typeof code === "string" ? code : error.name;
}

function withoutQuery(url: string): string {
  const [address = ""] = url.split("?");
  return address;
}
