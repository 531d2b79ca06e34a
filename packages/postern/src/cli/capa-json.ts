// What `postern capa --json` prints: one object whose shape is promised in docs/guides/looking-at-a-server.md and held by its test.
// Texts of the server stay as they are; what a terminal would act on is escaped as JSON allows.
import { QUIRKS, type TlsFacts } from "@postern/pop3/client";
import { jsonText } from "../reports/json-text.js";
import type { Survey } from "./capa-survey.js";
import { daysLeft } from "./capa-text.js";
import type { ChosenServer } from "./server-options.js";

/** The object as text, with a line end. */
export function surveyJson({ connect, found }: ChosenServer, survey: Survey, nowMs: number): string {
  const { greeting, tls, startTlsRefused, lists, login, quirks, failure } = survey;
  const { host, port } = connect;
  return jsonText({
    server: { host, port, tls: connect.tls },
    discovery: found === null ? null : { address: found.address, candidate: found.candidate, attempts: found.attempts },
    greeting: { text: greeting.text, timestamp: greeting.timestamp },
    tls: tls === null ? null : tlsJson(tls, nowMs),
    startTlsRefused,
    capabilities: lists,
    login:
      login === null
        ? null
        : {
            user: login.user,
            method: login.method,
            problem: login.failure?.sentence ?? null,
            refusal: login.failure?.refusal ?? null,
          },
    quirks: quirks.map((name) => ({ name, what: QUIRKS[name].what })),
    failure,
  });
}

function tlsJson({ version, cipher, alpn, authorized, problem, certificate }: TlsFacts, nowMs: number): object {
  return {
    version,
    cipher,
    alpn,
    verified: authorized,
    problem,
    certificate:
      certificate === null
        ? null
        : {
            subject: certificate.subject,
            issuer: certificate.issuer,
            names: certificate.names,
            validFrom: isoOf(certificate.validFromMs),
            validTo: isoOf(certificate.validToMs),
            daysLeft: daysLeft(certificate.validToMs, nowMs),
            fingerprint: certificate.fingerprint,
          },
  };
}

function isoOf(ms: number): string | null {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}
