// The table `client_certificates` of the configuration: who may log in by a certificate (SASL EXTERNAL), and as whom.
// Opens no file; `authenticator/certificates.ts` reads the map, the service the authorities. The table is off without `ca`.
import { z } from "zod";
import { path } from "./values.js";

/** Complete and checked. */
export interface ClientCertificatesConfig {
  /** The certificates of the authorities, absolute. */
  readonly ca: string;
  readonly user: "common-name" | "email" | "map";
  /** Always there where `user` is `map`. */
  readonly map?: string | undefined;
}

const keys = z.strictObject({
  ca: path()
    .optional()
    .describe(
      "The certificates, in PEM form, of the authorities whose client certificates log their owners in by SASL EXTERNAL. Clients are asked for a certificate where it is set, and need none for other ways to log in.",
    ),
  user: z
    .enum(["common-name", "email", "map"], { error: 'write "common-name", "email" or "map"' })
    .default("common-name")
    .describe(
      'Which user a certificate stands for: the common name of its subject ("common-name"), its only e-mail address ("email"), or nobody but whom the file `map` names ("map").',
    ),
  map: path()
    .optional()
    .describe(
      "A file of lines `fingerprint user`, which wins over what a certificate says of itself; the fingerprint is the SHA-256 one. `-` in place of the user bars the certificate. Read again at a reload.",
    ),
});

/** Undefined where nobody logs in by certificate. */
export const clientCertificatesTable: z.ZodType<ClientCertificatesConfig | undefined> = keys
  .superRefine(({ ca, user, map }, context) => {
    if (ca === undefined && map !== undefined) {
      const message = "write the path of the certificates of the authorities; the map does not vouch for certificates";
      context.addIssue({ code: "custom", path: ["ca"], message });
    }
    if (ca !== undefined && user === "map" && map === undefined) {
      context.addIssue({
        code: "custom",
        path: ["map"],
        message: "write the path of a file of lines `fingerprint user`",
      });
    }
  })
  .transform(({ ca, ...rest }) => (ca === undefined ? undefined : { ca, ...rest }))
  .prefault({});
