// Dovecot on maildirs, where it is installed: set up for speed, with nothing that only costs (no fsync, no quota, no hashes).
// Configuration for 2.3, which is what distributions carry.
import { spawnSync } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, userInfo } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { PASSWORD } from "../loads.mjs";
import { message } from "../messages.mjs";
import { freePort, startProcess } from "../server-process.mjs";

const PROGRAM = "dovecot";

/** Root may not own mail: the account that is there for owning nothing does. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** @returns {{ uid: number, gid: number }} */
function owner() {
  const { uid, gid } = userInfo();
  return uid === 0 ? NOBODY : { uid, gid };
}

/** Sizes are part of the file names, as with every delivery by Dovecot. @param {string} home @param {readonly import("../loads.mjs").User[]} users */
async function fill(home, users) {
  const { uid, gid } = owner();
  await mkdir(home);
  for (const { name, messages, octets } of users) {
    const maildir = join(home, name);
    for (const folder of [".", "cur", "new", "tmp"]) await mkdir(join(maildir, folder));
    for (let number = 1; number <= messages; number++) {
      const file = `${1_700_000_000 + number}.M${number}P1.bench,S=${octets},W=${octets}:2,S`;
      await writeFile(join(maildir, "cur", file), message(number, octets));
    }
  }
  if (process.getuid?.() === 0) spawnSync("chown", ["-R", `${uid}:${gid}`, home]);
}

/** @param {{ directory: string, port: number, tlsPort: number, certFile: string, keyFile: string }} where @returns {string} */
function configuration({ directory, port, tlsPort, certFile, keyFile }) {
  const { uid, gid } = owner();
  const { uid: own, username } = userInfo();
  // One process a processor with many sessions in each: measured, a process for each session costs about twice as much.
  const processors = availableParallelism();
  return `
protocols = pop3
base_dir = ${directory}/run
state_dir = ${directory}/state
log_path = ${directory}/dovecot.log
${own === 0 ? "" : `default_login_user = ${username}\ndefault_internal_user = ${username}`}
first_valid_uid = 1
ssl = yes
ssl_cert = <${certFile}
ssl_key = <${keyFile}
disable_plaintext_auth = no
mail_max_userip_connections = 0
mail_location = maildir:${directory}/mail/%u
mail_fsync = never
maildir_very_dirty_syncs = yes
pop3_no_flag_updates = yes
pop3_fast_size_lookups = yes
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${directory}/mail/%u allow_all_users=yes
}
service pop3-login {
  chroot =
  service_count = 0
  process_min_avail = ${processors}
  process_limit = ${processors}
  client_limit = 1000
  inet_listener pop3 {
    address = 127.0.0.1
    port = ${port}
  }
  inet_listener pop3s {
    address = 127.0.0.1
    port = ${tlsPort}
    ssl = yes
  }
}
service pop3 {
  service_count = 0
  process_min_avail = ${processors}
  process_limit = ${processors}
  client_limit = 100
}
service anvil {
  chroot =
}
`;
}

/** @type {import("../server-process.mjs").ServerUnderTest} */
export const dovecot = {
  name: "dovecot",
  version: () => {
    const { status, stdout } = spawnSync(PROGRAM, ["--version"], { encoding: "utf8" });
    return status === 0 ? `Dovecot ${stdout.trim()}, maildir` : null;
  },
  start: async ({ directory, users, certFile, keyFile }) => {
    // Its processes run under accounts of their own.
    for (const folder of [dirname(directory), directory]) await chmod(folder, 0o755);
    await fill(join(directory, "mail"), users);
    const where = { directory, port: await freePort(), tlsPort: await freePort() };
    const file = join(directory, "dovecot.conf");
    await writeFile(file, configuration({ ...where, certFile, keyFile }));
    return startProcess(PROGRAM, ["-F", "-c", file], where);
  },
};
