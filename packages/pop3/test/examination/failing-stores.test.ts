// Stores and authenticators that fail, against RFC 2449 §8.1, RFC 3206 and RFC 1939 §6: the right code, nothing lost, nothing
// that looks whole when it is not, and the session or its end as it must be.
import { Buffer } from "node:buffer";
import { afterEach, describe, expect, test } from "vitest";
import { MaildropFailure, type Maildrop, type WireBody } from "@postern/pop3/server";
import { Stage, until } from "./stage.js";
import { changed, inPieces, inPiecesLater, whole } from "./stores.js";
import type { Wire } from "./wire.js";

const OK = /^\+OK( |$)/;
const KINDS: Record<string, { error: () => Error; answer: RegExp }> = {
  temporary: { error: () => new MaildropFailure("temporary", "no disk"), answer: /^-ERR \[SYS\/TEMP\] \S/ },
  permanent: { error: () => new MaildropFailure("permanent", "bad disk"), answer: /^-ERR \[SYS\/PERM\] \S/ },
  unforeseen: { error: () => new TypeError("secret detail"), answer: /^-ERR \[SYS\/TEMP\] \S/ },
};

let stage: Stage;
afterEach(() => stage.strike());

/** A stage whose maildrops have some of their members changed. */
async function staged(change: (maildrop: Maildrop) => Partial<Maildrop>): Promise<void> {
  const own: Stage = await Stage.set({ maildrops: { open: (user) => changed(own.store, change).open(user) } });
  stage = own;
}

const thrown: Record<string, (error: Error) => Promise<never> | never> = {
  thrown: (error) => {
    throw error;
  },
  rejected: async (error) => {
    throw error;
  },
};

describe("at login", () => {
  for (const [kind, { error, answer }] of Object.entries(KINDS)) {
    for (const [how, fail] of Object.entries(thrown)) {
      test(`the maildrop cannot be opened: ${kind}, ${how}; the session goes on`, async () => {
        let broken = true;
        const own: Stage = await Stage.set({
          maildrops: { open: (user) => (broken ? fail(error()) : own.store.open(user)) },
        });
        stage = own;
        const wire = await stage.greeted();
        await wire.ask("USER x");
        const refusal = await wire.ask("PASS secret");
        expect(refusal).toMatch(answer);
        expect(refusal).not.toMatch(/secret|disk/);
        expect(await wire.ask("STAT")).toMatch(/^-ERR/);
        broken = false;
        await wire.ask("USER x");
        expect(await wire.ask("PASS secret")).toMatch(OK);
        expect(await wire.quit()).toMatch(OK);
      });
      // oxlint-disable-next-line vitest/no-conditional-tests
      if (kind === "unforeseen") {
        test(`the authenticator fails, ${how}: [SYS/TEMP], and it does not count as a wrong password`, async () => {
          stage = await Stage.set({
            authenticator: { verifyPassword: () => fail(error()) },
            limits: { loginFailures: 1 },
          });
          const wire = await stage.greeted();
          for (let at = 0; at < 3; at++) {
            await wire.ask("USER x");
            expect(await wire.ask("PASS secret")).toMatch(answer);
          }
          expect(await wire.quit()).toMatch(OK);
          expect(stage.failures.length).toBe(3);
        });
      }
    }
  }
  test("a connection that is lost while its password is checked never leaves a lease behind", async () => {
    let checked = (): void => {};
    const own: Stage = await Stage.set({
      authenticator: { verifyPassword: (name) => new Promise((resolve) => (checked = () => resolve(name))) },
    });
    stage = own;
    const user = await stage.userWith(["x\n"]);
    const wire = await stage.greeted();
    await wire.ask(`USER ${user}`);
    wire.send("PASS secret\r\n");
    await new Promise((resolve) => setTimeout(resolve, 20));
    wire.socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    checked();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await until(() => stage.server.sessionCount === 0, "the session is left");
    expect(() => own.store.open(user).release()).not.toThrow();
  });
});

describe("before the first octet of a message: -ERR, and the session goes on", () => {
  const bodies: Record<string, (error: Error) => WireBody | Promise<WireBody>> = {
    "thrown at the call": (error) => {
      throw error;
    },
    "rejected at the call": async (error) => {
      throw error;
    },
    "thrown at the first piece": (error) => failingAfter(error, []),
    "rejected at the first piece": (error) => failingLater(error, []),
  };
  for (const [kind, { error, answer }] of Object.entries(KINDS)) {
    for (const [how, fail] of Object.entries(bodies)) {
      test(`${kind}, ${how}`, async () => {
        await staged((maildrop) => ({
          read: (position) => (position === 0 ? fail(error()) : maildrop.read(position)),
        }));
        const { wire } = await stage.sessionWith(["x\n", "fine\n"]);
        for (const command of ["RETR 1", "TOP 1 0", "RETR 1"]) expect(await wire.ask(command)).toMatch(answer);
        expect((await wire.askMulti("RETR 2")).octets.toString()).toBe("fine\r\n");
        expect(await wire.ask("DELE 2")).toMatch(OK);
        expect(await wire.quit()).toMatch(OK);
        expect(stage.failures.length).toBe(3);
      });
    }
  }
});

