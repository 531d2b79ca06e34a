// The configuration from its sources: precedence, paths, and what every refusal says.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import type { ConfigSources } from "../../src/config/load.js";
import { ConfigProblem } from "../../src/config/problem.js";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "postern-config-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function write(text: string, name = "postern.toml"): string {
  const file = join(cwd, name);
  writeFileSync(file, text);
  return file;
}

const load = (sources: Partial<ConfigSources> = {}): ReturnType<typeof loadConfig> =>
  loadConfig({ cwd, env: {}, ...sources });

function problems(sources: Partial<ConfigSources> = {}): readonly string[] {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof ConfigProblem) return error.problems;
    throw error;
  }
  return [];
}

test("nothing configured gives a server on loopback with its data beside it", () => {
  expect(load()).toEqual({
    data: join(cwd, "postern-data"),
    listen: [{ host: "127.0.0.1", port: 1110 }],
    listen_tls: [{ host: "127.0.0.1", port: 1995 }],
    allow_plaintext_login: false,
    implementation: "Postern",
    implementation_after_login: false,
    authentication: { passwd_file_scheme: "CRYPT", scram_iterations: 15_000, scram_sha_1: false },
    limits: { connections: 10_000, connections_per_address: 100, login_failures: 10, useless_commands: 20 },
    deadlines: { login_seconds: 180, idle_seconds: 600, slow_reader_seconds: 300 },
    policy: { login_delay_seconds: 0, expire: "never", utf8_messages: "surrogate", language: "en" },
    workers: 0,
    proxy_protocol: [],
    log: { format: "auto", level: "info" },
    metrics: { listen: null },
  });
});

describe("precedence", () => {
  test("later sources win, key by key", () => {
    write(
      'data = "file"\nimplementation = "file"\nhostname = "file.example.net"\n[limits]\nconnections = 5\nlogin_failures = 3\n',
    );
    const config = load({
      env: { POSTERN_IMPLEMENTATION: "environment", POSTERN_LIMITS_CONNECTIONS: "6", POSTERN_DATA: "environment" },
      flags: { data: "flag", implementation: undefined },
      defaults: { data: "default", allow_plaintext_login: true },
    });
    expect(config.data).toBe(join(cwd, "flag"));
    expect(config.implementation).toBe("environment");
    expect(config.hostname).toBe("file.example.net");
    expect(config.limits).toMatchObject({ connections: 6, login_failures: 3, useless_commands: 20 });
    expect(config.allow_plaintext_login).toBe(true);
  });

  test("--config wins over POSTERN_CONFIG, and either over postern.toml", () => {
    write('implementation = "usual"');
    write('implementation = "variable"', "b.toml");
    write('implementation = "option"', "c.toml");
    expect(load().implementation).toBe("usual");
    expect(load({ env: { POSTERN_CONFIG: "b.toml" } }).implementation).toBe("variable");
    expect(load({ env: { POSTERN_CONFIG: "b.toml" }, file: "c.toml" }).implementation).toBe("option");
  });

  test("an empty variable counts as absent", () => {
    expect(load({ env: { POSTERN_DATA: "", POSTERN_CONFIG: "" } }).data).toBe(join(cwd, "postern-data"));
  });
});

test("paths in a file count from the file, all others from the working directory", () => {
  const other = mkdtempSync(join(tmpdir(), "postern-config-"));
  const file = join(other, "p.toml");
  writeFileSync(file, 'data = "mail"\ntls_cert = "/etc/chain.pem"\ntls_key = "../key.pem"');
  const config = load({ file });
  rmSync(other, { recursive: true });
  expect(config.data).toBe(join(other, "mail"));
  expect(config.tls_cert).toBe("/etc/chain.pem");
  expect(config.tls_key).toBe(join(tmpdir(), "key.pem"));
  expect(load({ env: { POSTERN_DATA: "mail" } }).data).toBe(join(cwd, "mail"));
});

