// Faults in what is deleted and when (RFC 1939 §6): a QUIT that deletes nothing, a DELE that does not wait for QUIT.
// The replies are as they should be. The store is the test server's; which commands these are, the declarations say.
import { dele, quit } from "../../capabilities/base.js";
import { faultKind, lineText, type FaultKind, type FaultOf } from "./kind.js";

/**
 * QUIT is answered with `text` ("+OK bye") and the connection closed, and nothing is deleted. A client finds the messages again, and
 * must not take them for new ones.
 */
export interface UncommittedDeletionFault extends FaultOf<"uncommitted-deletion"> {
  readonly text?: string;
}

/** What DELE marks is deleted however the session ends, and RSET brings nothing back. A client deletes nothing that it has not kept. */
export type EarlyDeletionFault = FaultOf<"early-deletion">;

export const deletion: Readonly<Record<"uncommitted-deletion" | "early-deletion", FaultKind>> = {
  "uncommitted-deletion": faultKind<UncommittedDeletionFault>(quit.keyword, { text: lineText }, (fault) => ({
    carriedOut: false,
    play: () => [`${fault.text ?? "+OK bye"}\r\n`, { ends: "close" }],
  })),
  "early-deletion": faultKind<EarlyDeletionFault>(dele.keyword, {}, () => ({
    play: ({ text, params, deletesEarly }) => {
      if (text.startsWith("+OK")) deletesEarly(Number(params));
      return null;
    },
  })),
};
