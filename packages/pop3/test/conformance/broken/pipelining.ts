// Servers that list PIPELINING and lose what was sent ahead, or answer it in another order.
// The checks are those of `conformance/checks/pipelining.ts`.
import type { BrokenServer } from "../subject.js";

const HASTY = { patienceMs: 300 };

export const brokenPipelining: readonly BrokenServer[] = [
  {
    check: "pipelining-cuts",
    faults: [{ fault: "stall", on: "STAT", nth: 7 }],
    examination: HASTY,
    finding: /no answer came to STAT, cut behind octet 6/,
  },
  {
    check: "pipelining-cuts",
    faults: [{ fault: "refused", on: "LIST", nth: 7 }],
    finding: /LIST 1 was answered "-ERR.*" with the commands cut behind octet 6/,
  },
  {
    check: "pipelining-many",
    faults: [{ fault: "stall", on: "NOOP", nth: 150 }],
    examination: HASTY,
    finding: /no answer came to NOOP, number 150 of 200/,
  },
  {
    check: "pipelining-retrieve",
    faults: [{ fault: "reordered", on: "NOOP" }],
    finding: /came where the answer to NOOP was due/,
  },
  {
    check: "pipelining-deletions",
    faults: [{ fault: "reordered", on: "DELE" }],
    finding: /DELE 1, sent with other commands, was answered "-ERR/,
  },
  {
    // As Courier: what was read behind PASS is lost with the process that read it.
    check: "pipelining-password",
    faults: [{ fault: "stall", on: "STAT" }],
    examination: HASTY,
    finding: /no answer came to STAT, behind PASS/,
  },
  {
    check: "pipelining-password",
    faults: [{ fault: "reordered", on: "STAT" }],
    finding: /came where the answer to STAT, behind PASS, was due/,
  },
];
