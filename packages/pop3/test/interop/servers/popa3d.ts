// popa3d, with a file in mbox form: neither extensions nor TLS. Its configuration and what it does to messages; how it is jailed is
// in `jail.ts`.
import { account } from "./account.js";
import { jailedServer } from "./jailed-server.js";
import { fromLf } from "./line-ends.js";
import { listenFor } from "./listening.js";
import { fillMbox, inMbox } from "./maildrops.js";
import type { InteropServer } from "./server.js";

const mail = "/var/mail";

export const popa3d: InteropServer = jailedServer({
  name: "popa3d",
  folder: "popa3d",
  debian: "popa3d",
  delivers: (message) => fromLf(inMbox(message)),
  begin: async (jail) => {
    await jail.empty(mail, { mode: 0o1777 });
    await jail.empty("/var/lib/popa3d");
    return {
      port: await listenFor(jail, ["popa3d"]),
      tlsPort: null,
      stls: false,
      apopUser: null,
      token: null,
      mechanisms: [],
      channelBinding: null,
      fill: async (messages) => fillMbox(jail, `${mail}/${account.user}`, messages),
    };
  },
});
