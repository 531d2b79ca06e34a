// A name server on loopback for tests: answers SRV and MX questions from a table, with whatever octets a label shall have.
// Knows as much of RFC 1035 as that needs; says NXDOMAIN to the rest, and nothing at all where it shall be silent.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** Labels are joined by dots; "" is the root. */
export type Answer =
  | { readonly srv: readonly (readonly [priority: number, weight: number, port: number, target: string])[] }
  | { readonly mx: readonly (readonly [priority: number, exchange: string])[] }
  | "silent"
  | "fails";

const SERVFAIL = 2;
const NXDOMAIN = 3;

export class NameServer {
  readonly #socket: Socket = createSocket("udp4");
  /** By type and name: `SRV _pop3s._tcp.example.net`. */
  readonly answers = new Map<string, Answer>();
  /** What was asked. */
  readonly asked: string[] = [];
  address = "";

  static async start(): Promise<NameServer> {
    const server = new NameServer();
    server.#socket.on("message", (question, peer) => {
      const reply = server.#reply(question);
      if (reply !== null) server.#socket.send(reply, peer.port, peer.address);
    });
    server.#socket.bind(0, "127.0.0.1");
    await once(server.#socket, "listening");
    server.address = `127.0.0.1:${server.#socket.address().port}`;
    return server;
  }

  async stop(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, "close");
  }

  #reply(message: Buffer): Buffer | null {
    const labels: string[] = [];
    let at = 12;
    for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
      labels.push(message.toString("latin1", at + 1, at + 1 + length));
      at += 1 + length;
    }
    const question = message.subarray(12, at + 5);
    const type = message.readUInt16BE(at + 1);
    const key = `${type === 33 ? "SRV" : type === 15 ? "MX" : type} ${labels.join(".").toLowerCase()}`;
    this.asked.push(key);
    const answer = this.answers.get(key);
    if (answer === "silent") return null;
    const records = answer === undefined || answer === "fails" ? [] : data(answer);
    const code = answer === undefined ? NXDOMAIN : answer === "fails" ? SERVFAIL : 0;
    const header = Buffer.from(message.subarray(0, 12));
    header.writeUInt16BE(0x8180 | code, 2);
    for (const [offset, count] of [1, records.length, 0, 0].entries()) header.writeUInt16BE(count, 4 + 2 * offset);
    // The name is that of the question; the class IN, a minute to live.
    const named = records.map((value) => Buffer.concat([u16(0xc00c, type, 1, 0, 60, value.length), value]));
    return Buffer.concat([header, question, ...named]);
  }
}

function data(answer: Exclude<Answer, string>): Buffer[] {
  if ("mx" in answer) return answer.mx.map(([priority, exchange]) => Buffer.concat([u16(priority), wire(exchange)]));
  return answer.srv.map(([priority, weight, port, target]) =>
    Buffer.concat([u16(priority, weight, port), wire(target)]),
  );
}

function u16(...values: readonly number[]): Buffer {
  const octets = Buffer.alloc(2 * values.length);
  for (const [at, value] of values.entries()) octets.writeUInt16BE(value, 2 * at);
  return octets;
}

function wire(name: string): Buffer {
  const labels = name === "" ? [] : name.split(".").map((label) => Buffer.from(label, "latin1"));
  return Buffer.concat([...labels.flatMap((label) => [Buffer.of(label.length), label]), Buffer.of(0)]);
}
