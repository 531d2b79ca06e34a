// ANONYMOUS (RFC 4505): anybody, without proof, with a word about himself if he likes.
// That word is not authenticated and is not kept; who may come in this way is for the operator to say.
import {
  bothEnds,
  type ClientMechanism,
  type Mechanism,
  type MechanismOutcome,
  type MechanismServerContext,
} from "../contracts/mechanism.js";
import { refuseIdentity } from "./exchange/identity.js";
import { actingAs, lacking, MALFORMED } from "./exchange/outcome.js";
import { given, hasControls, NOTHING, textOf, utf8 } from "./exchange/text.js";
import { withoutChallenge } from "./exchange/without-challenge.js";

/** Code points (RFC 4505 §2). */
const LONGEST_TRACE = 255;

function isTrace(text: string): boolean {
  return [...text].length <= LONGEST_TRACE && !hasControls(text);
}

async function judge(context: MechanismServerContext, message: Uint8Array | null): Promise<MechanismOutcome> {
  const trace = textOf(message);
  if (trace === null || !isTrace(trace)) return MALFORMED;
  const user = await context.authenticator.anonymousUser?.();
  if (user === undefined) throw lacking("anonymousUser");
  return actingAs(context, user, "");
}

export const anonymousClient: ClientMechanism = {
  name: "ANONYMOUS",
  credentials: "anonymous",
  onRequest: true,
  revealsSecret: false,
  bindsChannel: false,
  clientFirst: true,
  singleMessage: true,
  /** The name is the trace information; an empty one leaves none. The trace's profile maps nothing, so it is not prepared. */
  *client(context) {
    refuseIdentity(context, "ANONYMOUS");
    const trace = context.name === "" ? "" : given(context.name, "trace information", (text) => text);
    if (!isTrace(trace)) throw new RangeError(`trace information has ${LONGEST_TRACE} characters at most`);
    yield trace === "" ? NOTHING : utf8(trace);
  },
};

export const anonymous: Mechanism = /* @__PURE__ */ bothEnds(anonymousClient, {
  reference: ["RFC 4505"],
  discussion:
    "The client proves nothing and gets the maildrop that is open to everybody, say that of a public announcement list. It may leave a word of trace " +
    "information, such as a mail address, which nobody can check. To be served only where such a maildrop is wanted.",
  example: `C: AUTH ANONYMOUS c2lyaGM=
S: +OK`,
  server: (context, initialResponse) => withoutChallenge(() => judge(context, initialResponse)),
});
