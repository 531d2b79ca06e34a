// Dovecot, with a Maildir. Its configuration and what it does to messages; how it is jailed is in `jail.ts`.
import { createHmac } from "node:crypto";
import { account } from "./account.js";
import { jailedServer } from "./jailed-server.js";
import { canonical, octets, withFirstDotLost } from "./line-ends.js";
import { accepting, freePorts } from "./listening.js";
import { fillMaildir } from "./maildrops.js";
import type { InteropServer } from "./server.js";

const mechanisms = [
  "PLAIN",
  "LOGIN",
  "CRAM-MD5",
  "DIGEST-MD5",
  "SCRAM-SHA-1",
  "SCRAM-SHA-256",
  "OAUTHBEARER",
  "XOAUTH2",
] as const;
const oauth = ["oauthbearer", "xoauth2"];
const passwords = [...mechanisms.map((name) => name.toLowerCase()).filter((name) => !oauth.includes(name)), "apop"];

/** What tokens are signed with. */
const tokenKey = "a key that the interoperability tests alone know";

const configuration = (port: number, tlsPort: number): string => `
base_dir = /run/dovecot
state_dir = /run/dovecot-state
log_path = /dev/stderr
protocols = pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = </etc/certificate.pem
ssl_key = </etc/key.pem
disable_plaintext_auth = no
auth_mechanisms = ${[...passwords, ...oauth].join(" ")}
auth_failure_delay = 0
mail_location = maildir:~/Maildir
passdb {
  driver = oauth2
  mechanisms = ${oauth.join(" ")}
  args = /etc/dovecot-oauth2.conf
}
passdb {
  driver = passwd-file
  mechanisms = ${passwords.join(" ")}
  args = scheme=PLAIN /etc/dovecot-users
}
userdb {
  driver = passwd
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${port}
  }
  inet_listener pop3s {
    port = ${tlsPort}
    ssl = yes
  }
}
`;

export const dovecot: InteropServer = jailedServer({
  name: "Dovecot",
  folder: "dovecot",
  debian: "dovecot-pop3d",
  delivers: (message) => (message.length === 0 ? octets("\r\n") : withFirstDotLost(canonical(message))),
  begin: async (jail) => {
    const [port = 0, tlsPort = 0] = await freePorts(2);
    await jail.write("/etc/dovecot.conf", configuration(port, tlsPort));
    await jail.write("/etc/dovecot-users", `${account.user}:${account.password}\n`);
    await jail.write(
      "/etc/dovecot-oauth2.conf",
      "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix=/etc/token-keys/\nusername_attribute = sub\n",
    );
    await jail.write("/etc/token-keys/default/HS256/default", Buffer.from(tokenKey).toString("base64"));
    await jail.empty(`/home/${account.user}`, { owner: account.user });
    const server = jail.spawn(["dovecot", "-F", "-c", "/etc/dovecot.conf"]);
    await accepting(port, server, jail);
    return {
      port,
      tlsPort,
      stls: true,
      apopUser: account.user,
      token: token(),
      mechanisms,
      channelBinding: null,
      fill: async (messages) => fillMaildir(jail, `/home/${account.user}/Maildir`, messages),
    };
  },
});

/** A JSON Web Token, good for ever. */
function token(): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: account.user, iat: 1_577_836_800, exp: 4_733_510_400 })}`;
  return `${signed}.${createHmac("sha256", tokenKey).update(signed).digest("base64url")}`;
}
