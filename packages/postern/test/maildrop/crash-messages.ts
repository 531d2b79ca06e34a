// The messages of the crash tests: each follows from its number, so that one can be told to be whole.

/** A generator of numbers from 0 to 1: the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The message with that number: most are short, some have several pieces in the database. */
export function messageOf(number: number): Uint8Array {
  const lines = number % 4 === 3 ? 6_000 : number % 50;
  return Buffer.from(
    `Subject: ${number}\r\n\r\n${`.line of message ${number} which is long enough to fill\r\n`.repeat(lines)}`,
  );
}
