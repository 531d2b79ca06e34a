// Solid POP3, with a file in mbox form: no extensions and no TLS. Its configuration and what it does to messages; how it is jailed is
// in `jail.ts`.
import { account } from "./account.js";
import { jailedServer } from "./jailed-server.js";
import { fromLf, octets } from "./line-ends.js";
import { listenFor } from "./listening.js";
import { fillMbox, inMbox } from "./maildrops.js";
import type { InteropServer } from "./server.js";

const mail = "/var/mail";
const home = `/home/${account.user}`;

export const solid: InteropServer = jailedServer({
  name: "Solid POP3",
  folder: "solid-pop3d",
  debian: "solid-pop3d",
  // The empty line that ends a message in mbox form it sends along.
  delivers: (message) => fromLf(Buffer.concat([inMbox(message), octets("\n")])),
  begin: async (jail) => {
    await jail.write("/etc/spop3d.conf", "<Global>\nAPOPServerName localhost\n</Global>\n");
    await jail.empty(mail, { mode: 0o1777 });
    await jail.empty(home, { owner: account.user });
    await jail.run(["pop_auth"], {
      input: `${account.password}\n${account.password}\n`,
      as: account.user,
    });
    return {
      port: await listenFor(jail, ["solid-pop3d"]),
      tlsPort: null,
      stls: false,
      apopUser: account.user,
      token: null,
      mechanisms: [],
      channelBinding: null,
      fill: async (messages) => fillMbox(jail, `${mail}/${account.user}`, messages),
    };
  },
});
