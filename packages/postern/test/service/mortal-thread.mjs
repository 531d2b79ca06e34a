// Loaded into workers' threads by tests: lets a test throw an exception in one that nobody catches.
// A thread says who it is when it has begun; the test posts the number of the one that is to die.
import { BroadcastChannel, threadId } from "node:worker_threads";

const channel = new BroadcastChannel("postern-test-mortality");
channel.addEventListener("message", (event) => {
  if (/** @type {MessageEvent} */ (event).data !== threadId) return;
  setImmediate(() => {
    throw new Error("this worker was told to die");
  });
});
channel.unref();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
channel.postMessage({ born: threadId });
