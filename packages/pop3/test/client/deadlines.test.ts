// What the client waits for, and how long: silence counts while something is due, and who gives up does not wait for others.
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type ConnectOptions, Pop3Client } from "@postern/pop3/client";
import { puppet, wellBehaved } from "../support/puppet.js";

const auth = { user: "ann", password: "secret", cleartext: true };

function opened(port: number, more: Partial<ConnectOptions> = {}): Promise<Pop3Client> {
  return Pop3Client.connect({ host: "127.0.0.1", port, tls: "none", auth, ...more });
}

const good = wellBehaved(["USER", "SASL XOAUTH2"]);

test("silence counts from the question on", async () => {
  const deadlines = { silenceMs: 1500 };
  await using server = await puppet(async (line, ...rest) => {
    if (line === "STAT") await sleep(1000);
    return good(line, ...rest);
  });
  await using client = await opened(server.port, { deadlines });
  await sleep(1000);
  expect(await client.stat()).toEqual({ count: 2, octets: 6 });
});

test("and an answer that does not come is given up", async () => {
  await using server = await puppet((line, ...rest) => (line === "STAT" ? null : good(line, ...rest)));
  const client = await opened(server.port, { deadlines: { silenceMs: 50 } });
  await expect(client.stat()).rejects.toMatchObject({ name: "TransportLost", reason: "deadline" });
});

test("a login that is given up does not wait for who gives the token", async () => {
  await using server = await puppet(good);
  const given = new AbortController();
  const never = Promise.withResolvers<string>();
  const token = (): Promise<string> => {
    given.abort(new Error("given up"));
    return never.promise;
  };
  const login = opened(server.port, { signal: given.signal, auth: { user: "ann", token, cleartext: true } });
  await expect(login).rejects.toThrow("given up");
  const [socket] = server.sockets;
  if (socket!.readyState !== "closed") await once(socket!, "close");
});

test("the deadline holds for a stream of the caller's, and one that comes too late is destroyed", async () => {
  await using server = await puppet(good);
  const late = Promise.withResolvers<ReturnType<typeof connect>>();
  const opening = opened(1, { deadlines: { connectMs: 20 }, stream: () => late.promise });
  await expect(opening).rejects.toMatchObject({ name: "TransportLost", reason: "deadline" });
  const stream = connect(server.port, "127.0.0.1");
  late.resolve(stream);
  await once(stream, "close");
});

test("a stream that is closed already is not waited for", async () => {
  await using server = await puppet(good);
  const stream = connect(server.port, "127.0.0.1");
  stream.destroy();
  await once(stream, "close");
  await expect(opened(1, { stream: () => stream })).rejects.toMatchObject({ name: "TransportLost", reason: "closed" });
}, 5000);
