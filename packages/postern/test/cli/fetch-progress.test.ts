// The figures of a running fetch, with times given by the test.
// When the line is shown is tested in `fetch.test.ts`.
import { expect, test } from "vitest";
import { FetchProgress } from "../../src/cli/fetch-progress.js";

const KIB = 1024;

test("counts messages and octets, and tells the rate and the time left", () => {
  const progress = new FetchProgress();
  progress.expected(10, 100 * KIB);
  expect(progress.line(0, 200)).toBe("[                    ] 0 of 10 messages, 0 octets of 100.0 KiB");
  for (let second = 0; second <= 4; second++) {
    progress.received(10 * KIB, second * 1000);
    progress.delivered();
  }
  // The first piece is where the clock begins.
  expect(progress.line(4000, 200)).toBe(
    "[##########          ] 5 of 10 messages, 50.0 KiB of 100.0 KiB, 10.0 KiB/s, 5 s left",
  );
  progress.failed();
  expect(progress.line(4000, 200)).toContain("5 of 10 messages, 1 failed, 50.0 KiB");
});

test("the rate is that of the last seconds", () => {
  const progress = new FetchProgress();
  progress.expected(1, 1000 * KIB);
  for (let second = 0; second <= 10; second++) progress.received(1 * KIB, second * 1000);
  for (let second = 11; second <= 20; second++) progress.received(10 * KIB, second * 1000);
  expect(progress.line(20_000, 200)).toContain(", 10.0 KiB/s, ");
});

test("a pause between two visits says nothing about the rate of the second", () => {
  const progress = new FetchProgress();
  progress.expected(1, 10 * KIB);
  progress.received(10 * KIB, 0);
  progress.expected(1, 100 * KIB);
  for (let tenth = 0; tenth <= 10; tenth++) progress.received(1 * KIB, 600_000 + tenth * 100);
  expect(progress.line(601_000, 200)).toContain(", 10.0 KiB/s, ");
});

test("sums up accounts, and takes back what a new listing does not have", () => {
  const progress = new FetchProgress();
  progress.expected(10, 1000);
  progress.expected(5, 500);
  progress.expected(-3, -300);
  expect(progress.line(0, 200)).toContain("0 of 12 messages, 0 octets of 1.2 KiB");
});

test("a server that listed too few octets overfills nothing", () => {
  const progress = new FetchProgress();
  progress.expected(1, 100);
  for (let tenth = 0; tenth <= 10; tenth++) progress.received(100, tenth * 100);
  expect(progress.line(1000, 200)).toBe(
    "[####################] 0 of 1 messages, 1.1 KiB of 1.1 KiB, 1000 octets/s, 0 s left",
  );
});

test("with nothing to come it is full, and it is never wider than asked", () => {
  const progress = new FetchProgress();
  expect(progress.line(0, 200)).toBe("[####################] 0 of 0 messages, 0 octets of 0 octets");
  for (const columns of [0, 1, 10, 40]) expect(progress.line(0, columns)).toHaveLength(columns);
});
