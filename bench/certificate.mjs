// The certificate of a run: one for all servers, good for a day. Knows where it lies, and nobody who uses it.
// Made by the built service's own means, so that no program has to be installed for it.
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** One certificate for all servers. @param {string} directory */
export async function certificate(directory) {
  const { selfSigned } = await import("../packages/postern/dist/service/self-signed.js");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const [certFile, keyFile] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  const day = 24 * 60 * 60_000;
  const validity = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) };
  await writeFile(certFile, await selfSigned({ key: privateKey, names: ["localhost"], ...validity }));
  await writeFile(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  return { certFile, keyFile };
}
