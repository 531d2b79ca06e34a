// What people may write behind --to, and what they are told where it cannot be read.
// Knows no destination.
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parseDestination } from "../../src/sync/destination-address.js";

test.each([
  ["maildir:/home/mia/Mail", { kind: "maildir", path: "/home/mia/Mail" }],
  ["mbox:in box", { kind: "mbox", path: resolve("in box") }],
  ["eml:./archive/", { kind: "eml", path: resolve("archive") }],
  ["lmtp://mx.example.net:2424/mia", { kind: "lmtp", host: "mx.example.net", port: 2424, recipient: "mia" }],
  ["lmtp://[::1]/mia%2bpop@example.net", { kind: "lmtp", host: "::1", port: 24, recipient: "mia+pop@example.net" }],
  ["lmtp://localhost:24", { kind: "lmtp", host: "localhost", port: 24, recipient: "given" }],
])("%s", (text, address) => expect(parseDestination(text, "given")).toEqual(address));

test.each([
  ["", /write maildir:DIR, mbox:FILE, eml:DIR or lmtp:/],
  ["maildir:", /this is no destination/],
  ["imap://host", /this is no destination/],
  ["mbox:a\0b", /NUL/],
  ["lmtp:", /write lmtp:\/\/HOST:PORT\/RECIPIENT/],
  ["lmtp:///run/lmtp", /write lmtp:\/\/HOST:PORT\/RECIPIENT/],
  ["lmtp://host:99999/mia", /write lmtp:\/\/HOST:PORT\/RECIPIENT/],
  ["lmtp://host:24", /say for whom the mail is: lmtp:\/\/host:24\/RECIPIENT/],
  ["lmtp://user:secret@host/mia", /LMTP has no login/],
  ["lmtp://host/a%0d%0aRCPT", /no spaces, brackets or control/],
  ["lmtp://host/%", /write %25/],
])("%j is refused", (text, sentence) => {
  expect(() => parseDestination(text)).toThrow(
    expect.objectContaining({ kind: "refused", message: expect.stringMatching(sentence) }),
  );
});
