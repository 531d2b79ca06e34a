// The messages of a scenario file: texts as they stand there, and files of one message each, alone or in a folder.
// Knows no other key of the file; what a message is, nobody asks.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TestMessage } from "@postern/pop3/testing";
import { fileReason } from "./file-reason.js";

type WrittenMessage = string | { readonly file: string };

/** A list, or one for each user. */
type WrittenMessages = readonly WrittenMessage[] | Readonly<Record<string, readonly WrittenMessage[]>>;

type Messages = readonly TestMessage[] | Readonly<Record<string, readonly TestMessage[]>>;

/** Reads what is named; paths count from `base`. `note` is told of what cannot be read: where it is written, and why. */
export function messagesOfFile(
  messages: WrittenMessages,
  base: string,
  note: (place: string, problem: string) => void,
): Messages {
  const read = (list: readonly WrittenMessage[], place: string): readonly TestMessage[] =>
    list.flatMap((message, at): readonly TestMessage[] => {
      if (typeof message === "string") return [message];
      try {
        return messagesAt(resolve(base, message.file));
      } catch (error) {
        note(`${place} ${at + 1}`, `${message.file} cannot be read: ${fileReason(error)}`);
        return [];
      }
    });
  if (isList(messages)) return read(messages, "messages");
  return Object.fromEntries(Object.entries(messages).map(([user, list]) => [user, read(list, `messages.${user}`)]));
}

function isList(messages: WrittenMessages): messages is readonly WrittenMessage[] {
  return Array.isArray(messages);
}

/** One message, or those of a folder's .eml files in the order of their names. */
function messagesAt(path: string): readonly Uint8Array[] {
  if (!statSync(path).isDirectory()) return [readFileSync(path)];
  const names = readdirSync(path).filter((name) => name.endsWith(".eml"));
  return names.toSorted().map((name) => readFileSync(join(path, name)));
}
