// The mechanisms of the SCRAM family as values: a hash function, with or without channel binding (RFC 5802 §4).
// Each has a file of its own beside this folder, which gives its references, its discussion and its example.
import type { ScramHash } from "../../contracts/authenticator.js";
import { bothEnds, type ClientMechanism, type Mechanism } from "../../contracts/mechanism.js";
import { scramClient } from "./client.js";
import { scramServer } from "./server.js";

const CREDENTIALS = { "SHA-1": "scram-sha-1", "SHA-256": "scram-sha-256" } as const;

export function scramMember(hash: ScramHash, bindsChannel: boolean): ClientMechanism {
  return {
    name: `SCRAM-${hash}${bindsChannel ? "-PLUS" : ""}`,
    credentials: CREDENTIALS[hash],
    onRequest: false,
    revealsSecret: false,
    bindsChannel,
    clientFirst: true,
    singleMessage: false,
    client: (context) => scramClient(hash, bindsChannel, context),
  };
}

/** `texts` are what a member says of itself. */
export function scram(
  client: ClientMechanism,
  hash: ScramHash,
  texts: Pick<Mechanism, "reference" | "discussion" | "example">,
): Mechanism {
  return bothEnds(client, {
    ...texts,
    server: (context, initialResponse) => scramServer(hash, client.bindsChannel, context, initialResponse),
  });
}
