// The reference page: what it shows as an example can be used as it stands.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configKeys } from "../../src/config/keys.js";
import { loadConfig } from "../../src/config/load.js";

const page = readFileSync(new URL("../../../../docs/reference/configuration.md", import.meta.url), "utf8");

test("its example is a configuration", () => {
  const [, example = ""] = /```toml\n(.+?)```/s.exec(page) ?? [];
  const cwd = mkdtempSync(join(tmpdir(), "postern-page-"));
  writeFileSync(join(cwd, "postern.toml"), example);
  const config = loadConfig({ cwd, env: {} });
  rmSync(cwd, { recursive: true });
  expect(config.data).toBe("/var/lib/postern");
  expect(config.listen_tls).toHaveLength(2);
  expect(config.limits.connections_per_address).toBe(20);
});

test("it has every key, and no other", () => {
  const shown = [...page.matchAll(/^### `(.+)`$/gm)].map(([, path]) => path);
  expect(shown).toEqual(configKeys.map(({ path }) => path));
});
