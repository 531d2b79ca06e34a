// GNU Mailutils, with a file in mbox form. Its configuration and what it does to messages; how it is jailed is in `jail.ts`.
import { dirname } from "node:path";
import { account } from "./account.js";
import { jailedServer } from "./jailed-server.js";
import { fromLf, latin1, octets } from "./line-ends.js";
import { listenFor } from "./listening.js";
import { fillMbox, inMbox } from "./maildrops.js";
import type { InteropServer } from "./server.js";

const secrets = "/etc/apop.db";
const maildrop = `/var/mail/${account.user}`;
const command = ["/usr/sbin/pop3d", "--inetd", "--config-file=/etc/mailutils.conf"];

const configuration = `
auth {
  authentication system;
  authorization system;
}
mailbox {
  mailbox-pattern mbox:${maildrop};
}
logging {
  syslog no;
}
tcp-wrappers {
  enable no;
}
tls {
  ssl-certificate-file /etc/certificate.pem;
  ssl-key-file /etc/key.pem;
}
apop-database-file ${secrets};
`;

export const mailutils: InteropServer = jailedServer({
  name: "GNU Mailutils",
  folder: "mailutils",
  debian: "mailutils-pop3d",
  // Of a message whose first line is no field it sends an empty line only. The quotes that mbox needs it takes away again.
  delivers: (message) => {
    const kept = latin1(inMbox(message));
    return /^(\n|[!-9;-~]+[ \t]*:)/.test(kept) ? fromLf(octets(kept.replaceAll(/^>(>*From )/gm, "$1"))) : null;
  },
  begin: async (jail) => {
    await jail.write("/etc/mailutils.conf", configuration);
    await jail.empty(dirname(maildrop), { mode: 0o1777 });
    // Whoever may use APOP may not use PASS.
    await jail.run([
      "popauth",
      "--add",
      `--user=${account.apopUser}`,
      `--password=${account.password}`,
      `--output=${secrets}`,
    ]);
    return {
      port: await listenFor(jail, [...command, "--set=.tls-mode=ondemand"]),
      tlsPort: await listenFor(jail, [...command, "--set=.tls-mode=connection"]),
      stls: true,
      apopUser: account.apopUser,
      token: null,
      mechanisms: [],
      channelBinding: null,
      fill: async (messages) => fillMbox(jail, maildrop, messages),
    };
  },
});
