// Plain text for terminals and files: wrapped paragraphs and tables with wrapped cells. Knows nothing of what the text says.
// Knows no terminal: callers give the width in columns. Text from outside is cut and escaped here before a message quotes it.

/** Wraps paragraphs (parted by empty lines) to a width; words that are longer than the width stay whole. */
export function wrapped(text: string, columns: number, indent = ""): string {
  return text
    .split(/\n[ \t]*\n/)
    .map((paragraph) => linesOf(paragraph, columns - indent.length))
    .map((lines) => lines.map((line) => indent + line).join("\n"))
    .join("\n\n");
}

/** A table whose columns are narrowed down to their longest words to fit the width; where that does not do, a record a row. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[], columns: number): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const least = header.map((_, column) =>
    Math.max(...all.flatMap((row) => row[column]!.split(" ").map(({ length }) => length))),
  );
  const gaps = 2 * (header.length - 1);
  if (sum(least) + gaps > columns) return rows.map((row) => record(header, row, columns)).join("\n\n");
  for (let excess = sum(widths) + gaps - columns; excess > 0; excess--) {
    const slack = widths.map((width, column) => width - least[column]!);
    widths[slack.indexOf(Math.max(...slack))]!--;
  }
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  const [head, ...body] = all.map((row) => tableRow(row, widths));
  return [head, rule, ...body].join("\n");
}

/** The first cell as a heading, the others below it behind their columns' names. */
function record(header: readonly string[], [heading = "", ...cells]: readonly string[], columns: number): string {
  const nameWidth = Math.max(...header.slice(1).map(({ length }) => length)) + 4;
  const fields = cells.map((cell, at) => {
    const name = `  ${header[at + 1]!}`.padEnd(nameWidth);
    return `${name}${wrapped(cell, columns, " ".repeat(nameWidth)).trimStart()}`.trimEnd();
  });
  return [heading, ...fields].join("\n");
}

/** Text from somewhere else for use in a message: no longer than a reader wants it. */
export function clipped(text: string): string {
  return text.length > CLIP_CHARACTERS ? `${text.slice(0, CLIP_CHARACTERS)}…` : text;
}

/** The same in quotes, with escapes for what a terminal would act on. */
export function quoted(text: string): string {
  return JSON.stringify(clipped(text)).replaceAll(/[\u007f-\u009f]/g, "?");
}

const CLIP_CHARACTERS = 60;

function tableRow(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, column) => linesOf(cell, widths[column]!));
  const height = Math.max(...cells.map(({ length }) => length));
  const lines: string[] = [];
  for (let line = 0; line < height; line++) {
    lines.push(
      cells
        .map((cell, column) => (cell[line] ?? "").padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    );
  }
  return lines.join("\n");
}

function linesOf(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (word === "") continue;
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
