// Messages that are hard on a server, against RFC 1939 §3, §5, §7 and §11: what STAT and LIST say is what RETR sends, the
// framing is exact, TOP cuts where it must, whatever the store's pieces are.
import { Buffer } from "node:buffer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stage } from "./stage.js";
import { changed, inPieces, inPiecesLater, whole } from "./stores.js";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage.strike());

const HEADER = "Subject: x\r\nFrom: a@b\r\n\r\n";
const MIB = 1024 * 1024;

const MESSAGES: Record<string, string> = {
  empty: "",
  "one octet": "x",
  "one dot": ".",
  "two dots": "..",
  "a dot and CRLF": ".\r\n",
  "a dot and LF": ".\n",
  "only CRLF": "\r\n",
  "only LF": "\n",
  "only CR": "\r",
  "only NUL": "\0",
  "CRCRLF only": "\r\r\n",
  "only dots": ".\r\n..\r\n...\r\n....\r\n.\r\n",
  "only dots, LF": ".\n.\n.\n",
  "no final newline": `${HEADER}body`,
  "final CR": `${HEADER}body\r`,
  "final CRLFCR": `${HEADER}body\r\n\r`,
  "final dot without newline": `${HEADER}body\r\n.`,
  "the terminator as text": `${HEADER}before\r\n.\r\nafter\r\n`,
  "the terminator in LF": `${HEADER}before\n.\nafter\n`,
  "lone CR around a dot": `${HEADER}a\r.\rb\r\n`,
  "lone CR, dot, CRLF": `${HEADER}a\r.\r\nb\r\n`,
  "dot CR dot": `${HEADER}.\r.\r\n.\r\r\n`,
  CRCRLF: `${HEADER}a\r\r\n.\r\r\nb\r\r\n`,
  LFCR: `${HEADER}a\n\rb\n\r.\n`,
  "mixed line ends": `Subject: x\nFrom: a@b\r\n\nbody\r\nmore\nand\rmore\n`,
  "NUL and controls": `${HEADER}a\0b\x01\x07\x1a\x1b\x7f\r\n\0\r\n`,
  "8-bit": `Subject: \xe9\xff\r\n\r\n${String.fromCharCode(...Array.from({ length: 128 }, (_, at) => at + 128))}\r\n`,
  "all octets": `${HEADER}${String.fromCharCode(...Array.from({ length: 256 }, (_, at) => at))}`,
  "no empty line": "Subject: x\r\nFrom: a@b\r\n",
  "no empty line, no final newline": "Subject: x",
  "begins with the empty line": "\r\nbody one\r\nbody two\r\n",
  "begins with an empty line in LF": "\n.body\n",
  "header and empty line only": HEADER,
  "many empty lines": `${HEADER}\r\n\r\n\r\n\r\n`,
  "an empty line of CR": `Subject: x\r\r\n\r\r\nstill header\r\n\r\nbody\r\n`,
  "stuffed header": ".Subject: x\r\n..y: z\r\n\r\n.body\r\n",
  "dots at line starts": `${HEADER}${Array.from({ length: 300 }, (_, at) => ".".repeat(at % 5)).join("\r\n")}\r\n`,
  "a line of 100,000 octets": `${HEADER}${"l".repeat(100_000)}\r\nend\r\n`,
  "a line of 100,000 dots": `${HEADER}${".".repeat(100_000)}\r\nend\r\n`,
  "3 MiB of short lines": `${HEADER}${".short line\r\n".repeat((3 * MIB) / 13)}`,
  "4 MiB without a newline": "z".repeat(4 * MIB),
};
for (const border of [4096, 16_384, 65_536, 131_072]) {
  for (const off of [-3, -2, -1, 0, 1, 2]) {
    MESSAGES[`line end and dot at ${border}${off < 0 ? off : `+${off}`}`] =
      `${HEADER}${"p".repeat(border + off - HEADER.length)}\r\n.\r\n..\r\nafter\r\n`;
  }
}

/** A line ends in CRLF, a lone LF becomes one, a lone CR is text, and the last line ends too. */
function canonical(message: string): string {
  const lines = message.replaceAll(/(?<!\r)\n/g, "\r\n");
  return lines === "" || lines.endsWith("\r\n") ? lines : `${lines}\r\n`;
}

function topOf(message: string, count: number): string {
  const lines = message.split("\r\n").slice(0, -1);
  const empty = lines.indexOf("");
  const header = empty === -1 ? lines.length : empty + 1;
  return lines
    .slice(0, header + count)
    .map((line) => `${line}\r\n`)
    .join("");
}

/** Compared as a whole, but shown in short where they differ. */
function same(got: Buffer, wanted: string): void {
  if (got.equals(Buffer.from(wanted, "latin1"))) return;
  expect(got.toString("latin1").slice(0, 2000)).toBe(wanted.slice(0, 2000));
  expect(got.length).toBe(wanted.length);
  expect.fail("the octets differ behind the first 2000");
}

