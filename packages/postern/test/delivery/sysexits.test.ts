import { MaildropFailure } from "@postern/pop3";
import { expect, test } from "vitest";
import { Refusal, sysexitOf, sysexits } from "../../src/delivery/sysexits.js";

test.each([
  [new Refusal(sysexits.noUser, ""), 67],
  [new MaildropFailure("temporary", ""), 75],
  [new MaildropFailure("in-use", ""), 75],
  [new MaildropFailure("permanent", ""), 73],
  [Object.assign(new Error(), { code: "EACCES" }), 77],
  [Object.assign(new Error(), { code: "ENOSPC" }), 75],
  [Object.assign(new Error(), { code: "EIO" }), 74],
  [Object.assign(new Error(), { code: "EROFS" }), 73],
  [Object.assign(new Error(), { code: "EWHAT" }), 70],
  [new TypeError("a mistake of ours"), 70],
  ["thrown text", 70],
])("%s is %i", (error, status) => {
  expect(sysexitOf(error)).toBe(status);
});
