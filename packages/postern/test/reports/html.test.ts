// The HTML report stands by itself, says what there is to say, and no text of a server becomes more than text.
import { describe, expect, test } from "vitest";
import { reportHtml } from "../../src/reports/html.js";
import { examples, faulty, flawless, hostile, silent } from "./example-reports.js";
import { elementsOf, forbidden } from "./well-formed.js";

describe.each(examples)("the report %s", (_, report) => {
  const html = reportHtml(report);
  const elements = elementsOf(html);

  test("is well-formed, runs nothing and loads nothing", () => {
    expect(html).toMatch(/^<!DOCTYPE html>\n<html lang="en">/);
    expect(forbidden.exec(html)).toBeNull();
    const names = new Set(elements.map(({ name }) => name));
    for (const name of ["script", "link", "img", "iframe", "object"]) expect(names).not.toContain(name);
    for (const { attributes } of elements) {
      expect(Object.keys(attributes).filter((name) => name.startsWith("on") || name === "src")).toEqual([]);
      if (attributes["href"] !== undefined)
        expect(attributes["href"]).toMatch(/^(#check-|https:\/\/www\.(rfc-editor|npmjs)\.)/);
    }
    expect(elements.find(({ name }) => name === "style")?.text).not.toMatch(/url\(|@import/);
  });

  test("has headers in its tables, and names that exist for what it labels", () => {
    for (const { attributes } of elements.filter(({ name }) => name === "th"))
      expect(attributes["scope"]).toMatch(/row|col/);
    const ids = elements.flatMap(({ attributes }) => attributes["id"] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { attributes } of elements) {
      const target = attributes["aria-labelledby"] ?? attributes["href"]?.match(/^#(.*)/)?.[1];
      if (target !== undefined) expect(ids).toContain(target);
    }
  });
});

function textOf(html: string): string {
  return html.replaceAll(/<style>.*<\/style>/gs, "").replaceAll(/<[^>]*>/g, "");
}

test("a failure says what is required, seen and to be changed, and shows the transcript", () => {
  const html = reportHtml(faulty);
  const [, failures = ""] = /<h2 id="failures">(.*?)<\/section>/s.exec(html) ?? [];
  expect(failures).toMatch(/^Failures: 2/);
  expect(failures.indexOf("top-zero-lines")).toBeLessThan(failures.indexOf("base-quit-reply"));
  expect(textOf(failures)).toContain("Behind the empty line came 1 more line");
  expect(textOf(failures)).toContain("Count the lines of the body");
  expect(failures).toContain('<a href="https://www.rfc-editor.org/rfc/rfc1939#section-7">RFC 1939 §7</a>');
  expect(failures).toContain('<span class="client"><b>C:</b> TOP 1 0\n</span>');
  expect(failures).toContain('<span class="server"><b>S:</b> Subject: Lunch &amp; &lt;dinner&gt;\n</span>');
});

test("the certificate is told in one line", () => {
  expect(reportHtml(faulty)).toContain(
    "; for CN=pop.example.net; by C=US, O=Example Trust, CN=E7; names DNS:pop.example.net, DNS:mail.example.net; " +
      "valid from 2026-06-01; valid to 2026-09-01</dd>",
  );
});

test("each document of a reference is a link", () => {
  expect(reportHtml(faulty)).toContain(
    '<a href="https://www.rfc-editor.org/rfc/rfc5034#section-4">RFC 5034 §4</a>, <a href="https://www.rfc-editor.org/rfc/rfc2449#section-6.3">RFC 2449 §6.3</a>',
  );
});

test("the table has a column for each listing, what is wrong first", () => {
  const html = reportHtml(faulty);
  const headers = elementsOf(html).filter(({ name, attributes }) => name === "th" && attributes["class"] === "stage");
  expect(headers.map(({ text }) => text)).toEqual(["Under TLS", "After login"]);
  const rows = elementsOf(html).filter(({ attributes }) => attributes["class"]?.startsWith("pill"));
  expect(rows.map(({ text }) => text)).toEqual([
    "✗ false",
    "? could not tell",
    "? could not tell",
    "? could not tell",
    "✓ true",
    "✓ true",
    "– not announced",
    "– not announced",
  ]);
});

test("one sentence sums it up", () => {
  const sentence = (html: string): string | undefined =>
    elementsOf(html).find(({ attributes }) => attributes["class"]?.startsWith("overall"))?.text;
  expect(sentence(reportHtml(faulty))).toBe(
    "Not conformant: 1 requirement (MUST) is not met. 1 recommendation (SHOULD, MAY) not followed.",
  );
  expect(sentence(reportHtml(flawless))).toBe("Conformant in what was tested: no MUST of 5 checks failed.");
  expect(sentence(reportHtml(silent))).toBe("Not tested: no check could be made.");
});

test("where CAPA was refused, that is said", () => {
  const listings = [{ stage: "cleartext", answered: false, lines: [] }] as const;
  expect(reportHtml({ ...silent, listings })).toContain("CAPA was refused before TLS.");
});

test("a text without end is shortened, and what does not print is shown as an escape", () => {
  const text = textOf(reportHtml(hostile));
  expect(text).toContain(
    "\\x1b[2J\\x1b]0;title\\x07\\x9b31m\\x0d\\x0a\\x09tab\\u{202e}evil\\u{2066}\\u{2028}\\u{d800}\\u{ffff}",
  );
  expect(text).toContain("valid from &lt;script&gt;alert(1)");
  expect(text).toContain(`${"y".repeat(2000)} … (48000 characters more)`);
});
