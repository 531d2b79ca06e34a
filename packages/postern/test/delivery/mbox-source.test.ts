import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { separatorMs } from "../../src/delivery/mbox-messages.js";
import { mboxSource } from "../../src/delivery/mbox-source.js";
import type { UniqueIdWay } from "../../src/delivery/import-source.js";
import { fixtureFolder, readAll } from "./fixture-folder.js";
import type { ReadMessage } from "./fixture-folder.js";

const separator = "From mia@example.net Thu Jan  1 00:00:01 2026\n";

async function read(mbox: string, way: UniqueIdWay = "auto"): Promise<ReadMessage[]> {
  const folder = await fixtureFolder({ mbox });
  return readAll(await mboxSource(join(folder, "mbox"), way));
}

async function texts(mbox: string): Promise<string[]> {
  return (await read(mbox)).map(({ text }) => text);
}

describe("separators", () => {
  test("the empty line before one belongs to it, further ones to the message", async () => {
    expect(await texts(`${separator}A: 1\n\nx\n\n\n${separator}B: 2\n\ny\n\n`)).toEqual([
      "A: 1\n\nx\n\n",
      "B: 2\n\ny\n",
    ]);
  });

  test("only at the front or behind an empty line", async () => {
    const text = "A: 1\n\nFrom the front\nx\nFrom here\nFrom there\n";
    expect(await texts(`${separator}${text.replace("\nFrom the", "\n>From the")}\n${separator}B: 2\n`)).toEqual([
      text,
      "B: 2\n",
    ]);
  });

  test("the last message with an empty line, with a line end and without", async () => {
    for (const end of ["x\n\n", "x\n"]) expect(await texts(`${separator}A: 1\n\n${end}`)).toEqual(["A: 1\n\nx\n"]);
    expect(await texts(`${separator}A: 1\n\nx`)).toEqual(["A: 1\n\nx"]);
    expect(await texts(`${separator}A: 1\n\nx\n\r`)).toEqual(["A: 1\n\nx\n\r"]);
  });

  test("CRLF files", async () => {
    const crlf = separator.replace("\n", "\r\n");
    expect(await texts(`${crlf}A: 1\r\n\r\nx\r\n\r\n${crlf}B: 2\r\n\r\n>From y\r\n\r\n`)).toEqual([
      "A: 1\r\n\r\nx\r\n",
      "B: 2\r\n\r\nFrom y\r\n",
    ]);
  });

  test("empty messages and an empty file", async () => {
    expect(await texts(`${separator}\n${separator}\n${separator}`)).toEqual(["", "", ""]);
    expect(await texts("")).toEqual([]);
  });

  test("lines longer than what is read at once, and quotes across its borders", async () => {
    const long = `${"x".repeat(300_000)}\n`;
    const message = `A: ${long}\n${long}>${"From ".repeat(60_000)}\n${long}`;
    expect(await texts(`${separator}${message.replace(">From", ">>From")}\n${separator}B: 2\n`)).toEqual([
      message,
      "B: 2\n",
    ]);
  });

  test("a file that vanishes stops the source with its name", async () => {
    const folder = await fixtureFolder({ mbox: separator });
    const source = await mboxSource(join(folder, "mbox"), "auto");
    await unlink(join(folder, "mbox"));
    await expect(readAll(source)).rejects.toThrow(/mbox cannot be read to its end: there is no such file/);
  });

  test("something else is refused", async () => {
    await expect(read("Subject: a message\n\nFrom \n")).rejects.toThrow(/does not begin with/);
    await expect(read("From")).rejects.toThrow(/does not begin with/);
    await expect(mboxSource("/nowhere", "auto")).rejects.toThrow(/cannot be read as mbox/);
    await expect(read(separator, "courier")).rejects.toThrow(/--unique-ids auto, dovecot or none/);
  });
});

