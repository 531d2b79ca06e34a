// Nothing that a client proves itself with is ever written, however it is sent, and wherever it does not belong. Every login that there
// is, right and wrong, and every mishap, at the most talkative level; then all that the process wrote is searched.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { mechanisms, oauthbearer } from "@postern/pop3/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ann, clientCa } from "../../../pop3/test/support/certificates.js";
import { SIGNATURE, tlv, v2 } from "../../../pop3/test/support/proxy-header.js";
import { json, makeKey, TokenIssuer } from "../authenticator/token-issuer.js";
import type { SigningKey } from "../authenticator/token-issuer.js";
import { Peer } from "./support/peer.js";
import { authenticate } from "./support/sasl.js";
import type { ClientContext, Mechanism } from "./support/sasl.js";
import { formsOf, secret, STEM, Watch } from "./support/secrets.js";
import { Site } from "./support/served.js";
import type { Served } from "./support/served.js";

/** An address that the server takes for a proxy's. */
const PROXY = "127.0.0.5";

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

describe.each([
  { format: "json", oauth: "introspection" },
  { format: "text", oauth: "jwt" },
] as const)("a log as $format, tokens checked by $oauth", ({ format, oauth }) => {
  let site: Site;
  let served: Served;
  let issuer: TokenIssuer;
  let key: SigningKey;
  const watch = new Watch();
  /** The users of the passwd-file who have their password in the clear. */
  const passwords = new Map<string, string>();
  /** Tokens that the issuer calls good, by user. */
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    site = new Site();
    key = await makeKey("k");
    issuer = await TokenIssuer.start();
    issuer.keys = [key.publicJwk];
    issuer.answers.set("/introspect", (request, response, body) => {
      const token = new URLSearchParams(body).get("token") ?? "";
      if (token.includes("echoed")) {
        response.end(`no JSON, but ${token}`);
        return;
      }
      const user = [...tokens].find(([, good]) => good === token)?.[0];
      json(user === undefined ? { active: false } : { active: true, email: user })(request, response, body);
    });

    for (const { name } of mechanisms) passwords.set(`user-of-${name}`, secret(name));
    for (const name of ["user-of-PASS", "user-of-APOP"]) passwords.set(name, secret(name));
    const salt = Buffer.from("saltsalt");
    const hashed = secret("hashed");
    const hash = createHash("sha1").update(hashed).update(salt).digest();
    const ssha = `{SSHA}${Buffer.concat([hash, salt]).toString("base64")}`;
    watch.add(ssha);
    passwords.set("hashed", hashed);
    site.write(
      "users",
      [
        ...[...passwords].map(([name, password]) => `${name}:${name === "hashed" ? ssha : `{PLAIN}${password}`}`),
        `no-scheme:${secret("no scheme")}`,
        `strange-scheme:{STRANGE}${secret("strange scheme")}`,
        `cut-hash:{SHA512-CRYPT}$6$salt$${secret("cut hash")}`,
        `twice:{PLAIN}${secret("twice")}`,
        `twice:{PLAIN}${secret("twice")}`,
      ].join("\n"),
    );
    passwords.set("spooled", secret("spooled"));
    await site.addUser("spooled", passwords.get("spooled")!, "--secret");
    await site.cli(["user", "add", "everybody", "--password-stdin"], `${secret("everybody")}\n`);
    site.write("client-ca.pem", clientCa);
    const names = mechanisms.map(({ name }) => `"${name}"`).join(", ");
    const method = {
      introspection: `introspection_url = "${issuer.url}/introspect"\nclient_id = "postern"\nclient_secret_file = "client-secret"`,
      jwt: `issuer = "${issuer.url}"\naudience = "postern"`,
    }[oauth];
    site.write("client-secret", secret("client secret"));
    served = await site.serve({
      config: `
proxy_protocol = ["${PROXY}"]
log = { level = "debug", format = "${format}" }
metrics = { listen = "127.0.0.1:0" }
client_certificates = { ca = "client-ca.pem" }
[authentication]
passwd_file = "users"
mechanisms = [${names}]
scram_sha_1 = true
scram_iterations = 4096
anonymous_user = "everybody"
[oauth]
method = "${oauth}"
${method}`,
    });
  });
  afterAll(async () => {
    await issuer.stop();
    await site[Symbol.asyncDispose]();
  });

  const connected = async (options: { tls?: boolean; from?: string } = {}): Promise<Peer> => {
    const { tls = true, from } = options;
    const port = tls ? served.tlsPort : served.port;
    const { peer } = await Peer.greeted({ port, tls, identity: ann, ...(from !== undefined && { from }) });
    return peer;
  };

  /** What each mechanism proves itself with; a token and not a password where that is wanted. */
  async function credentials(mechanism: Mechanism, right: boolean): Promise<Partial<ClientContext>> {
    const name = `user-of-${mechanism.name}`;
    if (mechanism.credentials === "token") {
      const token = await goodToken(mechanism.name.toLowerCase(), right);
      return { name: mechanism.name.toLowerCase(), token };
    }
    if (mechanism.credentials === "anonymous") return { name: secret("trace of ANONYMOUS") };
    if (mechanism.credentials === "certificate")
      return { name: "", ...(!right && { authorizationId: secret("EXTERNAL") }) };
    return { name, password: right ? passwords.get(name)! : secret(`wrong for ${mechanism.name}`) };
  }

  async function goodToken(user: string, good: boolean): Promise<string> {
    if (oauth === "introspection") {
      const token = secret(`token-${user}`);
      if (good) tokens.set(user, token);
      return token;
    }
    const token = await issuer.token(key, {
      email: user,
      jti: secret("jti"),
      ...(!good && { aud: secret("audience") }),
    });
    for (const part of token.split(".").slice(1)) watch.add(part);
    return token;
  }

  const sent = (response: string): void => watch.add(response);

  test.concurrent.each(mechanisms)("$name, in every way", async (mechanism) => {
    const { name, credentials: kind, clientFirst } = mechanism;
    const ways = clientFirst ? [false, true] : [false];
    for (const twoSteps of ways) {
      const client = await credentials(mechanism, true);
      const peer = await connected();
      expect(await authenticate(peer, { mechanism, client, twoSteps, sent }), `${name}, right`).toMatch(/^\+OK/);
      expect((await peer.ask("QUIT"))[0]).toMatch(/^\+OK/);
    }
    if (kind === "anonymous") return;
    const refusals = ways.map(async (twoSteps) => {
      const client = await credentials(mechanism, false);
      expect(await authenticate(await connected(), { mechanism, client, twoSteps, sent }), "wrong").toMatch(/^-ERR/);
    });
    // What a client gives where its name is asked for is a name, and may be written.
    const garbled =
      (text: () => string) =>
      (response: string, at: number): string =>
        mechanism.name === "LOGIN" && at === 0 ? response : base64(text());
    const spoilt: readonly ((response: string, at: number) => string)[] = [
      () => secret(`no Base64 for ${name}`),
      (response) => `${response}!${secret("behind Base64")}`,
      (response, at) => (at === (clientFirst ? 1 : 0) ? secret("in the second step") : response),
      garbled(() => secret(`garbled for ${name}`)),
      garbled(() => `\0\0${secret("garbled")}\0${secret("garbled")}\u0001auth=Bearer ${secret("token")}\u0001\u0001`),
      (response, at) => (at === (clientFirst ? 0 : 1) ? "*" : response),
      () => `${STEM}${"A".repeat(70_000)}`,
    ];
    const mishaps = spoilt.map(async (spoil) => {
      const client = await credentials(mechanism, true);
      const answer = await authenticate(await connected(), { mechanism, client, twoSteps: true, spoil, sent });
      // What is spoilt in a step that the mechanism does not have is a right login.
      if (answer?.startsWith("+OK") !== true) expect(answer ?? "-ERR").toMatch(/^-ERR/);
    });
    await Promise.all([...refusals, ...mishaps]);
  });

  test.concurrent("USER and PASS, and APOP", async () => {
    for (const name of ["user-of-PASS", "hashed", "spooled"]) {
      const peer = await connected();
      expect(await peer.login(name, passwords.get(name)!), name).toMatch(/^\+OK/);
      await peer.ask("QUIT");
      expect(await (await connected()).login(name, secret(`wrong for ${name}`)), name).toMatch(/^-ERR \[AUTH\]/);
    }
    for (const name of ["user-of-APOP", "spooled"]) {
      const digest = async (password: string): Promise<string | null> => {
        const { peer, greeting } = await Peer.greeted({ port: served.tlsPort, tls: true });
        const timestamp = /<.*>/.exec(greeting ?? "")?.[0] ?? "";
        const digest = createHash("md5").update(`${timestamp}${password}`).digest("hex");
        watch.add(digest);
        const [answer] = await peer.ask(`APOP ${name} ${digest}`);
        await peer.ask("QUIT");
        return answer!;
      };
      expect(await digest(passwords.get(name)!)).toMatch(/^\+OK/);
      expect(await digest(secret("wrong for APOP"))).toMatch(/^-ERR/);
    }
  });

  test.concurrent("PLAIN with a password in another field than its own", async () => {
    const password = passwords.get("user-of-PLAIN")!;
    const messages = [
      `${password}\0user-of-PLAIN\0${secret("wrong")}`,
      `${password}\0user-of-PLAIN\0${password}`,
      `user-of-PLAIN\0${password}`,
      `user-of-PLAIN\0${password}\0`,
      `\0user-of-PLAIN\0${password}\0${password}`,
      `\0user-of-PLAIN\0${password}\u0007`,
      `${password}\0\0`,
      password,
    ];
    const answers = messages.map(async (message) => (await connected()).ask(`AUTH PLAIN ${base64(message)}`));
    for (const [answer] of await Promise.all(answers)) expect(answer).toMatch(/^-ERR/);
  });

  test.concurrent("what is no login at all", async () => {
    const lines = [
      "PASS *",
      "XYZW *",
      "XYZ * *",
      "LOGIN name *",
      "*",
      "* *",
      "USER name *",
      "APOP name *",
      "APOP name * *",
      "AUTH *",
      "AUTH PLAIN *",
      "AUTH PLAIN * *",
      "AUTH PLAIN,*",
      "AUTH LOGIN *",
      "PASS *\u0001",
      "PASS\u0000*",
      " PASS *",
      "PASS:*",
      "STAT *",
      "LANG *",
      "CAPA *",
      "STLS *",
      "UTF8 *",
      "QUIT *",
      "GET /?token=* HTTP/1.1",
      "Authorization: Bearer *",
      "USER",
      "PASS",
      `PASS ${"*".repeat(3000)}`,
      `XYZW ${"*".repeat(4000)}`,
    ];
    await Promise.all(
      lines.map(async (line) => {
        const marked = line.replaceAll("*", () => secret(line.slice(0, 12)));
        const peer = await connected();
        const [answer] = await peer.ask(marked);
        expect(answer === null ? "-ERR" : answer, line).toMatch(/^(-ERR|\+OK the password is expected)/);
        peer.close();
      }),
    );
    const peer = await connected();
    await peer.login("spooled", passwords.get("spooled")!);
    for (const line of [
      "RETR *",
      "LIST *",
      "UIDL *",
      "DELE *",
      "TOP 1 *",
      "TOP * 1",
      "PASS *",
      "USER *",
      "AUTH PLAIN *",
      "XYZW *",
    ]) {
      expect((await peer.ask(line.replace("*", secret(line))))[0], line).toMatch(/^-ERR/);
    }
    await peer.ask("QUIT");
  });

  test.concurrent("a line without end, and one that breaks off", async () => {
    const endless = await connected();
    endless.send(`USER name\r\nPASS ${secret("endless").repeat(8000)}`);
    expect(await endless.rest()).toContain("a line goes on without end");
    for (const tls of [true, false]) {
      const broken = await connected({ tls });
      broken.send(`USER name\r\nPASS ${secret("broken off")}`);
      broken.end();
      await broken.rest();
    }
  });

  test.concurrent("secrets in the clear: before TLS, behind STLS, in the place of a handshake", async () => {
    const bare = await connected({ tls: false });
    expect(await bare.login("spooled", secret("in the clear"))).toMatch(/^-ERR/);
    expect((await bare.ask(`AUTH PLAIN ${base64(`\0spooled\0${secret("in the clear")}`)}`))[0]).toMatch(/^-ERR/);

    const early = await connected({ tls: false });
    early.send(
      `STLS\r\nAUTH OAUTHBEARER ${base64(secret("behind STLS"))}\r\nUSER name\r\nPASS ${secret("behind STLS")}\r\n`,
    );
    expect(await early.line()).toMatch(/^\+OK/);
    await early.startTls();
    expect((await early.ask("CAPA"))[0]).toMatch(/^\+OK/);

    const late = await connected({ tls: false });
    await late.ask("STLS");
    late.send(`USER name\r\nPASS ${secret("no handshake")}\r\n`);
    await late.rest();

    const socket = connect(served.tlsPort, "127.0.0.1");
    socket.write(`USER name\r\nPASS ${secret("on the TLS port")}\r\n`);
    socket.resume().on("error", () => {});
    await once(socket, "close");
  });

  test.concurrent("secrets in the place of a PROXY header, and in one that is wrong", async () => {
    const checksum = tlv(0x03, Buffer.alloc(4, 1));
    const headers = [
      `PASS ${secret("no header")}\r\n`,
      `PROXY ${secret("no family")} x\r\n`,
      `PROXY TCP4 ${secret("no address")} 127.0.0.1 1 1\r\n`,
      Buffer.concat([SIGNATURE, Buffer.from(secret("no header"))]),
      v2(0x11, [Buffer.from("c0000207c6336409c35003e3", "hex"), tlv(0x02, secret("host")), checksum]),
      v2(0x11, [Buffer.from("c0000207c6336409c35003e3", "hex"), tlv(0x05, secret("identifier").repeat(10))]),
    ];
    for (const header of headers) {
      const peer = await Peer.connect({ port: served.port, from: PROXY, header });
      expect(await peer.rest()).toBe("");
    }
  });

  test("an issuer that gives no answer, and one that quotes what it was asked", async () => {
    if (oauth === "introspection") {
      const client = { name: "echo", token: secret("echoed") };
      expect(await authenticate(await connected(), { mechanism: oauthbearer, client, sent })).toMatch(
        /^-ERR \[SYS\/TEMP\]/,
      );
    }
    await issuer.stop();
    const client = { name: "echo", token: secret("nobody there") };
    expect(await authenticate(await connected(), { mechanism: oauthbearer, client, sent })).toMatch(/^-ERR/);
  });

  test("none of all this was written anywhere", async () => {
    const address = /127\.0\.0\.1:\d+(?=\/metrics)/.exec(served.output)?.[0];
    const metrics = await (await fetch(`http://${address}/metrics`)).text();
    const health = await (await fetch(`http://${address}/healthz`)).text();
    served.signal("SIGTERM");
    expect(await served.ended()).toEqual([0, null]);
    const { output } = served;
    const failures = join(site.folder, "postern-data", "leases.db");
    const remembered = [failures, `${failures}-wal`]
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, "latin1"));

    // That which may be written was written, so that silence proves something.
    for (const { name } of mechanisms) {
      expect(output, name).toMatch(
        format === "json" ? new RegExp(`"method":"${name}","messages"`) : `logged in by ${name}:`,
      );
      expect(metrics).toMatch(new RegExp(`postern_logins_total\\{.*outcome="accepted".*method="${name}".*\\} [1-9]`));
    }
    expect(served.lines.length).toBeGreaterThan(700);
    if (format === "json") expect(served.log.every(({ event, msg }) => event !== "" && msg !== "")).toBe(true);
    else for (const line of served.lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z [\x20-\x7e…]+$/);
    for (const words of [
      "octets in the clear behind STLS",
      "TLS failed",
      "did not begin with its header",
      "a token was refused",
    ]) {
      expect(output).toContain(words);
    }
    expect(watch.found(output)).toEqual([]);
    expect(watch.found(metrics + health)).toEqual([]);
    expect(watch.found(remembered.join(""))).toEqual([]);
  });
});

test("the search finds a secret in any form", () => {
  const [watch, text] = [new Watch(), secret("planted")];
  for (const form of [text, base64(text), base64(`x${text}`), base64(`xy${text}`), Buffer.from(text).toString("hex")]) {
    expect(watch.found(`…${form}…`), form).not.toEqual([]);
  }
  expect(watch.found(Buffer.from(text, "utf16le").toString("latin1"))).not.toEqual([]);
  expect(formsOf(STEM).every((form) => watch.found(form).length > 0)).toBe(true);
});
