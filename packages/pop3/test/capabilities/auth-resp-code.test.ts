// The AUTH-RESP-CODE declaration.
import { expect, test } from "vitest";
import { authRespCode } from "../../src/capabilities/auth-resp-code.js";

test("it has no argument, adds nothing, and comes with the code for bad credentials", () => {
  expect(authRespCode.argument.parse([])).toEqual({ value: undefined });
  expect(authRespCode.argument.parse(["AUTH"])).toHaveProperty("problem");
  expect(authRespCode.commands).toEqual([]);
  expect(authRespCode.responseCodes).toMatchObject([
    { code: "AUTH", validFor: ["-ERR"], commands: ["AUTH", "USER", "PASS", "APOP"], cause: "credentials" },
  ]);
});
