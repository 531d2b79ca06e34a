// Servers whose TLS is not as it must be: certificates, versions and ALPN.
// The checks are those of `conformance/checks/tls.ts`; what no fault can break, another server in front does (`tls-front.ts`).
import type { TlsIdentity } from "@postern/pop3/server";
import type { BrokenServer } from "../subject.js";

const implicit = { tls: "implicit" } as const;

/** For localhost, by nobody but itself; made with openssl, valid from 2020 to 2126. */
const selfSigned: TlsIdentity = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpZJPRhfdjkze5ZYA
F6fqu7MxwygYYKR9HP58TWwU+l2hRANCAARLrhgzbsRWYB+B1RIWNyYthHvXHn9I
CtmmZW7Fm/uwEmYRCwpMSg04quTN9TCFVFVghi0Uz9cRvsNzI3Emx92R
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBTzCB9qADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWxvY2FsaG9z
dDAgFw0yMDAxMDEwMDAwMDBaGA8yMTI2MDEwMTAwMDAwMFowFDESMBAGA1UEAwwJ
bG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAES64YM27EVmAfgdUS
FjcmLYR71x5/SArZpmVuxZv7sBJmEQsKTEoNOKrkzfUwhVRVYIYtFM/XEb7DcyNx
JsfdkaM3MDUwFAYDVR0RBA0wC4IJbG9jYWxob3N0MB0GA1UdDgQWBBQG8vuYVwE3
JTyRerpSViKagF+g+TAKBggqhkjOPQQDAgNIADBFAiEAtluV912sZKpNV6e3W491
2vL69FEEG9wVs0beJh6iziwCIEXvnhai3tp7UJty1eIWe/fARgGBy5dOBpmel1Hm
uv5i
-----END CERTIFICATE-----
`,
};

export const brokenTls: readonly BrokenServer[] = [
  {
    check: "tls-certificate",
    faults: [],
    brokenServer: { certificate: "expired" },
    finding: /expired, on 2020-02-01/,
  },
  {
    check: "tls-certificate",
    faults: [],
    brokenServer: { certificate: "wrong-name" },
    examination: implicit,
    finding: /is for DNS:elsewhere.example, not for localhost/,
  },
  {
    check: "tls-certificate",
    faults: [],
    brokenServer: { certificate: selfSigned },
    finding: /self-signed/,
  },
  {
    check: "tls-1-2",
    // The first connection is that of the examination itself; the second attempt has one more of its own.
    faults: [{ fault: "handshake", how: "close", session: [2, 4] }],
    finding: /TLS 1.2 alone was refused/,
  },
  {
    check: "tls-1-3",
    faults: [],
    front: { maxVersion: "TLSv1.2" },
    examination: implicit,
    finding: /TLS 1.2 chosen/,
  },
  {
    check: "tls-no-old-versions",
    faults: [],
    front: { minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" },
    examination: implicit,
    finding: /TLS 1.1 was accepted/,
  },
  {
    check: "tls-no-old-versions",
    faults: [],
    front: { minVersion: "TLSv1", maxVersion: "TLSv1.2", ciphers: "DEFAULT@SECLEVEL=0" },
    finding: /TLS 1.1 was accepted/,
  },
  { check: "tls-alpn", faults: [], front: {}, examination: implicit, finding: /nothing was chosen/ },
  {
    check: "tls-alpn-other",
    faults: [],
    front: { ALPNCallback: ({ protocols }) => protocols[0] },
    examination: implicit,
    finding: /imap alone was offered/,
  },
];
