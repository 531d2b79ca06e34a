// The HTTP listener: pages by path for GET and HEAD, and a plain word for everything else.
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listenHttp } from "../../src/monitoring/http-listener.js";
import type { HttpListener } from "../../src/monitoring/http-listener.js";

let listener: HttpListener;
let at = "";
beforeEach(async () => {
  const pages = new Map([
    ["/page", async () => ({ status: 200, type: "text/plain", body: "ä\n" })],
    [
      "/broken",
      async () => {
        throw new Error("the page broke");
      },
    ],
  ]);
  listener = await listenHttp({ host: "127.0.0.1", port: 0 }, pages);
  at = `http://127.0.0.1:${listener.at.port}`;
});
afterEach(() => listener.close());

test("a page, with its length in octets", async () => {
  const answer = await fetch(`${at}/page?x=1`);
  expect([answer.status, answer.headers.get("content-length"), await answer.text()]).toEqual([200, "3", "ä\n"]);
  expect(answer.headers.get("cache-control")).toBe("no-store");
});

test("HEAD has the header alone", async () => {
  const answer = await fetch(`${at}/page`, { method: "HEAD" });
  expect([answer.status, answer.headers.get("content-length"), await answer.text()]).toEqual([200, "3", ""]);
});

test.each([
  ["another path", "/other", "GET", 404],
  ["another method", "/page", "POST", 405],
  ["a page that cannot be made", "/broken", "GET", 500],
] as const)("%s", async (_, path, method, status) => {
  const answer = await fetch(at + path, { method, ...(method === "POST" && { body: "x" }) });
  expect(answer.status).toBe(status);
});

test("a port in use is its caller's to hear of", async () => {
  await expect(listenHttp(listener.at, new Map())).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("who connects and says nothing is gone before long, so that silent ones keep no monitor out", async () => {
  const silent = connect(listener.at.port, listener.at.host);
  const startMs = Date.now();
  silent.resume();
  await once(silent, "close");
  expect(Date.now() - startMs).toBeLessThan(10_000);
});
