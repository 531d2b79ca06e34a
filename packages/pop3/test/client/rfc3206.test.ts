// What RFC 3206 tells a client about a login that was refused: whether it is worth while to ask for other credentials.
import { expect, test } from "vitest";
import { Pop3Client } from "@postern/pop3/client";
import { puppet, wellBehaved } from "../support/puppet.js";

/** How often the server was asked, and the token's owner. */
async function attempts(
  capabilities: readonly string[],
  answer: string,
  token: (count: number) => string,
): Promise<{ readonly sent: number; readonly asked: readonly boolean[] }> {
  const good = wellBehaved(capabilities);
  await using server = await puppet((line, ...rest) => (line.startsWith("AUTH") ? answer : good(line, ...rest)));
  const asked: boolean[] = [];
  const give = ({ refused }: { readonly refused: boolean }): string => token(asked.push(refused));
  await expect(
    Pop3Client.connect({
      host: "127.0.0.1",
      port: server.port,
      tls: "none",
      auth: { user: "ann", token: give, cleartext: true },
    }),
  ).rejects.toMatchObject({ name: "CommandRefused", keyword: "AUTH" });
  return { sent: server.heard.filter((line) => line.startsWith("AUTH")).length, asked };
}

const another = (count: number): string => `token${count}`;

test.each([
  ["no code, and no promise of any", ["SASL XOAUTH2"], "-ERR no"],
  ["AUTH", ["SASL XOAUTH2", "AUTH-RESP-CODE"], "-ERR [AUTH] no"],
])("%s: another token is asked for, once", async (_, capabilities, answer) => {
  expect(await attempts(capabilities, answer, another)).toEqual({ sent: 2, asked: [false, true] });
});

test.each([
  ["a promise of AUTH, and none", ["SASL XOAUTH2", "AUTH-RESP-CODE"], "-ERR no"],
  ["SYS/TEMP", ["SASL XOAUTH2"], "-ERR [SYS/TEMP] no"],
  ["IN-USE", ["SASL XOAUTH2"], "-ERR [IN-USE] no"],
])("%s: the token is not the cause", async (_, capabilities, answer) => {
  expect(await attempts(capabilities, answer, another)).toEqual({ sent: 1, asked: [false] });
});

test("a token that was refused is not sent again", async () => {
  expect(await attempts(["SASL XOAUTH2"], "-ERR [AUTH] no", () => "same")).toEqual({ sent: 1, asked: [false, true] });
});