async function examine(on: Stage, message: string, tops = true): Promise<void> {
  const wanted = canonical(message);
  const { wire } = await on.sessionWith([message, "Subject: next\r\n\r\n"]);
  expect(await wire.ask("STAT")).toBe(`+OK 2 ${wanted.length + 17}`);
  expect((await wire.askMulti("LIST")).octets.toString()).toBe(`1 ${wanted.length}\r\n2 17\r\n`);
  expect(await wire.ask("LIST 1")).toBe(`+OK 1 ${wanted.length}`);
  same((await wire.askMulti("RETR 1")).octets, wanted);
  const bodyLines = Math.max(0, wanted.split("\r\n").length - topOf(wanted, 0).split("\r\n").length);
  for (const count of tops
    ? new Set([0, 1, 2, 3, Math.max(0, bodyLines - 1), bodyLines, bodyLines + 1, 999_999])
    : []) {
    same((await wire.askMulti(`TOP 1 ${count}`)).octets, topOf(wanted, count));
  }
  // Nothing was left over and nothing is missing: the next answer is the next message's.
  same((await wire.askMulti("RETR 2")).octets, "Subject: next\r\n\r\n");
  expect(await wire.quit()).toMatch(/^\+OK/);
}

describe("STAT, LIST, RETR and TOP agree", () => {
  for (const [name, message] of Object.entries(MESSAGES)) test(name, () => examine(stage, message));
});

describe("a body comes in the store's pieces", () => {
  const long = "a line of 100,000 octets";
  const names = [
    "empty",
    "one dot",
    "only dots",
    "lone CR, dot, CRLF",
    "CRCRLF",
    "an empty line of CR",
    "all octets",
    "dots at line starts",
    long,
  ];
  for (const kind of ["at once", "later"] as const) {
    for (const size of [1, 2, 3, 7, 4096, 16_384, 65_536, 65_537]) {
      test(`${size} octets, ${kind}`, async () => {
        const own: Stage = await Stage.set({
          maildrops: {
            open: (user) =>
              changed(own.store, (maildrop) => ({
                read: (position) => {
                  const octets = whole(maildrop.read(position));
                  return kind === "at once" ? inPieces(octets, size) : inPiecesLater(octets, size);
                },
              })).open(user),
          },
        });
        for (const name of names)
          if (name !== long || size > 3) await examine(own, MESSAGES[name]!, size !== 1 || name !== long);
        expect(own.failures).toEqual([]);
        await own.strike();
      });
    }
  }
  test("pieces of no octets between others, and a body of nothing but these", async () => {
    const own: Stage = await Stage.set({
      maildrops: {
        open: (user) =>
          changed(own.store, (maildrop) => ({
            *read(position) {
              yield new Uint8Array(0);
              for (const piece of inPieces(whole(maildrop.read(position)), 5)) yield* [piece, new Uint8Array(0)];
              yield new Uint8Array(0);
            },
          })).open(user),
      },
    });
    for (const name of names.slice(0, 8)) await examine(own, MESSAGES[name]!);
    await own.strike();
  });
});

describe("a message is delivered in pieces", () => {
  for (const size of [1, 2, 3, 5, 64]) {
    test(`${size} octets`, async () => {
      for (const [name, message] of Object.entries(MESSAGES)) {
        if (message.length > 2000) continue;
        const { octets, uniqueId } = await stage.store.deliver(
          "pieces",
          inPiecesLater(Buffer.from(message, "latin1"), size),
        );
        expect([name, octets]).toEqual([name, canonical(message).length]);
        const wire = await stage.session("pieces");
        const last = (await wire.askMulti("UIDL")).octets.toString().trimEnd().split("\r\n").at(-1)!.split(" ");
        expect(last[1]).toBe(uniqueId);
        same((await wire.askMulti(`RETR ${last[0]}`)).octets, canonical(message));
        expect(await wire.quit()).toMatch(/^\+OK/);
      }
    });
  }
});

test("the wire holds the message stuffed, CRLF between its end and the dot, and nothing else", async () => {
  const { wire } = await stage.sessionWith([".\n..\nx"]);
  wire.send("RETR 1\r\nTOP 1 0\r\nLIST\r\nUIDL\r\nQUIT\r\n");
  const all = (await wire.rest())
    .split("\r\n")
    .map((line) => line.replace(/^\+OK.*/, "+OK").replace(/^1 [!-~]+$/, "1 …"));
  expect(all).toEqual("+OK,..,...,x,.,+OK,..,...,x,.,+OK,1 …,.,+OK,1 …,.,+OK,".split(","));
  wire.drop();
});

test("a maildrop of 20,000 messages lists each of them once, in order", async () => {
  const user = stage.user();
  for (let at = 1; at <= 20_000; at++) await stage.store.deliver(user, Buffer.from("x".repeat(at % 50)));
  const wire = await stage.session(user);
  const scan = (await wire.askMulti("LIST")).octets.toString().trimEnd().split("\r\n");
  expect(scan.length).toBe(20_000);
  expect(scan.findIndex((line, at) => line !== `${at + 1} ${(at + 1) % 50 === 0 ? 0 : ((at + 1) % 50) + 2}`)).toBe(-1);
  const listing = (await wire.askMulti("UIDL")).octets.toString().trimEnd().split("\r\n");
  expect(new Set(listing.map((line) => line.split(" ")[1])).size).toBe(20_000);
  expect(listing.findIndex((line, at) => !new RegExp(`^${at + 1} [!-~]{1,70}$`).test(line))).toBe(-1);
  wire.drop();
});
