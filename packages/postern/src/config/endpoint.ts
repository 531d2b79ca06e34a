// An address to listen on, as people write it: host:port. Knows nothing of sockets.
// `schema.ts` reads the listen keys with it; whether an address can be had is found out by `service/compose.ts`.

/** Where a listener listens; port 0 lets the system choose one. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** What every error about an endpoint says. */
export const endpointForm = "write host:port, such as 127.0.0.1:1110 or [::1]:1110";

/** Reads `host:port`, an IPv6 address in square brackets; null where the text is something else. */
export function parseEndpoint(text: string): Endpoint | null {
  const match = /^(?:\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<name>[A-Za-z0-9.-]{1,253})):(?<port>\d{1,5})$/.exec(text.trim());
  const host = match?.groups?.["v6"] ?? match?.groups?.["name"];
  const port = Number(match?.groups?.["port"]);
  return host === undefined || port > 65_535 ? null : { host, port };
}

/** The inverse of `parseEndpoint`. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
