// TLS around POP3: its versions, the certificate and the name that ALPN agrees on (RFC 8314 §4, RFC 8996, RFC 9325, RFC 7301).
// Implicit TLS and STLS alike; how STLS leads there is `stls.ts`'s. What the first connection showed is asked again only where it failed.
import type { TlsFacts } from "../../client/transport.js";
import { TransportLost } from "../../contracts/errors.js";
import { addressOctets } from "../../protocol/ip-address.js";
import type { WireTlsOptions } from "../../wire/wire.js";
import type { ConformanceCheck } from "../check.js";
import { CheckFailed, NotTested, Undecided } from "../outcome.js";
import type { Proof } from "../proof.js";
import type { Subject } from "../subject.js";

export const tlsChecks: readonly ConformanceCheck[] = [
  {
    id: "tls-certificate",
    tag: null,
    level: "MUST",
    reference: "RFC 8314 §4.4",
    title: "The server's certificate is valid, comes from an authority that is trusted, and is for the server's name.",
    remedy:
      "Install a certificate that is in date and names this host in subjectAltName, and send the authority's intermediate certificates with it.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const { problem, certificate } = await tlsOf(proof);
      if (problem === null) return;
      const day = (ms: number | undefined): string => new Date(ms ?? Number.NaN).toISOString().slice(0, 10);
      if (problem === "CERT_HAS_EXPIRED")
        throw new CheckFailed(`a certificate expired, on ${day(certificate?.validToMs)}`);
      if (problem === "CERT_NOT_YET_VALID")
        throw new CheckFailed(`a certificate is not valid before ${day(certificate?.validFromMs)}`);
      if (problem === "ERR_TLS_CERT_ALTNAME_INVALID") throw wrongName(proof.subject, certificate?.names ?? []);
      if (proof.subject.insecure === true)
        throw new NotTested(`whoever asked takes a certificate of nobody who is trusted (${problem})`);
      throw new CheckFailed(UNTRUSTED[problem] ?? `the certificate does not hold: ${problem}`);
    },
  },
  {
    id: "tls-1-2",
    tag: null,
    level: "SHOULD",
    reference: "RFC 9325 §3.1.1",
    title: "Clients that have TLS 1.2 and nothing newer are served.",
    remedy: "Allow TLS 1.2 beside TLS 1.3.",
    given: "AUTHORIZATION",
    async prove(proof) {
      if ((await tlsOf(proof)).version === "TLSv1.2") return;
      const tls = await handshake(proof, { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" });
      if (tls instanceof TransportLost) throw new CheckFailed(`TLS 1.2 alone was refused: ${tls.message}`);
      if (tls instanceof Error) throw tls;
    },
  },
  {
    id: "tls-1-3",
    tag: null,
    level: "SHOULD",
    reference: "RFC 9325 §3.1.1",
    title: "TLS 1.3 is spoken, and chosen where both sides have it.",
    remedy: "Allow TLS 1.3, and prefer it to TLS 1.2.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const { version } = await tlsOf(proof);
      const { maxVersion = "TLSv1.3" } = proof.subject.tlsOptions ?? {};
      if (version === "TLSv1.3") return;
      if (maxVersion !== "TLSv1.3") throw new NotTested("TLS 1.3 was not to be spoken");
      throw new CheckFailed(`TLS 1.3 was offered, and ${nameOf(version)} chosen`);
    },
  },
  {
    id: "tls-no-old-versions",
    tag: null,
    level: "MUST",
    reference: "RFC 8996 §4, §5",
    title: "TLS 1.0 and TLS 1.1 are refused.",
    remedy: "Make TLS 1.2 the oldest version that the server accepts.",
    given: "AUTHORIZATION",
    async prove(proof) {
      await tlsOf(proof);
      // What OpenSSL calls secure leaves these versions no signature to use.
      const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
      const tls = await handshake(proof, old);
      if (!(tls instanceof Error)) throw new CheckFailed(`${nameOf(tls.version)} was accepted`);
      // A server that says nothing at all to such a client refuses it, too.
      if (tls.name === "TimeoutError") return;
      if (!(tls instanceof TransportLost) || codeOf(tls) === NO_SUCH_VERSION)
        throw new NotTested(`TLS 1.0 and 1.1 cannot be spoken here: ${tls.message}`);
    },
  },
  {
    id: "tls-alpn",
    tag: null,
    level: "MAY",
    reference: "RFC 9325 §3.7",
    title: "The server agrees by ALPN that it speaks pop3.",
    remedy: "Have the TLS library choose the ALPN protocol pop3 where the client offers it.",
    given: "AUTHORIZATION",
    async prove(proof) {
      if (proof.subject.tlsOptions?.alpn === false) throw new NotTested("ALPN was not to be used");
      if ((await tlsOf(proof)).alpn === null) throw new CheckFailed("pop3 was offered by ALPN, and nothing was chosen");
    },
  },
  {
    id: "tls-alpn-other",
    tag: null,
    level: "MUST",
    reference: "RFC 7301 §3.2",
    title: "A server that uses ALPN refuses a client that offers other protocols alone.",
    remedy: "End the handshake with the alert no_application_protocol where the client does not offer pop3.",
    given: "AUTHORIZATION",
    async prove(proof) {
      if ((await tlsOf(proof)).alpn === null) throw new NotTested("the server does not use ALPN");
      const tls = await handshake(proof, { alpn: false, ALPNProtocols: ["imap"] });
      if (tls instanceof TransportLost) return;
      if (tls instanceof Error) throw tls;
      throw new CheckFailed("imap alone was offered by ALPN, and TLS began");
    },
  },
];

