// Servers to examine: Postern's own, sound or with a fault between it and the connection; and what an examination of them says.
// Knows no check by name: which fault breaks which is in `broken/`.
import type { TlsOptions } from "node:tls";
import { type CheckResult, type ConformanceReport, examine, type ExaminationOptions } from "@postern/pop3/conformance";
import { type Fault, startTestServer, type TestServer, type TestServerOptions } from "@postern/pop3/testing";
import { startTlsFront } from "./tls-front.js";

/** A server on which a check has to fail, and which passes it without the faults. */
export interface BrokenServer {
  /** The id of the check. */
  readonly check: string;
  /** How the server misbehaves; more than one way makes more than one test. */
  readonly faults: readonly Fault[];
  /** What both the sound and the broken server have besides. */
  readonly server?: Omit<TestServerOptions, "faults">;
  /** The same, for what no fault can break. */
  readonly brokenServer?: Omit<TestServerOptions, "faults">;
  /** Something else speaks TLS in front of the broken one, which is then examined with implicit TLS. */
  readonly front?: TlsOptions;
  /** How they are examined. */
  readonly examination?: Partial<ExaminationOptions>;
  /** What the report says of the broken one. */
  readonly finding: RegExp;
}

export const ALICE = { user: "alice", password: "correct horse", cleartext: true } as const;

/** Messages in which everything occurs that can go wrong: dots, empty lines, long lines, 8-bit octets, no body. */
export const MESSAGES: readonly string[] = [
  "Subject: dots\r\n\r\n.\r\n..two\r\n.three.\r\n\r\nend\r\n",
  "Subject: two\r\nX-Long: " + "x".repeat(900) + "\r\n\r\nbody of two\r\nline 2\r\nline 3\r\n",
  "Subject: no body\r\n\r\n",
  "Subject: octets\r\n\r\n\xe4\xf6\xfc\x00\x01\x7f\r\n" + "y".repeat(3000) + "\r\n",
];

export function soundOptions(options: TestServerOptions = {}): TestServerOptions {
  return {
    accounts: { [ALICE.user]: ALICE.password },
    messages: MESSAGES,
    ...options,
  };
}

/** Examines a running server, thoroughly and under TLS by STLS, unless `options` say otherwise. */
export function examined(server: TestServer, options: Partial<ExaminationOptions> = {}): Promise<ConformanceReport> {
  return examine({
    host: "localhost",
    port: options.tls === "implicit" ? server.tlsPort : server.port,
    tls: "starttls",
    auth: ALICE,
    mode: "thorough",
    tlsOptions: { ca: server.ca },
    patienceMs: 1500,
    ...options,
  });
}

/** What one check says of a server with these options. */
export async function resultOn(
  check: string,
  server: TestServerOptions,
  examination: Partial<ExaminationOptions> = {},
  front?: TlsOptions,
): Promise<CheckResult> {
  await using running = await startTestServer(soundOptions(server));
  await using before = front === undefined ? undefined : await startTlsFront(running.port, front);
  const { results } = await examined(running, {
    ...examination,
    ...(before !== undefined && { tls: "implicit", port: before.port }),
    only: [check],
  });
  return results[0]!;
}
