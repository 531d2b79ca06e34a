// Sessions that went wrong with real servers, as far as a client takes part: logins that need two steps, refusals that are followed by
// a closed connection, answers that are none. The values of whole sessions are in `replay.test.ts`.
import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import {
  CommandRefused,
  Pop3Client,
  ProtocolViolation,
  TransportLost,
  type AuthOptions,
  type ConnectOptions,
} from "@postern/pop3/client";
import { identity } from "../support/identity.mjs";
import { optionsFor } from "./outcome.js";
import { CUTS, peer, type PeerSession } from "./peer.js";
import { CAPABILITIES, listed, PASSWORD, scriptedSession, TOKEN, type Script } from "./scripted-server.js";
import { transcript } from "./transcripts.js";
import { RIGHT, vendorSession } from "./vendor-server.js";

const password: AuthOptions = { user: "ann", password: PASSWORD, cleartext: true };

/** A vendor's session in which `script` answers in the vendor's place. */
function instead(name: string, script: Script, heard: string[]): () => PeerSession {
  return () => {
    const session = vendorSession(transcript(name));
    const scripted = scriptedSession(script);
    let challenged = false;
    return {
      greeting: session.greeting,
      answer(line, secure) {
        heard.push(line);
        const [keyword = ""] = line.split(" ", 1);
        const replaced = challenged || line in script || keyword in script;
        const answer = (replaced ? scripted : session).answer(line, secure);
        challenged = answer === "+ \r\n";
        return answer;
      },
    };
  };
}

/** Connects as the vendor wants it, in every way of cutting. */
async function inEveryCut(
  name: string,
  script: Script,
  auth: AuthOptions,
  check: (connecting: Promise<Pop3Client>, heard: readonly string[]) => Promise<void>,
): Promise<void> {
  const vendor = transcript(name);
  for (const cut of Object.values(CUTS)) {
    const heard: string[] = [];
    const { implicitTls } = vendor;
    const stream = peer(instead(name, script, heard), { cut, implicitTls });
    await check(Pop3Client.connect({ ...optionsFor(vendor, cut), stream, auth }), heard);
  }
}

function scripted(script: Script, more: Partial<ConnectOptions> = {}): Promise<Pop3Client> {
  return Pop3Client.connect({ host: "localhost", tls: "none", stream: peer(() => scriptedSession(script)), ...more });
}

const ACCEPTED = "+OK User successfully logged on.\r\n";
const TOO_MUCH = { send: "-ERR Protocol error. Connection is closed. 10\r\n", then: "close" } as const;

describe("Microsoft 365: AUTH XOAUTH2 in two steps alone", () => {
  const twoSteps: Script = {
    AUTH: (line) => (line === "AUTH XOAUTH2" ? "+ \r\n" : TOO_MUCH),
    "*": (line) =>
      Buffer.from(line, "base64").toString().startsWith("user=ann\x01auth=Bearer ") ? ACCEPTED : TOO_MUCH,
  };

  test("a token of the usual length waits to be asked for", async () => {
    await inEveryCut("office365-2021", twoSteps, { user: "ann", token: TOKEN }, async (connecting, heard) => {
      const client = await connecting;
      expect(client.loginMethod).toBe("XOAUTH2");
      expect(heard.slice(0, 3)).toEqual(["CAPA", "AUTH XOAUTH2", expect.stringMatching(/^[A-Za-z0-9+/]+=*$/)]);
      await client.quit();
    });
  });

  test("what it says to a command with a response is what the caller hears, though it hangs up on the next try", async () => {
    const asked: boolean[] = [];
    const token = ({ refused }: { readonly refused: boolean }): string => {
      asked.push(refused);
      return "short";
    };
    await inEveryCut("office365-2021", twoSteps, { user: "ann", token }, async (connecting) => {
      await expect(connecting).rejects.toMatchObject({
        name: "CommandRefused",
        text: "Protocol error. Connection is closed. 10",
      });
    });
    expect(asked.slice(0, 2)).toEqual([false, true]);
  });
});

test("Exchange 2003: NTLM alone is no way to log in, and USER is taken", async () => {
  const auth = { ...password, password: RIGHT };
  await inEveryCut("exchange-2003", {}, auth, async (connecting, heard) => {
    const client = await connecting;
    expect(client.loginMethod).toBe("USER");
    expect(heard.some((line) => line.startsWith("AUTH"))).toBe(false);
    await client.quit();
  });
});

