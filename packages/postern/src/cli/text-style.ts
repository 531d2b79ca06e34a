// Text for a terminal: colours where it is one and the user wants them, and lines no longer than it is wide.
// Knows nothing of what the text says; what came from others is made printable before it gets here.
import { styleText } from "node:util";
import type { CliContext } from "./context.js";

/** Gives a text a colour or weight. */
export type Style = (format: "bold" | "dim" | "red" | "green" | "yellow", text: string) => string;

/** Styles on a terminal that may have them; the text as it is elsewhere (https://no-color.org). */
export function styleFor({ stdout, env }: Pick<CliContext, "stdout" | "env">): Style {
  const plain = stdout.isTTY !== true || (env["NO_COLOR"] ?? "") !== "";
  return plain ? (_, text) => text : (format, text) => styleText(format, text, { validateStream: false });
}

/** The words in lines of at most so many columns; a word that is longer stays whole. */
export function filledLines(text: string, columns: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
