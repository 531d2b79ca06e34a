// Secrets that can be recognized wherever they turn up: each is unique and holds the same stem, and the stem is looked for in every
// form in which a program might write it. Knows no server.
import { createHash } from "node:crypto";

/** No program writes this by chance, in any of its forms. */
export const STEM = "Qz7KwvXj9Rb4";

let made = 0;

/** A new secret, told from others by its words and a number. */
export function secret(words: string): string {
  made += 1;
  return `${STEM}-${words.replaceAll(/[^A-Za-z0-9]/g, "-")}-${made}`;
}

/** What Base64 makes of these octets whatever stands before and behind them: the characters that depend on them alone. */
function base64Forms(octets: Buffer): readonly string[] {
  return [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), octets]);
    const first = Math.ceil((before * 8) / 6);
    return whole.toString("base64").slice(first, Math.floor((whole.length * 8) / 6));
  });
}

/** Every form of a text in which it would still be a secret told. */
export function formsOf(text: string): readonly string[] {
  const utf16 = Buffer.from(text, "utf16le");
  const encodings = [Buffer.from(text), utf16, Buffer.from(utf16).swap16()];
  const forms = encodings.flatMap((octets) => [
    octets.toString("latin1"),
    octets.toString("hex"),
    octets.toString("hex").toUpperCase(),
    ...base64Forms(octets),
    [...octets].join(","),
    [...octets].join(", "),
  ]);
  const digests = ["md5", "sha1", "sha256"].flatMap((name) => {
    const digest = createHash(name).update(text).digest();
    return [digest.toString("hex"), digest.toString("base64").replace(/=+$/, "")];
  });
  const escaped = [...text].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  return [...new Set([...forms, ...digests, escaped, [...text].toReversed().join("")])];
}

/** Looks for the stem, and for what else was said to be secret, in all forms. */
export class Watch {
  readonly #forms = new Map<string, string>();

  constructor() {
    this.add(STEM);
  }

  /** Something without the stem in it, such as a digest. Too short a text would be found anywhere. */
  add(text: string): void {
    if (text.length < 12) return;
    for (const form of formsOf(text)) this.#forms.set(form, text);
  }

  /** What is found, with its surroundings. */
  found(output: string): readonly string[] {
    return [...this.#forms].flatMap(([form, text]) => {
      const at = output.indexOf(form);
      return at < 0 ? [] : [`${text}: …${output.slice(Math.max(0, at - 200), at + form.length + 100)}…`];
    });
  }
}
