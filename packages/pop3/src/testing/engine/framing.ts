// Where the honest server's reply to one command ends. Commands reach it one at a time, so a reply ends where its last chunk does.
// How a reply is framed, the command's declaration says; no body holds a line of one dot, for it is stuffed.
import type { AnyCommandSpec } from "../../contracts/command.js";

const TERMINATOR = "\r\n.\r\n";
const MINUS = 0x2d;
const PLUS = 0x2b;
const SPACE = 0x20;
const LF = 0x0a;

export class ReplyFraming {
  #multiLine: boolean;
  #begun = false;
  #end = "";

  /** The spec is null for the greeting and for what is no command. */
  constructor(spec: AnyCommandSpec | null, params: string | null) {
    this.#multiLine = spec?.reply === "multi" || (spec?.reply === "multi-if-bare" && params === null);
  }

  /** Takes a chunk and says whether the reply is whole. */
  push(chunk: Uint8Array): boolean {
    if (!this.#begun && chunk[0] === MINUS) this.#multiLine = false;
    this.#begun ||= chunk.length > 0;
    if (!this.#multiLine) return chunk.at(-1) === LF;
    this.#end = (this.#end + String.fromCharCode(...chunk.subarray(-TERMINATOR.length))).slice(-TERMINATOR.length);
    return this.#end === TERMINATOR;
  }
}

/** A line of an exchange that asks for the client's next one (RFC 5034 §4). */
export function isChallenge(chunk: Uint8Array): boolean {
  return chunk[0] === PLUS && chunk[1] === SPACE;
}