describe("Content-Length", () => {
  const body = `x\n\n${separator}not a separator\n>From stays\n`;

  test("that leads to the next separator or to the end is believed", async () => {
    const message = `Content-Length: ${body.length}\n\n${body}`;
    expect(await texts(`${separator}${message}\n${separator}${message}`)).toEqual([message, message]);
    expect(await texts(`${separator}${message}${separator}${message}\n`)).toEqual([message, message]);
  });

  test("an empty line may be the last of the message", async () => {
    const message = "Content-Length: 5\n\nFrom\n";
    expect(await texts(`${separator}Content-Length: 4\n\nx\n\n\n\n${separator}B: 2\n`)).toEqual([
      "Content-Length: 4\n\nx\n\n\n",
      "B: 2\n",
    ]);
    expect(await texts(`${separator}${message}\n`)).toEqual([message]);
  });

  test("a message without a last line end", async () => {
    const message = "Content-Length: 8\n\nx\n\nFrom ";
    expect(await texts(`${separator}${message}\n${separator}${message}`)).toEqual([message, message]);
  });

  test("any other is not", async () => {
    for (const length of ["4", "99999999", "-1", "x", "1e3", `${body.length - 2}`]) {
      const all = await texts(`${separator}Content-Length: ${length}\n\n${body}`);
      expect(all).toEqual([`Content-Length: ${length}\n\nx\n`, "not a separator\n>From stays\n".replace(">", "")]);
    }
  });

  test("a quoted text stays quoted text", async () => {
    const quoted = ">From y\n";
    expect(await texts(`${separator}Content-Length: ${quoted.length}\n\n${quoted}\n${separator}\n`)).toEqual([
      `Content-Length: ${quoted.length}\n\nFrom y\n`,
      "",
    ]);
  });
});

describe("unique-ids", () => {
  const mbox =
    `${separator}X-IMAPbase: 1795437259 51\nX-UID: 1   \nX-UIDL: qpop1\nX-UIDL: second\n\n\n` +
    `${separator}x-uidl:   qpop2 \nX-UID: 17\n\nX-UIDL: in the text\n\n${separator}A: 1\n\n`;

  test.each([
    ["auto", ["qpop1", "qpop2", undefined]],
    ["dovecot", ["000000016b0432cb", "000000116b0432cb", undefined]],
    ["none", [undefined, undefined, undefined]],
  ] as const)("%s", async (way, uniqueIds) => {
    expect((await read(mbox, way)).map(({ message }) => message.uniqueId)).toEqual(uniqueIds);
  });

  test("the first message of UW imapd is not mail", async () => {
    const internal = `${separator}X-IMAP: 16 20\nSubject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n\nx\n\n`;
    const all = await read(`${internal}${separator}X-UID: 3\n\ny\n`, "dovecot");
    expect(all.map(({ message }) => message.uniqueId)).toEqual(["0000000300000010"]);
    expect((await read(`${separator}X-IMAP: 16 20\nSubject: mail\n\n`)).length).toBe(1);
  });
});

test("names, octets, arrivals and keys", async () => {
  const source = `${separator}A: 1\n\nx\n\n${separator}A: 1\n\nx\n\nFrom mia\nB: 2\n\n`;
  const all = await read(source);
  expect(all.map(({ message }) => message.octets)).toEqual([8, 8, 5]);
  expect(all[1]?.message.name).toMatch(/mbox: message 2 at octet 101$/);
  expect(all.map(({ message }) => message.arrivedMs)).toEqual([1_767_225_601_000, 1_767_225_601_000, undefined]);
  expect(new Set(all.map(({ key }) => key)).size).toBe(3);
  expect((await read(source)).map(({ key }) => key)).toEqual(all.map(({ key }) => key));
});

test.each([
  ["From mia@example.net Thu Jan  1 00:00:01 2026", Date.UTC(2026, 0, 1, 0, 0, 1)],
  ["From mia Fri Mar 13 17:05 2026", Date.UTC(2026, 2, 13, 17, 5)],
  ["From mia Fri Mar 13 17:05:06 CET 2026", Date.UTC(2026, 2, 13, 17, 5, 6)],
  ["From mia Fri Mar 13 17:05:06 2026 +0100", Date.UTC(2026, 2, 13, 16, 5, 6)],
  ["From mia Fri Mar 13 17:05:06 2026 -0330\r", Date.UTC(2026, 2, 13, 20, 35, 6)],
  ["From mia Fri Xxx 13 17:05:06 2026", null],
  ["From mia", null],
])("%j", (line, ms) => {
  expect(separatorMs(line)).toBe(ms);
});
