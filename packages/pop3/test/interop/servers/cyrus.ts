// Cyrus, with its own spool. Its configuration and what it does to messages; how it is jailed is in `jail.ts`.
import { once } from "node:events";
import { readdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { account, certificate } from "./account.js";
import { jailedServer } from "./jailed-server.js";
import { canonical } from "./line-ends.js";
import { accepting, freePorts } from "./listening.js";
import type { InteropServer } from "./server.js";

const overTls = ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"];
const inTheClear = ["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"];

const owner = "cyrus";
const bin = "/usr/lib/cyrus/bin";
const secrets = "/var/lib/cyrus/sasldb2";

const settings = `
servername: localhost
configdirectory: /var/lib/cyrus
partition-default: /var/spool/cyrus
unixhierarchysep: no
altnamespace: no
admins: admin
allowplaintext: yes
allowapop: yes
popminpoll: 0
failedloginpause: 0
autocreate_quota: 0
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: ${secrets}
sasl_mech_list: ${inTheClear.join(" ")}
tls_server_cert: /etc/certificate.pem
tls_server_key: /etc/cyrus-key.pem
`;

const services = (port: number, tlsPort: number): string => `
START {
  recover cmd="${bin}/ctl_cyrusdb -r"
}
SERVICES {
  pop3 cmd="${bin}/pop3d" listen="127.0.0.1:${port}"
  pop3s cmd="${bin}/pop3d -s" listen="127.0.0.1:${tlsPort}"
}
EVENTS {
}
`;

export const cyrus: InteropServer = jailedServer({
  name: "Cyrus",
  folder: "cyrus",
  debian: "cyrus-pop3d",
  // An empty message it takes for a lost one; and what is before a NUL in a line gets lost.
  delivers: (message) => (message.length === 0 || message.includes(0) ? null : canonical(message)),
  begin: async (jail) => {
    const [port = 0, tlsPort = 0] = await freePorts(2);
    await jail.write("/etc/imapd.conf", settings);
    await jail.write("/etc/cyrus.conf", services(port, tlsPort));
    await jail.empty("/run/cyrus", { owner });
    await jail.empty("/var/lib/cyrus", { owner });
    await jail.empty("/var/spool/cyrus", { owner });
    await jail.write("/etc/cyrus-key.pem", certificate.key, { owner, mode: 0o600 });
    await jail.run(["saslpasswd2", "-c", "-p", "-f", secrets, "-u", "localhost", account.user], {
      input: account.password,
      as: owner,
    });
    const server = jail.spawn([`${bin}/master`]);
    await accepting(port, server, jail);
    // The first login makes the maildrop.
    await poll(port);
    const maildrop = (await jail.run([`${bin}/mbpath`, `user.${account.user}`], { as: owner })).trim();
    let lastUid = 0;
    return {
      port,
      tlsPort,
      stls: true,
      apopUser: account.user,
      token: null,
      mechanisms: [...inTheClear, ...overTls],
      channelBinding: "tls-unique",
      fill: async (messages) => {
        for (const name of await readdir(jail.path(maildrop))) {
          if (/^\d+\.$/.test(name)) await rm(jail.path(`${maildrop}/${name}`));
        }
        for (const message of messages) {
          lastUid += 1;
          await jail.write(`${maildrop}/${lastUid}.`, canonical(message), { owner, mode: 0o600 });
        }
        await jail.run([`${bin}/reconstruct`, "-q", "-G", `user.${account.user}`], { as: owner });
      },
    };
  },
});

/** Logs in and out. */
async function poll(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1").resume();
  socket.write(`USER ${account.user}\r\nPASS ${account.password}\r\nQUIT\r\n`);
  await once(socket, "close");
}
