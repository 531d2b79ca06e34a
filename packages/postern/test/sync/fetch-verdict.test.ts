// What follows from each way a visit can fail: again, and when, or not at all.
// The visits themselves are in `fetch-account.test.ts`.
import { CommandRefused, LoginImpossible, ProtocolViolation, standard, TransportLost } from "@postern/pop3/client";
import type { ResponseCode } from "@postern/pop3/client";
import { expect, test } from "vitest";
import { DestinationFailure } from "../../src/sync/destination.js";
import { verdictOn } from "../../src/sync/fetch-verdict.js";
import type { Circumstances } from "../../src/sync/fetch-verdict.js";

const declared: readonly ResponseCode[] = standard.flatMap(({ responseCodes = [] }) => responseCodes);

function refused(keyword: string, code: string | null): CommandRefused {
  const responseCode = declared.find((declaration) => declaration.code === code) ?? null;
  expect(responseCode?.code ?? null).toBe(code);
  return new CommandRefused(keyword, { responseCode, receivedCode: code, text: "no", line: "-ERR no" });
}

const first: Circumstances = { failures: 1, loginDelaySeconds: 0, random: () => 0.5 };

test.each<readonly [string, () => Error, "again" | "stop"]>([
  ["a host that cannot be reached", () => new TransportLost("unreachable", "x"), "again"],
  ["a lost connection", () => new TransportLost("closed", "x"), "again"],
  ["silence", () => new TransportLost("deadline", "x"), "again"],
  ["a certificate", () => new TransportLost("tls", "x"), "stop"],
  ["an end of our own", () => new TransportLost("aborted", "x"), "stop"],
  ["a greeting that turns everybody away", () => refused("", null), "again"],
  ["a greeting with [SYS/PERM]", () => refused("", "SYS/PERM"), "stop"],
  ["[IN-USE]", () => refused("PASS", "IN-USE"), "again"],
  ["[SYS/TEMP]", () => refused("PASS", "SYS/TEMP"), "again"],
  ["[LOGIN-DELAY]", () => refused("PASS", "LOGIN-DELAY"), "again"],
  ["[AUTH]", () => refused("PASS", "AUTH"), "stop"],
  ["[SYS/PERM]", () => refused("PASS", "SYS/PERM"), "stop"],
  ["a refusal without a code", () => refused("PASS", null), "stop"],
  ["a QUIT that was refused", () => refused("QUIT", null), "stop"],
  ["a QUIT with [SYS/TEMP]", () => refused("QUIT", "SYS/TEMP"), "again"],
  ["no way to log in", () => new LoginImpossible([]), "stop"],
  ["a server that is out of step", () => new ProtocolViolation("x"), "again"],
  ["a full disk", () => new DestinationFailure("temporary", "x"), "again"],
  ["a message that nobody takes", () => new DestinationFailure("permanent", "x"), "stop"],
  ["a folder that may not be written", () => new DestinationFailure("refused", "x"), "stop"],
  ["a fault of ours", () => new TypeError("x"), "stop"],
])("%s", (_, made, kind) => {
  expect(verdictOn(made(), first)).toEqual(kind === "stop" ? { kind } : { kind, afterMs: 2000 });
});

test("a server that stays out of step is given up", () => {
  const kinds = [1, 2, 3, 4].map((failures) => verdictOn(new ProtocolViolation("x"), { ...first, failures }).kind);
  expect(kinds).toEqual(["again", "again", "stop", "stop"]);
});

test("after [LOGIN-DELAY] no sooner than the server asks, and later where failures pile up", () => {
  const early = refused("PASS", "LOGIN-DELAY");
  expect(verdictOn(early, { ...first, loginDelaySeconds: 60 })).toEqual({ kind: "again", afterMs: 60_000 });
  expect(verdictOn(early, { ...first, loginDelaySeconds: 1 })).toEqual({ kind: "again", afterMs: 2000 });
  // The delay is between logins; what kept from one is nothing to it.
  expect(verdictOn(refused("PASS", "IN-USE"), { ...first, loginDelaySeconds: 60 })).toEqual({
    kind: "again",
    afterMs: 2000,
  });
});

test("each wait is twice as long, up to five minutes, and a quarter more or less by chance", () => {
  const lost = new TransportLost("closed", "x");
  const waits = (random: number): number[] =>
    [1, 2, 3, 8, 9, 50, 5000].map((failures) => {
      const verdict = verdictOn(lost, { failures, loginDelaySeconds: 0, random: () => random });
      return verdict.kind === "again" ? verdict.afterMs : -1;
    });
  expect(waits(0.5)).toEqual([2000, 4000, 8000, 256_000, 300_000, 300_000, 300_000]);
  expect(waits(0)).toEqual([1500, 3000, 6000, 192_000, 225_000, 225_000, 225_000]);
  expect(waits(1)).toEqual([2500, 5000, 10_000, 320_000, 375_000, 375_000, 375_000]);
});
