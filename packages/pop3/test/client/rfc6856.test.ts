// What RFC 6856 asks of a client, by its sections.
import { expect, test } from "vitest";
import { CommandRefused, type ConnectOptions, Pop3Client } from "@postern/pop3/client";
import { puppet, type Puppet, wellBehaved } from "../support/puppet.js";

const auth = { user: "ann", password: "secret", cleartext: true };

function connected({ port }: Puppet, more: Partial<ConnectOptions> = {}): Promise<Pop3Client> {
  return Pop3Client.connect({ host: "127.0.0.1", port, tls: "none", ...more });
}

test("§2.1: UTF8 goes out before the login, and once", async () => {
  const good = wellBehaved(["USER", "UTF8"]);
  let refused = false;
  await using server = await puppet((line, ...rest) => {
    if (!line.startsWith("PASS") || refused) return good(line, ...rest);
    refused = true;
    return "-ERR no";
  });
  await using client = await connected(server, { utf8: true });
  await expect(client.login(auth)).rejects.toThrow(CommandRefused);
  await client.login(auth);
  expect(client.utf8Mode).toBe(true);
  expect(server.heard).toEqual(["CAPA", "UTF8", "USER ann", "PASS secret", "USER ann", "PASS secret", "CAPA"]);
});

test("§2.2: a name or password that is not ASCII goes to a server alone that says USER", async () => {
  await using server = await puppet(wellBehaved(["USER", "UTF8"]));
  const login = connected(server, { utf8: true, auth: { ...auth, user: "j\u00f6rg" } });
  await expect(login).rejects.toMatchObject({ name: "LoginImpossible" });
  expect(server.heard.filter((line) => line.startsWith("USER"))).toEqual([]);
  await using other = await puppet(wellBehaved(["USER", "UTF8 USER"]));
  await using _ = await connected(other, { auth: { ...auth, user: "j\u00f6rg" } });
  expect(other.heard).toContain("USER j\u00c3\u00b6rg");
});

test("§3.2: LANG asks for a language range", async () => {
  await using server = await puppet(wellBehaved(["USER", "LANG"]));
  await using client = await connected(server);
  for (const range of ["", "de en", "de\r\nQUIT"]) await expect(client.language(range)).rejects.toThrow(RangeError);
  await client.language("*");
  expect(server.heard).toEqual(["CAPA", "LANG *"]);
});
