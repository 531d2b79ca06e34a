// Text that others chose, for readers: what does not print, or would turn the text around it, is shown as an escape. Nothing is lost
// silently. Knows no format: `markup.ts` escapes what HTML and XML give a meaning to.

/**
 * Control characters, lone surrogates, noncharacters and private characters, line and paragraph separators, and the invisible characters
 * that turn the direction of text or hide in it. What XML cannot hold is among them.
 */
const unseen = /[\p{Cc}\p{Cs}\p{Cn}\p{Co}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

/** The text in one line, every unseen character as `\x1b` or `\u{202e}`. */
export function visible(text: string): string {
  return text.replace(unseen, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** The text up to so many UTF-16 units, and how much was left out. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)} … (${text.length - most} characters more)`;
}