describe("in the middle of a message: the connection ends without the terminator, and nothing is deleted", () => {
  const first = [Buffer.from("Subject: x\r\n\r\nbegin\r\n")];
  const much = [Buffer.alloc(200_000, "line\r\n")];
  for (const [how, body] of Object.entries({ thrown: failingAfter, rejected: failingLater })) {
    for (const [size, pieces] of Object.entries({ small: first, long: much })) {
      for (const command of ["RETR 1", "TOP 1 999999"]) {
        test(`${command}, ${how} behind a ${size} piece`, async () => {
          await staged((maildrop) => ({
            read: (position) =>
              position === 0 ? body(new MaildropFailure("temporary", "gone"), pieces) : maildrop.read(position),
          }));
          const { wire, user } = await stage.sessionWith(["x\n", "fine\n"]);
          expect(await wire.ask("DELE 2")).toMatch(OK);
          wire.send(`${command}\r\nSTAT\r\nQUIT\r\n`);
          const all = await wire.rest();
          expect(all).not.toMatch(/\r\n\.\r\n/);
          expect(all).not.toMatch(/^-ERR/m);
          await until(() => stage.server.sessionCount === 0, "the session is left");
          expect(stage.ended.at(-1)?.reason).toBe("failed");
          expect(stage.store.messages(user).length).toBe(2);
          wire.drop();
          const next = await stage.session(user);
          expect(await next.quit()).toMatch(OK);
        });
      }
    }
  }
  test("what was answered before the failing message arrives", async () => {
    await staged((maildrop) => ({
      read: (position) => (position === 0 ? failingAfter(new Error("gone"), first) : maildrop.read(position)),
    }));
    const { wire } = await stage.sessionWith(["x\n", "fine\n"]);
    wire.send("STAT\r\nRETR 2\r\nRETR 1\r\n");
    expect(await wire.rest()).toMatch(/^\+OK 2 9\r\n\+OK[^\r]*\r\nfine\r\n\.\r\n/);
    wire.drop();
  });
  test("a body that is given up early is told so: TOP reads no more than it must", async () => {
    let done = false;
    await staged((maildrop) => ({
      *read(position) {
        try {
          yield* inPieces(whole(maildrop.read(position)), 64);
        } finally {
          done = true;
        }
      },
    }));
    const { wire } = await stage.sessionWith([`a: b\n\n${"line\n".repeat(1000)}`]);
    expect((await wire.askMulti("TOP 1 1")).octets.toString()).toBe("a: b\r\n\r\nline\r\n");
    expect(done).toBe(true);
    done = false;
    wire.send("RETR 1\r\n");
    await wire.multi();
    expect(done).toBe(true);
    wire.drop();
  });
});

describe("at QUIT (RFC 1939 §6): -ERR, every message is still there, and the connection is closed", () => {
  const quits = async (wire: Wire, answer: RegExp): Promise<void> => {
    expect(await wire.ask("QUIT")).toMatch(answer);
    expect(await wire.rest()).toBe("");
    await until(() => wire.ended, "the connection stays open");
    wire.drop();
    await until(() => stage.server.sessionCount === 0, "the session is left");
  };
  for (const [kind, { error, answer }] of Object.entries(KINDS)) {
    for (const [how, fail] of Object.entries(thrown)) {
      test(`the update fails: ${kind}, ${how}`, async () => {
        await staged((maildrop) => ({
          update: () => {
            void maildrop.release();
            return fail(error());
          },
        }));
        const { wire, user } = await stage.sessionWith(["x\n", "y\n"]);
        await wire.ask("DELE 1");
        await quits(wire, answer);
        expect(stage.store.messages(user).length).toBe(2);
        expect(() => stage.store.open(user)).not.toThrow();
      });
      // RFC 1939 §6: whether the removal was successful or not, the connection is closed.
      test(`giving the lease back fails with nothing marked: ${kind}, ${how}; the connection is closed all the same`, async () => {
        await staged((maildrop) => ({
          release: () => {
            void maildrop.release();
            return fail(error());
          },
        }));
        const { wire, user } = await stage.sessionWith(["x\n"]);
        await quits(wire, /^(\+OK|-ERR)( |$)/);
        expect(stage.store.messages(user).length).toBe(1);
      });
    }
  }
  test("a slow update: the answer waits for it, and nothing behind QUIT is served", async () => {
    let finish = (): void => {};
    await staged((maildrop) => ({
      update: async (deleted) => {
        await new Promise<void>((resolve) => (finish = resolve));
        await maildrop.update(deleted);
      },
    }));
    const { wire, user } = await stage.sessionWith(["x\n", "y\n"]);
    await wire.ask("DELE 1");
    wire.send("QUIT\r\nNOOP\r\n");
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(wire.unread).toBe("");
    finish();
    expect(await wire.rest()).toMatch(/^\+OK[^\r]*\r\n$/);
    expect(stage.store.messages(user).length).toBe(1);
    wire.drop();
  });
});

describe("without RESP-CODES no code is sent (RFC 2449 §6.4)", () => {
  test("at open, read and QUIT", async () => {
    const own: Stage = await Stage.set({
      enabled: ["USER", "UIDL", "TOP"],
      maildrops: {
        open: (user) =>
          changed(own.store, () => ({
            read: () => thrown["rejected"]!(new Error("x")),
            update: () => thrown["thrown"]!(new Error("x")),
          })).open(user),
      },
    });
    stage = own;
    const { wire, user } = await stage.sessionWith(["x\n"]);
    const second = await stage.greeted();
    await second.ask(`USER ${user}`);
    for (const answer of [
      await second.ask("PASS secret"),
      await wire.ask("RETR 1"),
      await wire.ask("DELE 1"),
      await wire.ask("QUIT"),
    ]) {
      expect(answer).not.toMatch(/[[\]]/);
    }
    for (const each of [wire, second]) each.drop();
  });
});

function* failingAfter(error: Error, pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  yield* pieces;
  throw error;
}

async function* failingLater(error: Error, pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield* inPiecesLater(piece, 65_536);
  throw error;
}
