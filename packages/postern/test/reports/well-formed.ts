// Reads XML strictly, and says what is in it. Knows no rendering.
import { SAXParser } from "sax";

export interface ReadElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of the element itself, without those inside. */
  text: string;
}

/** The elements in the order in which they begin. Throws where the document is not well-formed. */
export function elementsOf(document: string): ReadElement[] {
  const elements: ReadElement[] = [];
  const open: ReadElement[] = [];
  const listeners: Partial<SAXParser> = {
    onopentag: ({ name, attributes }) => {
      const element = { name, attributes: attributes as Record<string, string>, text: "" };
      elements.push(element);
      open.push(element);
    },
    onclosetag: () => void open.pop(),
    ontext: (text) => {
      const element = open.at(-1);
      if (element !== undefined) element.text += text;
    },
    onerror: (error) => {
      throw error;
    },
  };
  const parser = Object.assign(new SAXParser(true), listeners);
  parser.write(document).close();
  return elements;
}

/** What XML 1.0 cannot hold (§2.2), and what turns the direction of text. */
export const forbidden: RegExp =
  /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
