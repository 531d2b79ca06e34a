// Documents from the web, from servers on loopback by the real `fetch`: sizes, redirects, silence and certificates.
import { generateKeyPairSync } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { Fetch } from "../../src/discovery/inquiry.js";
import { fetchDocument } from "../../src/discovery/web-document.js";
import { selfSigned } from "../../src/service/self-signed.js";

const signal = new AbortController().signal;
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** What a server that answers like this comes to. */
async function fetched(answer: RequestListener, deadlineMs = 10_000): Promise<unknown> {
  const port = await listen(createServer(answer));
  return fetchDocument({ fetch, signal, deadlineMs }, `http://127.0.0.1:${port}/`);
}

const limit = 64 * 1024;

test("a document", async () => {
  let headers: unknown;
  const answer = await fetched((request, response) => {
    ({ headers } = request);
    response.end("\ufeff<a>ü</a>");
  });
  expect(answer).toEqual({ outcome: "found", value: "<a>ü</a>" });
  expect(headers).not.toHaveProperty("authorization");
  expect(headers).not.toHaveProperty("cookie");
});

describe("sizes", () => {
  test("64 KiB are taken", async () => {
    expect(await fetched((_, response) => response.end("x".repeat(limit)))).toMatchObject({ outcome: "found" });
  });

  test("more are not", async () => {
    const tooMuch = { outcome: "failed", detail: "more than 64 KiB" };
    expect(await fetched((_, response) => response.end("x".repeat(limit + 1)))).toEqual(tooMuch);
    const zipped = gzipSync(Buffer.alloc(50_000_000));
    expect(await fetched((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(zipped))).toEqual(
      tooMuch,
    );
  });

  test("a body without an end is left", async () => {
    let closed = false;
    const answer = await fetched((_, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write("x".repeat(limit)));
      };
      response.on("drain", write).on("close", () => (closed = true));
      write();
    });
    expect(answer).toMatchObject({ outcome: "failed", detail: "more than 64 KiB" });
    await expect.poll(() => closed).toBe(true);
  });
});

describe("silence", () => {
  const late = { outcome: "failed", detail: "no answer within 0.1 seconds" };

  test("before the answer", async () => {
    expect(await fetched(() => undefined, 100)).toEqual(late);
  });

  test("within the document", async () => {
    expect(await fetched((_, response) => response.write("<a>"), 100)).toEqual(late);
  });

  test("the signal ends it at once", async () => {
    const controller = new AbortController();
    const port = await listen(createServer(() => controller.abort(new Error("enough"))));
    const asked = fetchDocument({ fetch, signal: controller.signal, deadlineMs: 60_000 }, `http://127.0.0.1:${port}/`);
    await expect(asked).rejects.toThrow("enough");
  });
});

test.each([
  [404, "nothing"],
  [410, "nothing"],
  [401, "failed"],
  [500, "failed"],
  [304, "failed"],
])("status %i", async (status, outcome) => {
  const answer = await fetched((_, response) => response.writeHead(status).end());
  expect(answer).toEqual({ outcome, detail: `status ${status}` });
});

describe("redirects", () => {
  /** Where a redirect leads, asked of a web that has a document at the last place. */
  async function followed(...locations: readonly string[]): Promise<{ answer: unknown; urls: string[] }> {
    const urls: string[] = [];
    const web: Fetch = async (url) => {
      const location = locations[urls.push(url) - 1];
      if (location === undefined) return new Response("<a/>");
      return new Response(null, { status: 302, headers: { location } });
    };
    return { answer: await fetchDocument({ fetch: web, signal, deadlineMs: 10_000 }, "https://example.net/a"), urls };
  }

  test("to https are followed, three at most", async () => {
    const three = await followed("https://www.example.net/b", "/c", "d");
    expect(three.answer).toMatchObject({ outcome: "found" });
    expect(three.urls.slice(1)).toEqual([
      "https://www.example.net/b",
      "https://www.example.net/c",
      "https://www.example.net/d",
    ]);
    const four = await followed("/b", "/c", "/d", "/e");
    expect(four.answer).toEqual({ outcome: "failed", detail: "more than 3 redirects" });
    expect(four.urls).toHaveLength(4);
  });

  test.each([
    "http://example.net/",
    "file:///etc/passwd",
    "data:text/xml,<a/>",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://2130706433/",
    "https://localhost/",
    "https://example.net:8443/",
    "https://user:secret@example.net/",
    "https://",
  ])("to %s are not", async (location) => {
    const { answer, urls } = await followed(location);
    expect(answer).toEqual({ outcome: "failed", detail: "a redirect to something else than https" });
    expect(urls).toHaveLength(1);
  });

  test("without a place are a status", async () => {
    expect(await fetched((_, response) => response.writeHead(302).end())).toEqual({
      outcome: "failed",
      detail: "status 302",
    });
  });
});

describe("connections", () => {
  test("a certificate that nobody vouches for is not taken", async () => {
    const { privateKey: key } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const hour = 3_600_000;
    const now = Date.now();
    const dates = { notBefore: new Date(now - hour), notAfter: new Date(now + hour) };
    const cert = await selfSigned({ key, names: ["localhost", "127.0.0.1"], ...dates });
    let asked = false;
    const server = createSecureServer({ key: key.export({ type: "pkcs8", format: "pem" }), cert }, (_, response) => {
      asked = true;
      response.end("<a/>");
    });
    const port = await listen(server);
    expect(await fetchDocument({ fetch, signal, deadlineMs: 10_000 }, `https://127.0.0.1:${port}/`)).toEqual({
      outcome: "failed",
      detail: expect.stringContaining("certificate is not valid"),
    });
    expect(asked).toBe(false);
  });

  test("nobody listens", async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await fetchDocument({ fetch, signal, deadlineMs: 10_000 }, `https://127.0.0.1:${port}/`)).toEqual({
      outcome: "nothing",
      detail: "nobody listens there",
    });
  });
});
