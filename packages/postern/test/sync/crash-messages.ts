// The messages of the crash tests: each follows from its number, so that one can be told to be whole.
// The child stores them, the test compares.

export const crashAccount = "mia@pop.example.net:995";

/** The message with that number as it is on the wire: most are short, some have several pieces, lines begin with dots and `From `. */
export function wireMessageOf(number: number): Uint8Array {
  const lines = number % 4 === 3 ? 6_000 : number % 50;
  return Buffer.from(
    `Subject: ${number}\r\n\r\n${`From message ${number}, a line which is long enough to fill\r\n.\r\n`.repeat(lines)}`,
  );
}
