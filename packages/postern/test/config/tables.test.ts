// The tables that have files of their own, and lists of addresses: what may stand there, and what is said of everything else.
// Sources and precedence are `load.test.ts`'s.
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import type { Config } from "../../src/config/schema.js";

const load = (flags: Readonly<Record<string, unknown>>): Config => loadConfig({ cwd: "/", env: {}, flags });

test("proxies are addresses and networks of both families", () => {
  const proxies = ["192.0.2.7", "198.51.100.0/24", "2001:db8::1", "2001:db8::/32", "::/0"];
  expect(load({ proxy_protocol: proxies }).proxy_protocol).toEqual(proxies);
  expect(load({ proxy_protocol: "192.0.2.7" }).proxy_protocol).toEqual(["192.0.2.7"]);
  expect(load({ proxy_protocol: "none" }).proxy_protocol).toEqual([]);
  const fromEnvironment = loadConfig({ cwd: "/", env: { POSTERN_PROXY_PROTOCOL: "192.0.2.7, ::1" } });
  expect(fromEnvironment.proxy_protocol).toEqual(["192.0.2.7", "::1"]);
});

test.each(["proxy.example.net", "192.0.2.7/33", "2001:db8::/129", "192.0.2.7/24/8", "192.0.2.0/-1", "192.0.2.7/", ""])(
  "%j is no proxy",
  (item) => {
    expect(() => load({ proxy_protocol: [item] })).toThrow("write a list of addresses or networks");
  },
);

test("metrics are answered at one place or at none", () => {
  expect(load({ "metrics.listen": "[::1]:9110" }).metrics).toEqual({ listen: { host: "::1", port: 9110 } });
  expect(load({ "metrics.listen": "none" }).metrics).toEqual({ listen: null });
  expect(() => load({ "metrics.listen": "9110" })).toThrow(/metrics.listen: write host:port, .* or "none", not "9110"/);
});

test("the log has two forms and four levels", () => {
  expect(load({ "log.format": "json", "log.level": "debug" }).log).toEqual({ format: "json", level: "debug" });
  expect(() => load({ "log.format": "xml" })).toThrow('log.format: write "auto", "json" or "text", not "xml"');
  expect(() => load({ "log.level": "trace" })).toThrow("log.level: write");
});
