// The mechanisms of the SCRAM family as values: a hash function, with or without channel binding (RFC 5802 §4).
// Each has a file of its own beside this folder, which gives its references, its discussion and its example.
import type { ScramHash } from "../../contracts/authenticator.js";
import type { Mechanism } from "../../contracts/mechanism.js";
import { scramClient } from "./client.js";
import { scramServer } from "./server.js";

/** What a member of the family says of itself. */
export type ScramMember = Pick<Mechanism, "reference" | "discussion" | "example"> & {
  readonly hash: ScramHash;
  readonly bindsChannel: boolean;
};

const CREDENTIALS = { "SHA-1": "scram-sha-1", "SHA-256": "scram-sha-256" } as const;

export function scram({ hash, bindsChannel, ...texts }: ScramMember): Mechanism {
  return {
    ...texts,
    name: `SCRAM-${hash}${bindsChannel ? "-PLUS" : ""}`,
    credentials: CREDENTIALS[hash],
    onRequest: false,
    revealsSecret: false,
    bindsChannel,
    clientFirst: true,
    singleMessage: false,
    server: (context, initialResponse) => scramServer(hash, bindsChannel, context, initialResponse),
    client: (context) => scramClient(hash, bindsChannel, context),
  };
}
