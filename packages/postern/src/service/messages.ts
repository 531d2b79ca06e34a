// What the main thread and a worker's thread say to each other: calls and their outcomes, and lines for the log.
// Types and their errors alone; the ends are `worker-thread.ts` and `threads.ts`.
import { ServiceProblem } from "./problem.js";
import type { WorkerCalls } from "./worker.js";

export type CallName = keyof WorkerCalls;

/** What a call takes; undefined where it takes nothing. */
export type Argument<Name extends CallName> = Parameters<WorkerCalls[Name]>[0];

/** A call of the main thread. */
export interface Call {
  readonly id: number;
  readonly name: CallName;
  readonly argument: unknown;
}

/** A failure on its way between threads. */
export interface SentError {
  /** The sentence is for the operator. */
  readonly problem: boolean;
  readonly message: string;
}

/** What a worker's thread tells. */
export type Told =
  | { readonly line: string }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: SentError };

export function sentError(error: unknown): SentError {
  const message = error instanceof Error ? error.message : String(error);
  return { problem: error instanceof ServiceProblem, message };
}

export function receivedError({ problem, message }: SentError): Error {
  return problem ? new ServiceProblem(message) : new Error(message);
}
