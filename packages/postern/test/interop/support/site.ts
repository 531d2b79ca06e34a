// A server with every way to log in that there is: accounts, a passwd-file, tokens, certificates. One user is known to all of
// them; each wrong login gets a user of its own, because a server answers each further one to the same account more slowly.
import { makeKey, TokenIssuer, json } from "../../authenticator/token-issuer.js";
import { makeAuthority } from "./authority.js";
import type { Login, Method } from "./client.js";
import { password, startServer } from "./server.js";
import type { Server } from "./server.js";

/** The user with an account in the data directory, with everything that `postern user add --secret` keeps. */
export const owner = "owner";

/** Users of the passwd-file, by what is kept of the same password: by Python's hashlib and by `openssl passwd -6`. */
export const filed = {
  plain: "{PLAIN}correct horse",
  crypt: "$6$interopsalt$iKkCvgEL/a1hHX81NjZcJ4Gz1o6LgI5R5Go/1Pib3YYAzVoMfQ8HHqEzPyfU8RTd2euyKlgomAk8u9fujTYXU1",
  scram:
    "{SCRAM-SHA-256}4096,aW50ZXJvcCBzYWx0IDE2Yg==," +
    "5tQHQBCZjGiZeZntgxRUmRGYzJNB2FDDl8ZGGFpqu8g=,iJxvAlLU7TzbDl570YYAXQO4KkofL8lrVSjmJExMxNI=",
} as const;

const everyMechanism = [
  "SCRAM-SHA-256-PLUS",
  "SCRAM-SHA-256",
  "SCRAM-SHA-1-PLUS",
  "SCRAM-SHA-1",
  "EXTERNAL",
  "OAUTHBEARER",
  "XOAUTH2",
  "PLAIN",
  "LOGIN",
  "CRAM-MD5",
];

/** Whom the certificate stands for that is wrong for this user; the server's log has that name. */
export function certifiedFor(user: string): string {
  return `another-than-${user}`;
}

/** More than there are wrong logins. */
const strangers = 200;

export interface Site {
  readonly server: Server;
  /** A user of the passwd-file whom nobody has met. */
  stranger(): string;
  /** What this user logs in with by this method, its files written into the folder. */
  right(user: string, name: string, method: Method, folder: string): Promise<Login>;
  /** The same, but not what it takes: another password, a token that nobody signed, the certificate of somebody else. */
  wrong(user: string, name: string, method: Method, folder: string): Promise<Login>;
  stop(): Promise<void>;
}

export interface SiteOptions {
  readonly mechanisms?: readonly string[];
  /** Whether tokens are short and the issuer is asked about them, instead of signed. */
  readonly opaqueTokens?: boolean;
}

export async function startSite({
  mechanisms = everyMechanism,
  opaqueTokens = false,
}: SiteOptions = {}): Promise<Site> {
  const authority = await makeAuthority("Authority of the interoperability tests");
  const issuer = await TokenIssuer.start();
  const key = await makeKey("interop");
  issuer.keys = [key.publicJwk];
  issuer.answers.set("/introspect", (request, response, body) => {
    const user = /^opaque-(.*)$/.exec(new URLSearchParams(body).get("token") ?? "")?.[1];
    json(user === undefined ? { active: false } : { active: true, email: user })(request, response, body);
  });

  const file = [
    ...Object.entries(filed),
    ...Array.from({ length: strangers }, (_, at) => [`stranger-${at}`, filed.plain]),
  ];
  const server = await startServer({
    users: `${file.map(([name, kept]) => `${name}:${kept}`).join("\n")}\n`,
    "authority.pem": authority.certificate,
    "issuer-secret": "secret of the server at the issuer\n",
    "postern.toml": [
      "[authentication]",
      `mechanisms = ${JSON.stringify(mechanisms)}`,
      'passwd_file = "users"',
      "scram_sha_1 = true",
      "[oauth]",
      `issuer = "${issuer.url}"`,
      ...(opaqueTokens
        ? ['method = "introspection"', 'client_id = "postern"', 'client_secret_file = "issuer-secret"']
        : ['audience = "postern"']),
      "[client_certificates]",
      'ca = "authority.pem"',
      "",
    ].join("\n"),
  });

  let met = 0;
  return {
    server,
    stranger: () => {
      met += 1;
      if (met > strangers) throw new Error("More wrong logins than there are strangers.");
      return `stranger-${met - 1}`;
    },
    right: async (user, name, { proof }, folder) => {
      if (proof === "certificate") {
        return { method: name, proof, secret: "", certificate: await authority.issue(user, folder) };
      }
      const token = opaqueTokens ? `opaque-${user}` : await issuer.token(key, { email: user });
      return { method: name, proof, secret: proof === "token" ? token : password };
    },
    wrong: async (user, name, { proof }, folder) => {
      if (proof === "certificate") {
        return { method: name, proof, secret: "", certificate: await authority.issue(certifiedFor(user), folder) };
      }
      return { method: name, proof, secret: proof === "token" ? "no-token-of-anybody" : "wrong horse" };
    },
    stop: async () => {
      await server.stop();
      await issuer.stop();
    },
  };
}
