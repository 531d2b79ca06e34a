// What becomes of one header field for clients without UTF-8 (RFC 6858): its ASCII form, or nothing. Knows no message: which
// fields come here, and when, is for `surrogate.ts`.
import { GLOBAL, RFC822 } from "./content-type.js";
import { FoldedField, PRINTABLE } from "./folded-field.js";
import { mimeValue, writeMimeValue } from "./mime-fields.js";
import { writeAddresses } from "./surrogate-addresses.js";

type Writer = (field: FoldedField, value: string) => boolean;

const addresses: Writer = (field, value) => {
  writeAddresses(field, value);
  return true;
};
const unstructured: Writer = (field, value) => {
  field.text(value, PRINTABLE);
  return true;
};
const parameters: Writer = (field, value) => {
  const { main, parameters } = mimeValue(value);
  return writeMimeValue(field, { main: main.replace(GLOBAL, RFC822), parameters });
};

/** Any other field is left out: nobody can say how to put it in ASCII. */
const WRITERS: ReadonlyMap<string, Writer> = new Map([
  ...["from", "sender", "reply-to", "to", "cc", "bcc"].flatMap((name): [string, Writer][] => [
    [name, addresses],
    [`resent-${name}`, addresses],
  ]),
  ...["subject", "comments", "content-description"].map((name): [string, Writer] => [name, unstructured]),
  ...["content-type", "content-disposition"].map((name): [string, Writer] => [name, parameters]),
]);

/** A field that holds UTF-8, lines and all, in ASCII; empty where it is left out. */
export function surrogateField(field: string): string {
  const [start = "", name = ""] = /^([!-9;-~]+)[ \t]*:/.exec(field) ?? [];
  const write = WRITERS.get(name.toLowerCase());
  if (write === undefined) return "";
  const folded = new FoldedField(name);
  return write(folded, field.slice(start.length).replaceAll("\r\n", "")) ? folded.end() : "";
}
