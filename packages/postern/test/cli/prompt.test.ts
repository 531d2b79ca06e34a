// Passwords: typed unseen, or from standard input; bounded, and never half taken.
import { tmpdir } from "node:os";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { CliContext, InputStream } from "../../src/cli/context.js";
import { confirmed, newPassword } from "../../src/cli/prompt.js";

/** A terminal that has been typed at, piece by piece; remembers whether it showed what was typed. */
class Terminal extends PassThrough {
  readonly isTTY = true;
  raw = false;
  readonly modes: boolean[] = [];

  setRawMode(raw: boolean): void {
    this.raw = raw;
    this.modes.push(raw);
  }
}

function contextOf(stdin: InputStream): { context: CliContext; shown: () => string } {
  const stderr = new PassThrough();
  let shown = "";
  stderr.setEncoding("utf8").on("data", (text: string) => (shown += text));
  const context = { stdin, stdout: new PassThrough(), stderr, env: {}, cwd: tmpdir(), exit: () => {} };
  return { context, shown: () => shown };
}

/** Answers each question that is asked with the next of these, octet by octet. */
async function typed(answers: readonly string[]): Promise<{ outcome: string; shown: string; terminal: Terminal }> {
  const terminal = new Terminal();
  const { context, shown } = contextOf(terminal);
  const rest = [...answers];
  context.stderr.on("data", (text: string) => {
    const answer = text.endsWith(": ") ? rest.shift() : undefined;
    if (answer !== undefined)
      setImmediate(() => Buffer.from(answer).forEach((octet) => terminal.write(Buffer.of(octet))));
  });
  const outcome = await newPassword(context, "alice", false).catch(
    (error: unknown) => `refused: ${(error as Error).message}`,
  );
  return { outcome, shown: shown(), terminal };
}

describe("at a terminal", () => {
  test("asked twice, shown never", async () => {
    const { outcome, shown, terminal } = await typed(["s3cret \u00fc\u{1f511}\r", "s3cret \u00fc\u{1f511}\r"]);
    expect(outcome).toBe("s3cret ü\u{1f511}");
    expect(shown).toBe("Password for alice: \nThe same again: \n");
    expect(terminal.modes).toEqual([true, false, true, false]);
  });

  test("Backspace takes a whole character, Ctrl-U the line", async () => {
    expect((await typed(["ab\u{1f511}\u007f\bc\n", "xyz\u0015ac\n"])).outcome).toBe("ac");
  });

  test("Ctrl-C and Ctrl-D stop, and the terminal shows again what is typed", async () => {
    for (const key of ["\u0003", "\u0004"]) {
      const { outcome, terminal } = await typed([`abc${key}`]);
      expect(outcome).toBe("refused: Stopped; nothing was changed.");
      expect(terminal.raw).toBe(false);
    }
  });

  test("two different passwords are refused, and an empty one", async () => {
    expect((await typed(["one\r", "two\r"])).outcome).toBe("refused: The two passwords differ; nothing was changed.");
    expect((await typed(["\r"])).outcome).toBe("refused: An empty password is not allowed.");
  });
});

describe("from standard input", () => {
  const given = (...pieces: string[]): Promise<string> =>
    newPassword(contextOf(Readable.from(pieces.map((piece) => Buffer.from(piece)))).context, "alice", true);

  test("the first line, however it arrives", async () => {
    expect(await given("secret\n")).toBe("secret");
    expect(await given("sec", "ret\r", "\nmore\n")).toBe("secret");
    expect(await given("no newline")).toBe("no newline");
    expect(await given(" spaces kept \n")).toBe(" spaces kept ");
  });

  test("nothing, or endlessly much, is refused", async () => {
    await expect(given()).rejects.toThrow("holds no password");
    await expect(given("\nsecret\n")).rejects.toThrow("holds no password");
    await expect(given(...Array<string>(10).fill("x".repeat(1000)))).rejects.toThrow("longer than 4096 octets");
  });

  test("without a terminal and without --password-stdin there is nobody to ask", async () => {
    const { context } = contextOf(Readable.from([Buffer.from("secret\n")]));
    await expect(newPassword(context, "alice", false)).rejects.toThrow(
      "give it on standard input with --password-stdin",
    );
  });
});

describe("confirmation", () => {
  async function answer(text: string): Promise<boolean> {
    const terminal = new Terminal();
    const { context } = contextOf(terminal);
    const outcome = confirmed(context, "Remove?");
    terminal.write(text);
    return outcome;
  }

  test("only yes is yes, and a script is never asked", async () => {
    expect(await answer("yes\n")).toBe(true);
    expect(await answer("y\n")).toBe(false);
    expect(await answer("\n")).toBe(false);
    expect(await confirmed(contextOf(Readable.from([Buffer.from("yes\n")])).context, "Remove?")).toBe(false);
  });
});
