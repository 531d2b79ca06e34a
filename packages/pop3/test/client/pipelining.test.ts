// What goes out before what was answered: a window of octets where the server lists PIPELINING, one command at a time where not.
// How messages are asked for ahead is `retrieval.test.ts`'s and `commit.test.ts`'s.
import { expect, test } from "vitest";
import type { Pop3Client } from "@postern/pop3/client";
import { pause, type Script, scripted, type ScriptedPeer } from "../support/scripted-server.js";

/** Octets of commands that were sent and not answered yet, at most. */
interface Window {
  mostOctets: number;
  mostCommands: number;
  /** What every peer has answered so far. */
  answered: number;
}

/** A server that answers a command only once nothing more has come for a while. */
function slow(capabilities: readonly string[]): { readonly script: Script; readonly window: Window } {
  const window: Window = { mostOctets: 0, mostCommands: 0, answered: 0 };
  let octets = 0;
  const patient = async (keyword: string, params: string, peer: ScriptedPeer): Promise<string> => {
    await pause(2);
    const sent = peer.lines;
    const outstanding = sent.slice(window.answered);
    window.mostCommands = Math.max(window.mostCommands, outstanding.length);
    window.mostOctets = Math.max(window.mostOctets, peer.chunks.join("").length - octets);
    window.answered++;
    octets += `${keyword}${params === "" ? "" : ` ${params}`}\r\n`.length;
    return "+OK\r\n";
  };
  const answers = Object.fromEntries(
    ["USER", "PASS", "NOOP", "DELE"].map((keyword) => [
      keyword,
      (params: string, peer: ScriptedPeer) => patient(keyword, params, peer),
    ]),
  );
  const capa = async (params: string, peer: ScriptedPeer): Promise<string> => {
    await patient("CAPA", params, peer);
    return `+OK\r\n${capabilities.map((line) => `${line}\r\n`).join("")}.\r\n`;
  };
  return { script: { answers: { ...answers, CAPA: capa } }, window };
}

async function many(client: Pop3Client): Promise<void> {
  await Promise.all(Array.from({ length: 150 }, (_, at) => (at % 3 === 0 ? client.noop() : client.delete(at))));
}

test("a window of octets is filled, and never more than that", async () => {
  const { script, window } = slow(["PIPELINING"]);
  await using server = await scripted(script);
  const client = await server.connect({ limits: { windowOctets: 200 } });
  await many(client);
  expect(window.mostOctets).toBeLessThanOrEqual(200);
  expect(window.mostOctets).toBeGreaterThan(150);
  // Many commands, and few writes.
  expect(server.peer.chunks.length).toBeLessThan(130);
  client.close();
});

test("the default window takes two hundred commands and more", async () => {
  const { script, window } = slow(["PIPELINING"]);
  await using server = await scripted(script);
  const client = await server.connect();
  await many(client);
  expect(window.mostCommands).toBeGreaterThan(100);
  expect(window.mostOctets).toBeLessThanOrEqual(2048);
  client.close();
});

test("a command that is longer than the window goes out by itself", async () => {
  const { script, window } = slow(["PIPELINING"]);
  await using server = await scripted(script);
  const client = await server.connect({ limits: { windowOctets: 3 } });
  await many(client);
  expect(window.mostCommands).toBe(1);
  client.close();
});

test.each([[[]], [["PIPELININGS"]], [["X-PIPELINING"]]])(
  "one at a time where it is not listed: %j",
  async (capabilities) => {
    const { script, window } = slow(capabilities);
    await using server = await scripted(script);
    const client = await server.connect();
    await many(client);
    expect(window.mostCommands).toBe(1);
    expect(server.peer.chunks).toHaveLength(server.peer.lines.length);
    client.close();
  },
);

test("one at a time where CAPA is refused", async () => {
  const { script, window } = slow([]);
  await using server = await scripted({ ...script, answers: { ...script.answers, CAPA: "-ERR what?\r\n" } });
  const client = await server.connect();
  await many(client);
  // The answers to CAPA, before and after the login, are not counted above.
  expect(window.mostCommands).toBe(3);
  expect(server.peer.chunks).toHaveLength(server.peer.lines.length);
  client.close();
});

test("what PIPELINING promised before TLS counts for nothing", async () => {
  let capas = 0;
  await using server = await scripted({
    answers: { CAPA: () => (capas++ === 0 ? "+OK\r\nSTLS\r\nPIPELINING\r\n.\r\n" : "+OK\r\nUSER\r\n.\r\n") },
  });
  const client = await server.connect({ tls: "opportunistic", tlsOptions: { verified: false } });
  await many(client);
  const commands = server.peer.chunks.filter((chunk) => /^(NOOP|DELE)/.test(chunk));
  expect(commands).toHaveLength(150);
  client.close();
});

test("nothing goes out behind a command that ends a pipeline", async () => {
  await using server = await scripted({
    capabilities: ["PIPELINING", "SASL PLAIN"],
    answers: { AUTH: async () => (await pause(20), "+OK\r\n") },
  });
  const client = await server.connect();
  // AUTH, whose answer may be a question, and QUIT, behind which nobody listens.
  expect(server.peer.chunks.filter((chunk) => chunk.startsWith("AUTH"))).toEqual([
    expect.stringMatching(/^AUTH PLAIN \S+\r\n$/),
  ]);
  const ended = client.quit();
  const late = client.noop().catch((error: unknown) => error);
  await ended;
  expect(await late).toBeInstanceOf(Error);
  expect(server.peer.lines.at(-1)).toBe("QUIT");
});

test("a login takes one round trip where the server pipelines, listings and capabilities along with it", async () => {
  const { script } = slow(["PIPELINING", "USER", "UIDL"]);
  await using server = await scripted({ ...script, messages: ["one\r\n"] });
  const client = await server.connect({ prefetchListings: true, pipelinedLogin: true });
  expect(server.peer.chunks).toEqual(["CAPA\r\n", "USER ann\r\nPASS correct-horse\r\nCAPA\r\nLIST\r\nUIDL\r\n"]);
  for await (const message of client.messages()) expect(message.uniqueId).toBe("id-1");
  expect(server.peer.lines.filter((line) => line === "LIST")).toHaveLength(1);
  client.close();
});

test("what is remembered saves the round trip of CAPA, which is asked nevertheless", async () => {
  const { script } = slow(["PIPELINING", "USER"]);
  await using server = await scripted(script);
  const client = await server.connect({ remembered: ["PIPELINING", "USER"] });
  expect(server.peer.chunks[0]).toBe("CAPA\r\nUSER ann\r\nPASS correct-horse\r\n");
  expect(client.capabilitiesBeforeLogin.lines).toEqual(["PIPELINING", "USER"]);
  client.close();
});

test("a name that is refused is told as such, also where the password went out behind it", async () => {
  for (const capabilities of [["PIPELINING"], []]) {
    await using server = await scripted({ capabilities, answers: { USER: "-ERR who?\r\n", PASS: "-ERR no name\r\n" } });
    const error = await server.connect().catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "CommandRefused", keyword: "USER", text: "who?" });
    expect(server.peer.lines.some((line) => line.startsWith("PASS"))).toBe(capabilities.length > 0);
  }
});