test("+OK where a challenge is due lets nobody in, and nothing is said into the exchange", async () => {
  const script: Script = { CAPA: listed("USER", "SASL LOGIN CRAM-MD5"), AUTH: "+OK\r\n" };
  for (const method of ["LOGIN", "CRAM-MD5"]) {
    const heard: string[] = [];
    const stream = peer(() => scriptedSession(script, heard));
    await expect(scripted({}, { stream, auth: { ...password, methods: [method] } })).rejects.toThrow(ProtocolViolation);
    expect(heard).toEqual(["CAPA", `AUTH ${method}`]);
  }
});

test("o2: PLAIN after STLS with an empty challenge, and a bare +OK", async () => {
  const script: Script = { AUTH: "+ \r\n", "*": "+OK\r\n" };
  await inEveryCut("o2pl-2015", script, password, async (connecting, heard) => {
    const client = await connecting;
    expect([client.loginMethod, client.tls?.authorized]).toEqual(["PLAIN", true]);
    expect(heard.slice(0, 3)).toEqual(["CAPA", "STLS", "CAPA"]);
    client.close();
  });
});

describe("APOP where the account has no secret", () => {
  const script: Script = { APOP: "-ERR [AUTH] Invalid password or username\r\n" };

  test("Bigfoot: the next way is tried", async () => {
    await inEveryCut("bigfoot-2022", script, { ...password, password: RIGHT }, async (connecting, heard) => {
      const client = await connecting;
      expect([client.loginMethod, [...client.quirks]]).toEqual(["USER", ["apop-refused"]]);
      expect(heard.filter((line) => line.startsWith("APOP"))).toHaveLength(1);
      await client.quit();
    });
  });

  test("Mailutils: in the clear the next way is tried, where the caller allows it", async () => {
    const listing = {
      ...script,
      greeting: "+OK POP3 Ready <44.1795397891@vm>\r\n",
      CAPA: listed("USER", "RESP-CODES"),
    };
    const client = await scripted(listing, { auth: password });
    expect([client.loginMethod, [...client.quirks]]).toEqual(["USER", ["apop-refused"]]);
    await client.quit();
    await expect(scripted(listing, { auth: { ...password, cleartext: false } })).rejects.toMatchObject({
      keyword: "APOP",
      code: "AUTH",
    });
    await expect(scripted(listing, { auth: { ...password, methods: ["APOP"] } })).rejects.toMatchObject({
      keyword: "APOP",
    });
  });

  test("a refusal for another reason stands", async () => {
    const heard: string[] = [];
    const locked: Script = {
      greeting: "+OK <1@example.org>\r\n",
      CAPA: listed("USER"),
      APOP: "-ERR [IN-USE] Mailbox in use\r\n",
    };
    const stream = peer(() => scriptedSession(locked, heard));
    await expect(scripted({}, { stream, auth: password })).rejects.toMatchObject({ keyword: "APOP", code: "IN-USE" });
    expect(heard).toEqual(["CAPA", expect.stringMatching(/^APOP /)]);
  });

  test.each([
    ["qmail-hsphere-2016", "-ERR authorization failed"],
    ["free-fr-2019", "-ERR Invalid login or password"],
  ])("%s: it hangs up, and the refusal is not lost", async (name, refusal) => {
    const hangsUp: Script = { APOP: { send: `${refusal}\r\n`, then: "close" } };
    const auth = { ...password, methods: ["APOP", "USER"] };
    await inEveryCut(name, hangsUp, auth, async (connecting) => {
      await expect(connecting).rejects.toMatchObject({ keyword: "APOP", line: refusal });
    });
  });
});

