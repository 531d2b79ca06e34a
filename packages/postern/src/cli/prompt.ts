// Passwords from a terminal without echo, or from standard input; never from the command line, where others see them.
// Knows no account: which passwords may be is for `account.ts` and the accounts to say, except that here none is empty.
import { CliFailure } from "./context.js";
import type { CliContext, InputStream } from "./context.js";

/** More than any login command can carry; a bound on what is read. */
const longestOctets = 4096;

/** Reads one line typed at a terminal. Hidden, nothing of it is shown; Backspace, Ctrl-U, Ctrl-C and Ctrl-D work as usual. */
function typedLine(stdin: InputStream, hidden: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const decoder = new TextDecoder();
    let line = "";
    const end = (settle: () => void): void => {
      if (hidden) stdin.setRawMode?.(false);
      stdin.pause();
      stdin.off("data", onData).off("end", onEnd);
      settle();
    };
    const stopped = (): void => end(() => reject(new CliFailure("Stopped; nothing was changed.")));
    const onEnd = stopped;
    const onData = (octets: Uint8Array | string): void => {
      const text = typeof octets === "string" ? octets : decoder.decode(octets, { stream: true });
      for (const character of text) {
        if (character === "\r" || character === "\n") {
          end(() => resolve(line));
          return;
        }
        if (character === "\u0003" || character === "\u0004") {
          stopped();
          return;
        }
        if (character === "\u007f" || character === "\b") line = [...line].slice(0, -1).join("");
        else if (character === "\u0015") line = "";
        else if (line.length < longestOctets) line += character;
      }
    };
    if (hidden) stdin.setRawMode?.(true);
    stdin.on("data", onData).on("end", onEnd).resume();
  });
}

async function askedInSecret(context: CliContext, question: string): Promise<string> {
  context.stderr.write(question);
  const line = await typedLine(context.stdin, true);
  context.stderr.write("\n");
  return line;
}

/** The first line of standard input, without its end. */
async function firstLine(stdin: InputStream): Promise<string> {
  const pieces: Uint8Array[] = [];
  let octets = 0;
  for await (const piece of stdin as AsyncIterable<Uint8Array | string>) {
    const chunk = typeof piece === "string" ? Buffer.from(piece) : piece;
    const end = chunk.indexOf(0x0a);
    pieces.push(end < 0 ? chunk : chunk.subarray(0, end));
    octets += pieces.at(-1)?.length ?? 0;
    if (octets > longestOctets)
      throw new CliFailure(`The password on standard input is longer than ${longestOctets} octets.`);
    if (end >= 0) break;
  }
  return Buffer.concat(pieces).toString("utf8").replace(/\r$/, "");
}

/** The password that standard input holds in its first line. */
export async function passwordOnStdin(context: CliContext): Promise<string> {
  const password = await firstLine(context.stdin);
  if (password === "") throw new CliFailure("Standard input holds no password: write it as the first line.");
  return password;
}

/** A password, typed once at the terminal; null where there is none. */
export async function typedPassword(context: CliContext, question: string): Promise<string | null> {
  return context.stdin.isTTY === true ? askedInSecret(context, question) : null;
}

/** A new password: the first line of standard input with `fromStdin`, else typed twice at the terminal. */
export async function newPassword(context: CliContext, name: string, fromStdin: boolean): Promise<string> {
  if (fromStdin) return passwordOnStdin(context);
  if (context.stdin.isTTY !== true) {
    throw new CliFailure(
      "There is no terminal to ask for the password: give it on standard input with --password-stdin.",
    );
  }
  const password = await askedInSecret(context, `Password for ${name}: `);
  if (password === "") throw new CliFailure("An empty password is not allowed.");
  if ((await askedInSecret(context, "The same again: ")) !== password)
    throw new CliFailure("The two passwords differ; nothing was changed.");
  return password;
}

/** Asks a question that only `yes` answers with yes. False where there is no terminal. */
export async function confirmed(context: CliContext, question: string): Promise<boolean> {
  if (context.stdin.isTTY !== true) return false;
  context.stderr.write(`${question} Type yes: `);
  const answer = await typedLine(context.stdin, false);
  return answer.trim().toLowerCase() === "yes";
}
