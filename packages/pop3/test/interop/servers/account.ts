// The one account that every server of the farm has, the users that servers run as, and the certificate they show.
// Fixed and public; nothing outside of a jail ever knows them. Who reads what is in the servers' own files.

export const account = {
  user: "bob",
  /** Where APOP needs a user of its own. */
  apopUser: "apop",
  password: "interoperates",
  /** The same password, by `openssl passwd -6 -salt postern`. */
  crypt: "$6$postern$26mJqYAqK3IRUlQabJHfGtpzO5dgwykPdCPS4BPid9oq7S8e5YEWcc6ybC9URS1.Bbveu7530SneqIEzUxcUV0",
} as const;

/** Each user's id is also that of its group. No id is one that Debian gives to users. `apopUser` is the account by another name. */
const ids = {
  root: 0,
  mail: 8,
  [account.user]: 61_000,
  [account.apopUser]: 61_000,
  dovecot: 61_002,
  dovenull: 61_003,
  courier: 61_004,
  cyrus: 61_005,
  popa3d: 61_006,
  spop3d: 61_007,
} as const;

export type UserName = keyof typeof ids;

export function idOf(user: UserName): number {
  return ids[user];
}

/** The files of /etc that a C library looks users up in. */
export function userFiles(): Readonly<Record<string, string>> {
  const lines = (line: (name: string, id: number) => string): string =>
    Object.entries(ids)
      .map(([name, id]) => `${line(name, id)}\n`)
      .join("");
  return {
    "/etc/passwd": lines((name, id) => `${name}:x:${id}:${id}::/home/${name}:/bin/sh`),
    "/etc/group": lines((name, id) => `${name}:x:${id}:`),
    "/etc/shadow": lines(
      (name) => `${name}:${ids[name as UserName] === ids[account.user] ? account.crypt : "*"}:19000:0:99999:7:::`,
    ),
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
    // What the packages' own files of /etc/pam.d include.
    "/etc/pam.d/common-auth": "auth required pam_unix.so nodelay\n",
    "/etc/pam.d/common-account": "account required pam_unix.so\n",
    "/etc/pam.d/common-password": "password required pam_deny.so\n",
    "/etc/pam.d/common-session": "session required pam_permit.so\n",
  };
}

/** For `localhost` and 127.0.0.1, valid from 2020 to 2120, signed by itself. */
export const certificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBWzCCAQCgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDEwlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMT
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJ5wV3+Fj8U/Sd3D
RRyT2qns92M6lwwnjb6Bwh+oubGfoHm+8XHdClLUH4lSnvqNyL6rsZDQ7Koh5Kqh
5NYWre6jQTA/MAwGA1UdEwEB/wQCMAAwEwYDVR0lBAwwCgYIKwYBBQUHAwEwGgYD
VR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMAoGCCqGSM49BAMCA0kAMEYCIQCuy0ya
QjRhjebzi+jH6Nhj77AhjLqM5cqppboyPYi0PAIhAPZ0JvzbtlcedhSQOyWq3ub6
pQVTLmHqp4hmiERmTU7a
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgLPkimdiygr3zirTe
a8QR/Oov7NlrgUXDEe9DZDk9gemhRANCAASecFd/hY/FP0ndw0Uck9qp7PdjOpcM
J42+gcIfqLmxn6B5vvFx3QpS1B+JUp76jci+q7GQ0OyqIeSqoeTWFq3u
-----END PRIVATE KEY-----
`,
} as const;
