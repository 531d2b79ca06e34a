// The HTTP listener for monitoring: a few pages by path, read and nothing else. Knows no page's meaning and no POP3.
// Which pages there are, and what they say, is put together in `service/monitoring.ts`.
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Endpoint } from "../config/endpoint.js";

export interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Makes a page when it is asked for. */
export type PageMaker = () => Promise<Page>;

export interface HttpListener {
  /** With the port that the system chose. */
  readonly at: Endpoint;
  close(): void;
}

/** Whoever asks has one small request to send. */
const REQUEST_MS = 5000;
/** How often the server looks for those who are late; Node's half minute would let silent ones keep monitors out for as long. */
const LOOK_MS = 1000;
/** A few monitors, each with a connection or two. */
const CONNECTIONS = 32;

const plain = (status: number, body: string): Page => ({ status, type: "text/plain; charset=utf-8", body });

async function pageFor({ method, url }: IncomingMessage, pages: ReadonlyMap<string, PageMaker>): Promise<Page> {
  const make = pages.get((url ?? "").split("?")[0] ?? "");
  if (make === undefined) return plain(404, `there are ${[...pages.keys()].join(" and ")} here\n`);
  if (method !== "GET" && method !== "HEAD") return plain(405, "GET and HEAD are all that is answered here\n");
  try {
    return await make();
  } catch (error) {
    return plain(500, `${(error as Error).message}\n`);
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  pages: ReadonlyMap<string, PageMaker>,
): Promise<void> {
  const { status, type, body } = await pageFor(request, pages);
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    ...(status === 405 && { allow: "GET, HEAD" }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Listens until it is closed. Rejects with the system's error where the port cannot be had. */
export function listenHttp(endpoint: Endpoint, pages: ReadonlyMap<string, PageMaker>): Promise<HttpListener> {
  const times = { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, connectionsCheckingInterval: LOOK_MS };
  const server = createServer(times, (request, response) => {
    // A body is not wanted, and what is left of one must not be taken for the next request.
    request.resume();
    void answer(request, response, pages);
  });
  server.maxConnections = CONNECTIONS;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: endpoint.host, port: endpoint.port }, () => {
      server.off("error", reject);
      server.on("error", () => {
        // A connection that could not be taken; whoever asked will ask again.
      });
      const { address, port } = server.address() as AddressInfo;
      resolve({
        at: { host: address, port },
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}
