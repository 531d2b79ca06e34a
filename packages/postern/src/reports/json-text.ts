// JSON for people and programs alike: indented, and safe to look at in a terminal.
// Knows nothing of what it holds.

/** The value with a line end behind it. Characters that JSON allows and a terminal would act on, or that turn its text, are escaped. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replaceAll(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${text}\n`;
}
