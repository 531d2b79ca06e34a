// A world for discovery without a network: DNS records, documents and servers are what a test says, and nothing else exists.
// Remembers what was asked. `name-server.ts` and the tests of single files have real sockets instead.
import type { DiscoverOptions } from "../../src/discovery/discover.js";
import type { MxRecord, SrvRecord } from "../../src/discovery/resolver.js";

export interface Facts {
  /** By the name that is asked for: priority, weight, port, target. */
  readonly srv?: Readonly<Record<string, readonly (readonly [number, number, number, string])[]>>;
  readonly mx?: Readonly<Record<string, readonly (readonly [number, string])[]>>;
  /** By URL without its query. */
  readonly documents?: Readonly<Record<string, string>>;
  /** `host:port`. */
  readonly servers?: readonly string[];
}

export interface World {
  readonly options: DiscoverOptions;
  readonly urls: string[];
  readonly probed: string[];
}

function absent(): Error {
  return Object.assign(new Error("absent"), { code: "ENOTFOUND" });
}

export function worldOf({ srv = {}, mx = {}, documents = {}, servers = [] }: Facts): World {
  const urls: string[] = [];
  const probed: string[] = [];
  return {
    urls,
    probed,
    options: {
      random: () => 0,
      resolver: {
        resolveSrv: async (name): Promise<SrvRecord[]> => {
          if (srv[name] === undefined) throw absent();
          return srv[name].map(([priority, weight, port, target]) => ({ priority, weight, port, name: target }));
        },
        resolveMx: async (name): Promise<MxRecord[]> => {
          if (mx[name] === undefined) throw absent();
          return mx[name].map(([priority, exchange]) => ({ priority, exchange }));
        },
      },
      fetch: async (url) => {
        urls.push(url);
        const document = documents[url.split("?")[0] ?? ""];
        if (document === undefined) throw new TypeError("fetch failed", { cause: absent() });
        return new Response(document);
      },
      probe: async ({ host, port }) => {
        probed.push(`${host}:${port}`);
        if (!servers.includes(`${host}:${port}`)) throw absent();
      },
    },
  };
}

/** An autoconfig document with these servers in it, each as the text inside `incomingServer`. */
export function documentOf(...servers: readonly string[]): string {
  const all = servers.map((fields) => `<incomingServer type="pop3">${fields}</incomingServer>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
    <clientConfig version="1.1"><emailProvider id="example.net"><domain>example.net</domain>
    <incomingServer type="imap"><hostname>imap.example.net</hostname><port>993</port><socketType>SSL</socketType></incomingServer>
    ${all.join("\n")}
    <outgoingServer type="smtp"><hostname>smtp.example.net</hostname></outgoingServer></emailProvider></clientConfig>`;
}

/** A server as most documents have it. */
export function server(host: string, user = "%EMAILADDRESS%"): string {
  return `<hostname>${host}</hostname><port>995</port><socketType>SSL</socketType><username>${user}</username>
    <authentication>password-cleartext</authentication>`;
}
