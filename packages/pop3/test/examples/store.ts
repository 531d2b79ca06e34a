// Stands for the caller's own store of messages and of what is known. The examples import it.
// Keeps everything in memory.
export const known: Set<string> = new Set();
export const stored: Map<string, number> = new Map();

export async function store(uniqueId: string, message: AsyncIterable<Uint8Array>): Promise<void> {
  let octets = 0;
  for await (const piece of message) octets += piece.length;
  stored.set(uniqueId, octets);
}
