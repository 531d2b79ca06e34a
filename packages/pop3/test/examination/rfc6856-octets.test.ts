// What LIST, STAT, RETR and TOP say of messages made of all that makes headers hard to read, in both modes (RFC 6856 §2.1 and §4).
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectOk, Stage } from "./stage.js";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage.strike());

describe("whatever a message holds (§2.1, §4)", () => {
  const bits = [
    "Subject: ",
    "From: ",
    "To: ",
    "Content-Type: ",
    "X-é: ",
    "Received: ",
    "é",
    "ü ",
    "語",
    "\u{1F4EE}",
    "a",
    " ",
    "\t",
    "\n",
    "\n ",
    "\n\t",
    "\n\n",
    "\r",
    "<",
    ">",
    "@",
    "example.org",
    ",",
    ";",
    ":",
    '"',
    "\\",
    "(",
    ")",
    "=?utf-8?q?=C3=A9?=",
    "=?",
    "?=",
    "=C3",
    "multipart/mixed; boundary=b",
    "message/rfc822",
    "message/global",
    'name="é"',
    "filename*=utf-8''x",
    "\n--b\n",
    "\n--b--\n",
    ".",
    "\n.\n",
    "\n..x",
    "x".repeat(80),
    "é".repeat(40),
    "group: ",
    "\u00A0",
    "\u2028",
    "\0",
    "\x7f",
  ];
  test("LIST, RETR, TOP and STAT agree; the header is ASCII; UTF-8 mode gives it back as it was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...bits), { maxLength: 40 }), async (parts) => {
        const user = stage.user();
        const octets = Buffer.from(parts.join(""));
        await stage.store.deliver(user, octets);
        for (const utf8 of [false, true]) {
          const wire = await stage.greeted();
          if (utf8) expectOk(await wire.ask("UTF8"));
          expectOk(await wire.ask(`USER ${user}`));
          expectOk(await wire.ask("PASS secret"));
          const { octets: sent } = await wire.askMulti("RETR 1");
          expect(await wire.ask("LIST 1")).toBe(`+OK 1 ${sent.length}`);
          expect(await wire.ask("STAT")).toBe(`+OK 1 ${sent.length}`);
          expect((await wire.askMulti("TOP 1 100000")).octets).toEqual(sent);
          const header = sent.toString("latin1").split("\r\n\r\n")[0]!;
          const top = (await wire.askMulti("TOP 1 0")).octets.toString("latin1");
          expect(sent.toString("latin1").startsWith(top)).toBe(true);
          if (!utf8 && !sent.toString("latin1").startsWith("\r\n")) expect(header).toMatch(/^[\0-\x7f]*$/);
          if (utf8) expect(sent).toEqual(asDelivered(octets));
          await wire.quit();
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** The canonical form (RFC 1939 §3): CRLF at the end of every line, the last one too. */
function asDelivered(octets: Buffer): Buffer {
  const text = octets.toString("latin1").replace(/\r?\n/g, "\r\n");
  return Buffer.from(text === "" || text.endsWith("\r\n") ? text : `${text}\r\n`, "latin1");
}
