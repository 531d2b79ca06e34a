// Where a message has headers: its own, those of its parts, those of messages within it (RFC 2046 §5). In bounded memory:
// multiparts too deep inside each other, or with a boundary too long, are bodies like any other. Knows no octets and no pieces.
import { mimeValue } from "./mime-fields.js";

/** Multiparts inside each other that are followed; mail that people write has three or four. */
const MOST_OPEN = 32;

/** RFC 2046 §5.1.1 allows 70. */
const BOUNDARY_OCTETS = 200;

/** A line longer than this is no delimiter. */
export const DELIMITER_OCTETS: number = BOUNDARY_OCTETS + 56;

/** A boundary in the first parameter: what most programs write, and faster read than by a grammar. */
const USUAL_MULTIPART =
  /^[ \t]*multipart\/[^\s;"()=]+[ \t]*;[ \t]*boundary=(?:"([^"\\]{1,200})"|([^\s";=\\]{1,200}))[ \t]*(?:;|$)/i;

const MESSAGES = ["message/rfc822", "message/global"];

/** What the next lines are: a header, something in which a delimiter may follow, or nothing but body to the end. */
export type Place = "header" | "parts" | "rest";

interface OpenMultipart {
  readonly boundary: string;
  readonly digest: boolean;
}

export class MimeStructure {
  readonly #open: OpenMultipart[] = [];
  /** Of the header that is being read. */
  #type: string | null = null;
  #boundary: string | null = null;
  #defaultType = "";

  /** Whether a line may be a delimiter. */
  get delimited(): boolean {
    return this.#open.length > 0;
  }

  /** A Content-Type field's value, unfolded, one character an octet. The first of a header counts. */
  contentType(value: string): void {
    if (this.#type !== null) return;
    this.#type = typeOf(value);
    if (!this.#type.startsWith("multipart/")) return;
    this.#boundary = boundaryOf(value);
  }

  /** The empty line behind a header. */
  headerEnd(): Place {
    const type = this.#type ?? this.#defaultType;
    const boundary = this.#boundary;
    this.#begin("");
    if (MESSAGES.includes(type)) return "header";
    if (type.startsWith("multipart/") && boundary !== null && this.#open.length < MOST_OPEN) {
      if (boundary !== "" && boundary.length <= BOUNDARY_OCTETS)
        this.#open.push({ boundary, digest: type === "multipart/digest" });
    }
    return this.#body();
  }

  /** A line that begins with two hyphens, line end included: what follows it if it is a delimiter, else null. */
  delimiter(line: string): Place | null {
    let end = line.length;
    while (end > 0 && " \t\r\n".includes(line[end - 1]!)) end--;
    const found = line.slice(2, end);
    for (let at = this.#open.length - 1; at >= 0; at--) {
      const { boundary, digest } = this.#open[at]!;
      if (found === boundary) {
        this.#open.length = at + 1;
        this.#begin(digest ? "message/rfc822" : "");
        return "header";
      }
      if (found === `${boundary}--`) {
        this.#open.length = at;
        return this.#body();
      }
    }
    return null;
  }

  #begin(defaultType: string): void {
    this.#type = null;
    this.#boundary = null;
    this.#defaultType = defaultType;
  }

  #body(): Place {
    return this.delimited ? "parts" : "rest";
  }
}

function boundaryOf(value: string): string | null {
  const usual = USUAL_MULTIPART.exec(value);
  if (usual !== null) return usual[1] ?? usual[2] ?? null;
  return mimeValue(value).parameters.find(({ name }) => name.toLowerCase() === "boundary")?.value ?? null;
}

function typeOf(value: string): string {
  return (/^[ \t]*([^\s(;]*)/.exec(value)?.[1] ?? "").toLowerCase();
}
