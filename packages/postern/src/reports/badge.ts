// The report as a badge for a README: two fields of SVG, in the way that other projects' badges look. It loads nothing.
// Knows no server but its verdict; the words are English and short.
import type { ConformanceReport } from "@postern/pop3/conformance";
import { markup } from "./markup.js";
import { counted, overall, totalsText } from "./words.js";

/** White text has a contrast of at least 4.5 on each. */
const colours = { conformant: "#2a7d2e", failing: "#c4302b", untested: "#6a6a6a" } as const;
const label = "POP3";
const padding = 6;

/** The SVG: `POP3 | conformant`, `POP3 | 3 failures` (of a MUST), `POP3 | not tested`. */
export function badgeSvg(report: ConformanceReport): string {
  const kind = overall(report);
  const message = {
    conformant: "conformant",
    failing: counted(report.totals.failedMust, "failure"),
    untested: "not tested",
  }[kind];
  const left = widthOf(label) + 2 * padding;
  const right = widthOf(message) + 2 * padding;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${label}: ${message}">
<title>${label}: ${message}. ${totalsText(report.totals)}.</title>
<clipPath id="round"><rect width="${left + right}" height="20" rx="3"/></clipPath>
<g clip-path="url(#round)"><rect width="${left}" height="20" fill="#4d4d4d"/><rect x="${left}" width="${right}" height="20" fill="${colours[kind]}"/></g>
<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">
<text x="${padding}" y="14" textLength="${widthOf(label)}">${label}</text>
<text x="${left + padding}" y="14" textLength="${widthOf(message)}">${message}</text>
</g>
</svg>
`.text;
}

/** Widths in Verdana at 11 pixels, of the kinds of letters that the words above hold; `textLength` makes up for what is left. */
function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += /[ijlft1 ]/.test(letter) ? 4.3 : /[A-Zm]/.test(letter) ? 8 : 6.9;
  return Math.round(width);
}
