// The messages of the demonstration: well-formed, and each one shows what it says it shows.
import { expect, test } from "vitest";
import { demoMessages } from "../../src/service/demo-messages.js";

test("five messages with a complete header each and an address that belongs to nobody", () => {
  expect(demoMessages).toHaveLength(5);
  for (const message of demoMessages) {
    const header = message.slice(0, message.indexOf("\n\n"));
    expect(header.split("\n").every((line) => /^[A-Za-z-]+: [\x20-\x7e]+$/.test(line))).toBe(true);
    for (const field of ["From", "To", "Date", "Subject", "Message-ID", "Content-Type"])
      expect(header).toContain(`${field}: `);
    expect([...message.matchAll(/@([\w.]+)/g)].every(([, domain]) => /^example\.(net|org)$/.test(domain ?? ""))).toBe(
      true,
    );
    expect(message.endsWith("\n")).toBe(true);
    const date = /^Date: (.+)$/m.exec(header)?.[1] ?? "";
    expect(date.startsWith(new Date(date).toLocaleDateString("en-US", { weekday: "short", timeZone: "UTC" }))).toBe(
      true,
    );
  }
});

test("all lines are short enough for any reader", () => {
  expect(Math.max(...demoMessages.flatMap((message) => message.split("\n")).map((line) => line.length))).toBeLessThan(
    79,
  );
});

test("they show UTF-8, dots, an attachment and length", () => {
  const [, accents = "", dots = "", attachment = "", long = ""] = demoMessages;
  expect(accents).toContain("門");
  expect(dots).toContain("\n.\n");
  const [, base64 = ""] = /base64\n\n([\w+/=\n]+)\n--postern-demo--/.exec(attachment) ?? [];
  expect(Buffer.from(base64, "base64").toString()).toBe(
    "command,what it answers\r\nSTAT,how many messages and octets\r\nLIST,octets of each\r\nUIDL,a name that stays\r\n",
  );
  expect(long.length).toBeGreaterThan(50_000);
});
