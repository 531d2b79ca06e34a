// Courier, with a Maildir and its own user database. Its configuration and what it does to messages; how it is jailed is in `jail.ts`.
import { account, certificate, idOf } from "./account.js";
import type { Jail } from "./jail.js";
import { jailedServer } from "./jailed-server.js";
import { fromLf, latin1, withFirstDotLost, withLf } from "./line-ends.js";
import { listenFor } from "./listening.js";
import { fillMaildir } from "./maildrops.js";
import type { InteropServer } from "./server.js";

const mechanisms = ["PLAIN", "LOGIN", "CRAM-MD5", "CRAM-SHA1", "CRAM-SHA256"] as const;

const lib = "/usr/lib/courier/courier";
const home = `/home/${account.user}`;
const session = [`${lib}/courierpop3login`, `${lib}/courierpop3d`, "Maildir"];

const environment = {
  POP3AUTH: mechanisms.join(" "),
  POP3AUTH_TLS: mechanisms.join(" "),
  COURIERTLS: "/usr/bin/couriertls",
  TLS_CERTFILE: "/etc/courier.pem",
  TLS_VERIFYPEER: "NONE",
  TLS_PRIORITY: "NORMAL",
};

export const courier: InteropServer = jailedServer({
  name: "Courier",
  folder: "courier",
  debian: "courier-pop",
  // Where there is UTF-8 in the header, a notice comes instead until the client has said UTF8 (RFC 6856).
  delivers: (message) => (/[\x80-\xff]/.test(headerOf(message)) ? null : withFirstDotLost(fromLf(withLf(message)))),
  begin: async (jail) => {
    await jail.write("/etc/courier.pem", `${certificate.key}${certificate.cert}`, { owner: "courier", mode: 0o600 });
    await jail.write(
      "/etc/courier/authdaemonrc",
      'authmodulelist="authuserdb"\ndaemons=1\nauthdaemonvar=/run/courier/authdaemon\n',
    );
    await jail.empty("/run/courier/authdaemon", { owner: "courier" });
    await jail.empty(home, { owner: account.user });
    const id = idOf(account.user);
    await database(jail, "userdb", { uid: `${id}`, gid: `${id}`, home, mail: `${home}/Maildir` });
    const kept: Record<string, string> = { systempw: account.crypt };
    for (const hash of ["md5", "sha1", "sha256"]) {
      const hashed = await jail.run(["userdbpw", `-hmac-${hash}`], { input: `${account.password}\n` });
      kept[`hmac-${hash}pw`] = hashed.trim();
    }
    await database(jail, "userdbshadow", kept);
    jail.spawn(["/usr/lib/courier/courier-authlib/authdaemond"]);
    return {
      port: await listenFor(jail, session, { ...environment, POP3_STARTTLS: "YES" }),
      tlsPort: await listenFor(jail, ["couriertls", "-server", "-tcpd", "-user=courier", ...session], {
        ...environment,
        POP3_TLS: "1",
      }),
      stls: true,
      apopUser: null,
      token: null,
      mechanisms,
      channelBinding: null,
      fill: async (messages) => fillMaildir(jail, `${home}/Maildir`, messages.map(withLf)),
    };
  },
});

/** A database of one record, the account's. */
async function database(jail: Jail, name: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const record = Object.entries(fields).map(([key, value]) => `${key}=${value}`);
  const folder = "/etc/courier";
  await jail.run(
    ["/usr/lib/courier/courier-authlib/makedatprog", "-", `${folder}/${name}.tmp`, `${folder}/${name}.dat`],
    { input: `${account.user}\t${record.join("|")}\n.\n` },
  );
}

/** Up to the first empty line. */
function headerOf(message: Uint8Array): string {
  return latin1(withLf(message)).split(/^\n/m, 1)[0] ?? "";
}
