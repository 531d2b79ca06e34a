// What `postern check --explain ID` says of a check: its requirement and source, what to change where it fails, what it does, its dialog.
// Knows no server and no result; finding the check is the subcommand's.
import type { CheckEffect, RequirementLevel } from "@postern/pop3/conformance";
import { type CheckTextSettings, labelled } from "./check-text.js";

/** What is said of a check. Those of the declarations have a dialog, others are code. */
export interface ExplainedCheck {
  readonly id: string;
  readonly level: RequirementLevel;
  readonly reference: string;
  readonly title: string;
  readonly remedy: string;
  readonly effect?: CheckEffect | undefined;
  /** In the notation of `protocol/dialog.ts` of `@postern/pop3`. */
  readonly dialog?: string | undefined;
}

const EFFECTS: Readonly<Record<CheckEffect, string>> = {
  retrieves: "transfers messages, which a server that announces EXPIRE 0 deletes at QUIT",
  marks: "marks messages as deleted, takes the marks away and leaves without QUIT",
  "wrong-login": "makes a login that has to fail, which a server may count against the user or the address",
  deletes: "deletes messages",
};

/** The whole text, with a line end. */
export function checkExplanation(check: ExplainedCheck, settings: CheckTextSettings): string {
  const { style } = settings;
  const { id, level, reference, title, remedy, effect, dialog } = check;
  const lines = [
    style("bold", id),
    ...labelled("Required", `${title} (${level}, ${reference})`, 10, "", settings),
    ...labelled("Change", remedy, 10, "", settings),
    ...labelled("Does", effect === undefined ? "asks only, and changes nothing" : EFFECTS[effect], 10, "", settings),
  ];
  if (dialog !== undefined) {
    const notation = style("dim", "(* stands for any characters, ... for any lines)");
    lines.push("", `${style("bold", "Dialog")} ${notation}`, ...dialogLines(dialog, settings));
  }
  return `${lines.join("\n")}\n`;
}

/** The steps as they are written, without the indentation of the source. */
function dialogLines(dialog: string, { style }: CheckTextSettings): string[] {
  const lines = dialog
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.map((line) => {
    if (line.startsWith("#")) return style("dim", `  ${line}`);
    return line.startsWith("C") ? style("bold", `  ${line}`) : `  ${line}`;
  });
}
