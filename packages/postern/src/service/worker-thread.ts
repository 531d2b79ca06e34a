// The entry of a worker's thread: hands the main thread's calls to a worker and tells it what became of them.
// Started by `threads.ts` and loaded by nobody. What a worker does is `worker.ts`.
import { parentPort } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { sentError } from "./messages.js";
import type { Call, Told } from "./messages.js";
import { Worker } from "./worker.js";

function serve(port: MessagePort): void {
  const tell = (told: Told): void => port.postMessage(told);
  const worker = new Worker((line) => tell({ line }));

  const answer = async ({ id, name, argument }: Call): Promise<void> => {
    try {
      const value = await (worker[name] as (argument: unknown) => Promise<unknown>).call(worker, argument);
      tell({ id, value });
    } catch (error) {
      tell({ id, error: sentError(error) });
    }
    // Nothing else keeps the thread alive then.
    if (name === "stop") port.close();
  };
  port.on("message", (call: Call) => void answer(call));
}

if (parentPort === null) throw new TypeError("a worker's thread is started by the main thread");
serve(parentPort);
