// Rejections and what they are of: the two turns that every file which waits for something needs.
// Knows no exchange and no error of this library.

/** The reason of a signal may be anything. */
export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** The same promise, whose rejection is no error of the process where nobody waits for it. */
export function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}
