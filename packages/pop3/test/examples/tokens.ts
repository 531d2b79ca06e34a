// Stands for the caller's own way to a token, such as a library for OAuth 2.0. The examples import it.
// What it gives is what the server of examples.test.ts takes.
export function accessToken({ fresh }: { fresh: boolean }): Promise<string> {
  return Promise.resolve(fresh ? `fresh.${"t".repeat(2000)}` : `stale.${"t".repeat(2000)}`);
}
