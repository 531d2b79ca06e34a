// A server of the farm from what is its own: how it begins in its jail. What all of them have in common is added here.
// Knows no server.
import { account, certificate } from "./account.js";
import { Jail, jailObstacle } from "./jail.js";
import type { InteropServer, RunningInteropServer } from "./server.js";

type OwnPart = Pick<
  RunningInteropServer,
  "port" | "tlsPort" | "stls" | "apopUser" | "token" | "mechanisms" | "channelBinding" | "fill"
>;

export interface JailedServer {
  readonly name: InteropServer["name"];
  readonly delivers: InteropServer["delivers"];
  /** Its folder of `scripts/interop-servers.sh`. */
  readonly folder: string;
  /** The Debian package that tells its version. */
  readonly debian: string;
  /** Makes it listen in the jail, which has a certificate at /etc/certificate.pem and its key at /etc/key.pem. */
  begin(jail: Jail): Promise<OwnPart>;
}

export function jailedServer({ name, folder, debian, delivers, begin }: JailedServer): InteropServer {
  return {
    name,
    delivers,
    missing: () => jailObstacle(folder),
    start: async ({ messages }) => {
      const jail = await Jail.open(folder);
      try {
        await jail.write("/etc/certificate.pem", certificate.cert);
        await jail.write("/etc/key.pem", certificate.key, { mode: 0o600 });
        const own = await begin(jail);
        await own.fill(messages);
        return {
          ...own,
          name,
          version: await jail.version(debian),
          host: "127.0.0.1",
          user: account.user,
          password: account.password,
          ca: certificate.cert,
          log: () => jail.log(),
          [Symbol.asyncDispose]: async () => jail[Symbol.asyncDispose](),
        };
      } catch (error: unknown) {
        await jail[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}