/** What OpenSSL says where the versions are left out of it, or forbidden on this machine. */
const NO_SUCH_VERSION = "ERR_SSL_NO_PROTOCOLS_AVAILABLE";

/** An authority that nobody here knows may be a private one: then it is for whoever asks to name it. */
const UNKNOWN_AUTHORITY = "; if that is a private authority, give its certificate";

const UNTRUSTED: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: `the certificate comes from an authority that is not trusted here${UNKNOWN_AUTHORITY}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `the certificates that came do not lead to a trusted authority${UNKNOWN_AUTHORITY}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `the one certificate that came is from nobody who is trusted here: an intermediate one is missing${UNKNOWN_AUTHORITY}`,
};

function wrongName({ host }: Subject, names: readonly string[]): Error {
  const shown = names.length === 0 ? "no name at all" : names.slice(0, 5).join(", ");
  return addressOctets(host) === null
    ? new CheckFailed(`the certificate is for ${shown}, not for ${host}`)
    : new NotTested(`the server was asked for by its address, and the certificate is for ${shown}`);
}

/** Of a connection under TLS that others may share. Throws `NotTested` where there is none. */
async function tlsOf(proof: Proof): Promise<TlsFacts> {
  const { tls } = (await proof.before()).wire;
  if (tls === null) throw new NotTested("the server offers no TLS on this port");
  return tls;
}

/** TLS as `options` say, or the error with which it did not begin. Throws what has nothing to do with TLS. */
async function handshake(proof: Proof, options: WireTlsOptions): Promise<TlsFacts | Error> {
  try {
    return (await proof.secure(options)).wire.tls!;
  } catch (error) {
    if (!(error instanceof Error) || error instanceof NotTested || error instanceof Undecided) throw error;
    if (error instanceof TransportLost && error.reason !== "tls") throw error;
    return error;
  }
}

function codeOf({ cause }: Error): unknown {
  return (cause as NodeJS.ErrnoException | undefined)?.code;
}

/** `TLS 1.2`, of Node's `TLSv1.2`. */
function nameOf(version: string): string {
  return version === "TLSv1" ? "TLS 1.0" : version.replace("v", " ");
}
