// What a server announces, as values: typed by declarations, kept verbatim, and never more trusted than it deserves.
// When they are asked for is `pipelining.test.ts`'s and `starttls.test.ts`'s; the arguments are the declarations'.
import { expect, test } from "vitest";
import * as complete from "@postern/pop3";
import * as halves from "@postern/pop3/client";
import { expire, loginDelay, sasl, stls, top, uidl } from "@postern/pop3/client";
import { multi, scripted } from "../support/scripted-server.js";

test("arguments are typed, tags are of any case, and lines are kept", async () => {
  const lines = ["top", "SASL PLAIN SCRAM-SHA-256", "LOGIN-DELAY 900", "Expire 60 USER", "X-OWN a  b", "UIDL"];
  await using server = await scripted({ capabilities: lines, answers: { AUTH: "+OK\r\n" } });
  await using client = await server.connect({ auth: null });
  const { capabilities } = client;
  expect(capabilities.lines).toEqual(lines);
  expect(capabilities.answered).toBe(true);
  expect(capabilities.has(top)).toBe(true);
  expect(capabilities.has("x-own")).toBe(true);
  expect(capabilities.has(stls)).toBe(false);
  expect(capabilities.has("")).toBe(false);
  expect(capabilities.get(sasl)).toEqual(["PLAIN", "SCRAM-SHA-256"]);
  expect(capabilities.get(loginDelay)).toMatchObject({ seconds: 900 });
  expect(capabilities.get(expire)).toBeDefined();
  expect(capabilities.get(stls)).toBeUndefined();
  expect(capabilities.undeclared).toEqual([{ tag: "X-OWN", params: ["a", "b"] }]);
  expect(capabilities.malformed).toEqual([]);
});

test("what is malformed is said, does not count against the capability, and breaks nothing", async () => {
  const lines = ["LOGIN-DELAY soon", "EXPIRE", "", "A.B", "\xff\xfe", "UIDL", "uidl", "LOGIN-DELAY 5"];
  await using server = await scripted({ capabilities: lines });
  await using client = await server.connect({ auth: null });
  const { capabilities } = client;
  expect(capabilities.malformed.map(({ line }) => line)).toEqual(["LOGIN-DELAY soon", "EXPIRE", "", "A.B", "\xff\xfe"]);
  expect(capabilities.has(loginDelay)).toBe(true);
  expect(capabilities.get(loginDelay)).toMatchObject({ seconds: 5 });
  expect(capabilities.has(uidl)).toBe(true);
  expect(client.quirks).toContain("malformed-capability");
});

test("a tag that names a member of every object is a tag like others", async () => {
  await using server = await scripted({ capabilities: ["__proto__ x", "constructor", "toString"] });
  await using client = await server.connect({ auth: null });
  expect(client.capabilities.undeclared).toHaveLength(3);
  expect(client.capabilities.has("hasOwnProperty")).toBe(false);
  expect(client.capabilities.has("constructor")).toBe(true);
});

test("a change after the login is told, and what was before is kept", async () => {
  let asked = 0;
  await using server = await scripted({
    answers: { CAPA: () => multi(asked++ === 0 ? ["USER", "LOGIN-DELAY 5 USER"] : ["USER", "LOGIN-DELAY 5"]) },
  });
  const changes: string[] = [];
  await using client = await server.connect({
    listeners: {
      "capabilities.changed": ({ after, before, now }) =>
        changes.push(`${after}: ${before.lines.join()} to ${now.lines.join()}`),
    },
  });
  expect(changes).toEqual(["login: USER,LOGIN-DELAY 5 USER to USER,LOGIN-DELAY 5"]);
  expect(client.capabilitiesBeforeLogin.lines).toEqual(["USER", "LOGIN-DELAY 5 USER"]);
  expect(client.capabilities.lines).toEqual(["USER", "LOGIN-DELAY 5"]);
});

test("what an earlier session remembers is held against what the server says now", async () => {
  await using server = await scripted({ capabilities: ["USER", "UIDL"] });
  const changes: string[] = [];
  const listeners = {
    "capabilities.changed": ({ after }: { readonly after: string }): void => void changes.push(after),
  };
  await using same = await server.connect({ remembered: ["UIDL", "USER"], listeners });
  expect(same.capabilities.lines).toEqual(["USER", "UIDL"]);
  expect(changes).toEqual([]);
  await using other = await server.connect({ remembered: ["PIPELINING"], auth: null, listeners });
  expect(other.capabilities.lines).toEqual(["USER", "UIDL"]);
  expect(changes).toEqual(["remembered"]);
});

test("a client has half of every declaration, and takes either half or whole", async () => {
  expect(halves.standard.map(({ tag }) => tag)).toEqual(complete.standard.map(({ tag }) => tag));
  for (const [at, half] of halves.standard.entries()) expect(complete.standard[at]).toMatchObject(half);
  expect(halves.loginDelay).not.toHaveProperty("discussion");
  await using server = await scripted({ capabilities: ["LOGIN-DELAY 900", "TOP"] });
  await using client = await server.connect({ auth: null });
  for (const delay of [halves.loginDelay, complete.loginDelay]) {
    expect(client.capabilities.get(delay)).toMatchObject({ seconds: 900 });
  }
  expect(client.capabilities.has(complete.top)).toBe(true);
  expect(client.capabilities.get(complete.base)).toBeUndefined();
});

test("a private declaration is typed like the standard's, and replaces none of them", async () => {
  const half = {
    argument: {
      text: "word",
      parse: (params: readonly string[]) => ({ value: params.join("+") }),
      format: (word: string) => [word],
    },
    commands: [],
    announced: { in: "both", differs: false },
  } as const;
  const own: halves.ClientCapability<string> = { ...half, tag: "X-OWN" };
  const capabilities = [own, { ...half, tag: "LOGIN-DELAY" }];
  await using server = await scripted({ capabilities: ["x-own a b", "LOGIN-DELAY 900"] });
  await using client = await server.connect({ auth: null, capabilities });
  expect(client.capabilities.get(own)).toBe("a+b");
  expect(client.capabilities.get(loginDelay)).toMatchObject({ seconds: 900 });
  expect(client.capabilities.undeclared).toEqual([]);
});