describe("listeners", () => {
  test.each([
    ["one", "127.0.0.1:110", [{ host: "127.0.0.1", port: 110 }]],
    ["IPv6", ["[::1]:0"], [{ host: "::1", port: 0 }]],
    [
      "several",
      ["pop.example.net:995", "0.0.0.0:65535"],
      [
        { host: "pop.example.net", port: 995 },
        { host: "0.0.0.0", port: 65_535 },
      ],
    ],
    ["none", "none", []],
  ])("%s", (_, listen, expected) => {
    expect(load({ flags: { listen } }).listen).toEqual(expected);
  });

  test("the environment writes lists with commas", () => {
    expect(load({ env: { POSTERN_LISTEN: "127.0.0.1:1, [::1]:2" } }).listen).toEqual([
      { host: "127.0.0.1", port: 1 },
      { host: "::1", port: 2 },
    ]);
    expect(load({ env: { POSTERN_LISTEN_TLS: "none" } }).listen_tls).toEqual([]);
  });

  test.each(["1110", "127.0.0.1", "127.0.0.1:65536", "::1:110", "[pop]:1", "a b:1", ":110", "x:-1", ""])(
    "refuses %j",
    (listen) => {
      expect(problems({ flags: { listen: [listen] } })).toEqual([
        `--listen: write host:port, such as 127.0.0.1:1110 or [::1]:1110, a list of them, or "none", not ${JSON.stringify([listen])}`,
      ]);
    },
  );
});

test("implementation can be switched off, and never breaks a line", () => {
  expect(load({ flags: { implementation: "off" } }).implementation).toBeNull();
  for (const implementation of ["", " x", "a\r\nSTLS", "a\0b", "ü", "x".repeat(101)]) {
    expect(problems({ flags: { implementation } })).toHaveLength(1);
  }
});

describe("refusals", () => {
  test("everything that is wrong is named at once, with its place", () => {
    const file = write(
      'lisen = "127.0.0.1:110"\nlimits.connections = "many"\n[deadlines]\nidle_seconds = 599\n[limit]\na = 1',
    );
    expect(problems({ env: { POSTERN_DATTA: "x", POSTERN_ALLOW_PLAINTEXT_LOGIN: "yes" } })).toEqual([
      `${file}: there is no key lisen; did you mean listen?`,
      `${file}: there is no key limit.a`,
      "there is no variable POSTERN_DATTA; did you mean POSTERN_DATA?",
      'POSTERN_ALLOW_PLAINTEXT_LOGIN: write true or false, not "yes"',
      `${file}: limits.connections: write a whole number from 1 to 1000000, not "many"`,
      `${file}: deadlines.idle_seconds: write a whole number from 600 to 86400, not 599`,
    ]);
  });

  test("a table written as a value", () => {
    const file = write("deadlines = 5");
    expect(problems()).toEqual([
      `${file}: deadlines is a table of deadlines.login_seconds, deadlines.idle_seconds, deadlines.slow_reader_seconds`,
    ]);
  });

  test("a file that is no TOML", () => {
    const file = write("data = 'x'\nlisten = = 1\n");
    expect(problems()).toEqual([expect.stringMatching(`^${file}: line 2, column \\d+: `)]);
  });

  test("a file that is not there, when it was named", () => {
    expect(problems({ file: "absent.toml" })).toEqual([
      `${join(cwd, "absent.toml")}: cannot be read: there is no such file`,
    ]);
  });

  test("a certificate without a key, and the other way round", () => {
    expect(problems({ flags: { tls_cert: "c.pem" } })).toEqual([
      "--tls-cert: needs tls_key, the private key of the certificate",
    ]);
    expect(problems({ env: { POSTERN_TLS_KEY: "k.pem" } })).toEqual([
      "POSTERN_TLS_KEY: needs tls_cert, the certificate of the key",
    ]);
  });

  test("names that reach into objects are only unknown keys", () => {
    const file = write('[constructor]\nname = "x"');
    expect(problems()).toEqual([`${file}: there is no key constructor.name`]);
  });
});

test("variables that container platforms set for a service of this name are passed over", () => {
  const env = {
    POSTERN_SERVICE_HOST: "10.0.0.1",
    POSTERN_SERVICE_PORT: "110",
    POSTERN_SERVICE_PORT_POP3S: "995",
    POSTERN_PORT: "tcp://10.0.0.1:110",
    POSTERN_PORT_110_TCP: "tcp://10.0.0.1:110",
    POSTERN_PORT_110_TCP_ADDR: "10.0.0.1",
    POSTERN_DEBUG: "1",
  };
  expect(problems({ env })).toEqual([]);
});