describe("CAPA is not known", () => {
  test.each([
    ["the refusal is followed by a closed connection", true],
    ["the connection is closed at once", false],
  ])("AAPT, were it so: %s, and the client comes again without asking", async (_, refuses) => {
    const heard: string[] = [];
    const lost: Error[] = [];
    let connections = 0;
    const session = (): PeerSession => {
      connections++;
      const vendor = vendorSession(transcript("aapt-no-capa-2012"));
      return {
        greeting: vendor.greeting,
        answer(line, secure) {
          heard.push(line);
          if (line !== "CAPA") return vendor.answer(line, secure);
          return { send: refuses ? (vendor.answer(line, secure) as string) : "", then: "close" };
        },
      };
    };
    const client = await Pop3Client.connect({
      host: "localhost",
      tls: "none",
      stream: peer(session),
      auth: { ...password, password: RIGHT },
      listeners: { "connection.lost": (error) => lost.push(error) },
    });
    expect([connections, client.state, client.loginMethod]).toEqual([2, "TRANSACTION", "USER"]);
    expect([...client.quirks]).toEqual(["capa-hangs-up"]);
    expect(heard.filter((line) => line === "CAPA")).toHaveLength(1);
    expect(lost).toEqual([]);
    await client.quit();
  });

  test.each([
    ["implicit", true],
    ["required", true],
    ["opportunistic", false],
  ] as const)("TLS %s: hung up on under TLS, it comes again with TLS or not at all", async (tls, again) => {
    const hangsUp: Script = {
      CAPA: (_, secure) => (secure ? { send: "", then: "close" } : listed(...CAPABILITIES, "STLS")),
    };
    const connecting = scripted(hangsUp, {
      tls,
      tlsOptions: { ca: identity.cert },
      stream: peer(() => scriptedSession(hangsUp), { implicitTls: tls === "implicit" }),
      auth: { user: "ann", password: PASSWORD, methods: ["USER"] },
    });
    if (!again) {
      await expect(connecting).rejects.toMatchObject({ name: "TransportLost", reason: "closed" });
      return;
    }
    const client = await connecting;
    expect([client.tls?.authorized, [...client.quirks]]).toEqual([true, ["capa-hangs-up"]]);
    await client.quit();
  });

  test("a connection that is lost before CAPA is asked is no sign of that", async () => {
    const script: Script = { STLS: { send: "", then: "close" } };
    await expect(scripted(script, { tls: "required" })).rejects.toMatchObject({ name: "TransportLost" });
  });

  test("a provider that answers CAPA after login alone is understood then", async () => {
    let loggedIn = false;
    const script: Script = {
      CAPA: () => (loggedIn ? listed("UIDL", "TOP", "PIPELINING") : "-ERR You must login first.\r\n"),
      PASS: () => {
        loggedIn = true;
        return "+OK\r\n";
      },
    };
    const client = await scripted(script, { auth: password });
    expect(client.capabilitiesBeforeLogin.answered).toBe(false);
    expect(client.capabilities.lines).toEqual(["UIDL", "TOP", "PIPELINING"]);
    await client.quit();
  });
});

describe("refusals", () => {
  test.each([
    ["-ERR [SYS/TEMP] try again later", "SYS/TEMP", "temporary"],
    ["-ERR [SYS/PERM] your account is disabled", "SYS/PERM", "permanent"],
    ["-ERR [sys/temp/9] try again later", "SYS/TEMP", "temporary"],
    ["-ERR [LOGIN-DELAY] Logins must be at least 1 minute apart", "LOGIN-DELAY", "login-delay"],
    ["-ERR [IN-USE] Mailbox is locked by another POP3 session.", "IN-USE", "in-use"],
    ["-ERR [ALERT] something of our own", null, undefined],
    ["-ERR [] nothing", null, undefined],
  ])("%s", async (line, code, cause) => {
    const refused = await scripted({ PASS: `${line}\r\n` }, { auth: { ...password, methods: ["USER"] } }).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(CommandRefused);
    const { code: known, responseCode, line: said } = refused as CommandRefused;
    expect([known, responseCode?.cause, said]).toEqual([code, cause, line]);
  });

  test("NetEase: a text in an encoding of its own is kept, octet for octet", async () => {
    const text = "\xb5\xc7\xc2\xbc\xca\xa7\xb0\xdc";
    const refused = scripted({ PASS: `-ERR ${text}\r\n` }, { auth: { ...password, methods: ["USER"] } });
    await expect(refused).rejects.toMatchObject({ text, line: `-ERR ${text}` });
  });

  test("Dovecot: the maildrop fails to open after the login was accepted", async () => {
    const script: Script = {
      PASS: { send: "+OK Logged in.\r\n-ERR [SYS/TEMP] Internal error occurred.\r\n", then: "close" },
      CAPA: "-ERR\r\n",
    };
    const outcome = scripted(script, { auth: { ...password, methods: ["USER"] } });
    await expect(outcome.then((client) => client.stat())).rejects.toThrow(TransportLost);
    await expect(outcome.then((client) => client.stat())).rejects.toThrow("Internal error occurred.");
  });
});

test("languages, as a test server lists them", async () => {
  const vendor = transcript("mailkit-lang");
  for (const cut of Object.values(CUTS)) {
    const auth = { ...password, password: RIGHT, methods: ["USER"] };
    const client = await Pop3Client.connect({ ...optionsFor(vendor, cut), auth });
    expect(await client.languages()).toEqual([
      { tag: "en", name: "English" },
      { tag: "en-boont", name: "English Boontling dialect" },
      { tag: "de", name: "Deutsch" },
      { tag: "it", name: "Italiano" },
      { tag: "es", name: "Espanol" },
      { tag: "sv", name: "Svenska" },
    ]);
    await client.quit();
  }
});
