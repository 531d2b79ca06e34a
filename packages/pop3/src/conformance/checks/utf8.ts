// UTF8: names, and what messages are outside of UTF-8 mode and in it (RFC 6856 §2). That UTF8 is a command of AUTHORIZATION is its declaration's.
// Judges headers alone: an 8-bit body was mail before UTF8 was.
import { utf8 } from "../../capabilities/utf8.js";
import type { ConformanceCheck } from "../check.js";
import { CheckFailed, NotTested } from "../outcome.js";
import type { Proof } from "../proof.js";
import { requireExact } from "./sizes.js";
import { isUtf8 } from "./utf8-octets.js";

export const utf8Checks: readonly ConformanceCheck[] = [
  {
    id: "utf8-taken",
    tag: "UTF8",
    level: "MAY",
    reference: "RFC 6856 §2.1",
    title: "UTF8 is answered by +OK where it is announced.",
    remedy: "Take UTF8 before login, or do not announce it.",
    given: "AUTHORIZATION",
    async prove(proof) {
      announced(proof);
      const { status, line } = await (await proof.freshBefore()).ask("UTF8");
      if (status !== "+OK") throw new CheckFailed(`UTF8 was answered ${line}`);
    },
  },
  {
    id: "utf8-names",
    tag: "UTF8",
    level: "MUST",
    reference: "RFC 6856 §2.2",
    title: "With the argument USER, the names of users may be UTF-8, before the command UTF8 too.",
    remedy: "Take UTF-8 in the argument of USER, or list UTF8 without USER.",
    given: "AUTHORIZATION",
    async prove(proof) {
      announced(proof);
      if (proof.facts.argument(utf8)?.user !== true) throw new NotTested("UTF8 is not announced with USER");
      const conversation = await proof.before();
      if ((await conversation.ask("USER nobody-of-this-name")).status !== "+OK")
        throw new NotTested("USER refuses a name of nobody");
      // "niemand-ä-ö", one character an octet.
      const { status, line } = await conversation.ask("USER niemand-\xc3\xa4-\xc3\xb6");
      if (status !== "+OK") throw new CheckFailed(`USER with a name in UTF-8 was answered ${line}`);
    },
  },
  {
    id: "utf8-not-unasked",
    tag: "UTF8",
    level: "MUST",
    reference: "RFC 6856 §2.1, §4",
    title: "Outside of UTF-8 mode, no header with UTF-8 in it is sent as it is.",
    remedy: "Send a surrogate of such a message where the client did not ask for UTF-8, or refuse it with -ERR [UTF8].",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      const session = await proof.session();
      announced(proof);
      for (const { number, body } of await proof.samples(session)) {
        const line = headerOf(body.lines).find((one) => /[\x80-\xff]/.test(one));
        if (line !== undefined && isUtf8(line))
          throw new CheckFailed(`the header of message ${number} holds UTF-8: ${JSON.stringify(line.slice(0, 100))}`);
      }
    },
  },
  {
    id: "utf8-sizes",
    tag: "UTF8",
    level: "SHOULD",
    reference: "RFC 6856 §2.1",
    title: "In UTF-8 mode, LIST tells the octets that RETR sends.",
    remedy: "List the sizes of the messages as they are sent in UTF-8 mode, not those of their surrogates.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      // What is listed is known once somebody has logged in.
      await proof.session();
      announced(proof);
      const session = await proof.ownSession(async (conversation) => {
        const { status, line } = await conversation.ask("UTF8");
        if (status !== "+OK") throw new NotTested(`UTF8 is refused: ${line}`);
      });
      requireExact(await proof.samples(session));
    },
  },
];

function announced(proof: Proof): void {
  if (!proof.facts.lists(utf8)) throw new NotTested("UTF8 is not announced");
}

/** The lines before the first empty one. */
function headerOf(lines: readonly string[]): readonly string[] {
  const end = lines.indexOf("");
  return end === -1 ? lines : lines.slice(0, end);
}
