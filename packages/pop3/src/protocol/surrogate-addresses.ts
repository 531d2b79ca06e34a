// Address fields for clients without UTF-8 (RFC 6858 §2.1): an address outside ASCII becomes one that is valid and leads
// nowhere, and stays readable in the display name, in encoded-words. Knows no message; other fields are in `surrogate-fields.ts`.
import { isPlain, PHRASE_WORD, spaceTrimmed, WORD_OCTETS, type FoldedField } from "./folded-field.js";
import { contentOf, headerTokens, type HeaderGrammar, type HeaderToken } from "./header-lexer.js";

/** Stands for an address that a client without UTF-8 could not use anyway. `.invalid` never exists (RFC 2606 §2). */
const INVALID_ADDRESS = "invalid@internationalized-address.invalid";

const ADDRESSES: HeaderGrammar = { specials: "<>,:;", comments: true, literals: true };

/** Writes an address list; what is ASCII of it stays as it is. */
export function writeAddresses(field: FoldedField, value: string): void {
  let inGroup = false;
  let first = true;
  let mailbox = new Mailbox();
  const separated = (): void => {
    if (!first) field.word("", ",");
    first = false;
  };
  const end = (): void => {
    if (!mailbox.blank) {
      separated();
      mailbox.write(field);
    }
    mailbox = new Mailbox();
  };

  for (const token of headerTokens(value, ADDRESSES)) {
    if (token.kind !== "special" || (mailbox.inAngle && token.raw !== ">")) {
      mailbox.add(token);
    } else if (token.raw === "<" || token.raw === ">") {
      mailbox.bracket(token);
    } else if (token.raw === ":") {
      // A group's name stands before its colon; a colon without one means nothing.
      if (inGroup || mailbox.blank) continue;
      separated();
      // Between an encoded-word and what is none there is white space (RFC 2047 §5).
      field.word(mailbox.writeName(field) ? " " : "", ":");
      mailbox = new Mailbox();
      inGroup = first = true;
    } else {
      end();
      if (token.raw !== ";" || !inGroup) continue;
      field.word("", ";");
      inGroup = first = false;
    }
  }
  end();
  if (inGroup) field.word("", ";");
}

/** One mailbox, or the name of a group, while its tokens are read. */
class Mailbox {
  inAngle = false;
  #raw = "";
  /** What stands outside the angle brackets: as text, and as the address that it may be. */
  #name = "";
  #bareAddress = "";
  #bare = false;
  #comment = "";
  /** Between the angle brackets; null where there are none. */
  #address: string | null = null;

  get blank(): boolean {
    return spaceTrimmed(this.#raw) === "";
  }

  add(token: HeaderToken): void {
    this.#raw += token.raw;
    if (token.kind === "comment") this.#comment += contentOf(token);
    else if (this.inAngle) this.#address += addressPart(token);
    else {
      this.#name += contentOf(token);
      this.#bareAddress += addressPart(token);
      if (token.kind === "text" && token.raw.includes("@")) this.#bare = true;
    }
  }

  bracket({ raw }: HeaderToken): void {
    this.#raw += raw;
    this.inAngle = raw === "<" && this.#address === null;
    if (this.inAngle) this.#address = "";
  }

  write(field: FoldedField): void {
    if (isPlain(this.#raw)) {
      field.verbatim(this.#raw);
      return;
    }
    let name = spaceTrimmed(this.#name);
    let address = this.#address ?? "";
    if (this.#address === null && this.#bare) {
      address = this.#bareAddress;
      name = "";
    }
    if (name === "") name = spaceTrimmed(this.#comment);
    const usable = /^[ -~]+$/.test(address) && address.length <= WORD_OCTETS;
    if (!usable && address !== "") name = name === "" ? address : `${name} <${address}>`;
    field.text(name, PHRASE_WORD);
    field.word(" ", `<${usable ? address : INVALID_ADDRESS}>`);
  }

  /** Writes a group's name; whether that took encoded-words. */
  writeName(field: FoldedField): boolean {
    if (isPlain(this.#raw)) {
      field.verbatim(this.#raw);
      return false;
    }
    field.text(this.#name, PHRASE_WORD);
    return true;
  }
}

function addressPart({ kind, raw }: HeaderToken): string {
  return kind === "space" ? "" : raw;
}
