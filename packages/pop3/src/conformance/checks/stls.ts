// STLS: that it begins TLS where it is listed, and that nothing said before TLS counts under it (RFC 2595 §4, RFC 1939 §7).
// Versions and certificates are `tls.ts`'s.
import { stls } from "../../capabilities/stls.js";
import { TransportLost } from "../../contracts/errors.js";
import type { ConformanceCheck } from "../check.js";
import type { Conversation } from "../conversation.js";
import { CheckFailed, NotTested, Undecided } from "../outcome.js";
import type { Proof } from "../proof.js";

/** How long an answer that must not come is waited for. */
const QUIET_MS = 150;

export const stlsChecks: readonly ConformanceCheck[] = [
  {
    id: "stls-begins",
    tag: "STLS",
    level: "MUST",
    reference: "RFC 2595 §4",
    title: "Where STLS is listed, it is answered by +OK, and TLS begins.",
    remedy: "List STLS only where the server has a certificate and can start TLS.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const conversation = await listingStls(proof);
      const answer = await conversation.ask("STLS");
      if (answer.code?.toUpperCase().startsWith("SYS/TEMP") === true) throw new Undecided(`for now, ${answer.line}`);
      if (answer.status !== "+OK") throw new CheckFailed(`STLS is listed, and answered ${answer.line}`);
      try {
        await conversation.wire.startTls();
      } catch (error) {
        if (error instanceof TransportLost)
          throw new CheckFailed(`STLS was answered by +OK, and then: ${error.message}`);
        throw error;
      }
      // A server that forgot its state machine greets again, or says nothing.
      const { answer: listed } = await conversation.multi("CAPA");
      if (listed.status !== "+OK") throw new CheckFailed(`CAPA was answered under TLS: ${listed.line}`);
    },
  },
  {
    id: "stls-not-hidden",
    tag: "STLS",
    level: "MUST",
    reference: "RFC 2595 §4",
    title: "A server that starts TLS at STLS lists it.",
    remedy: "Answer CAPA, and list STLS where it can be given.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const conversation = await proof.clear();
      if (proof.facts.listings.get("cleartext")?.capabilities.has(stls) === true) return;
      const answer = await conversation.ask("STLS");
      conversation.spent ||= answer.status === "+OK";
      if (answer.status === "+OK") throw new CheckFailed(`STLS is not listed, and answered ${answer.line}`);
    },
  },
  {
    id: "stls-no-argument",
    tag: "STLS",
    level: "SHOULD",
    reference: "RFC 2595 §4, RFC 1939 §3",
    title: "STLS takes no argument.",
    remedy: "Refuse STLS with an argument, as every command that breaks its syntax.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const conversation = await listingStls(proof, await proof.clear());
      const answer = await conversation.ask("STLS now");
      conversation.spent ||= answer.status === "+OK";
      if (answer.status === "+OK") throw new CheckFailed(`STLS with an argument was answered ${answer.line}`);
    },
  },
  {
    id: "stls-no-injection",
    tag: "STLS",
    level: "MUST",
    reference: "RFC 2595 §4",
    title: "What comes in the clear behind STLS is not carried out under TLS (CVE-2011-0411 and its like).",
    remedy: "Drop whatever was received and not yet read, whole lines and parts of one, before the TLS handshake.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const conversation = await listingStls(proof);
      conversation.wire.send("STLS\r\nCAPA\r\nX");
      const answer = await conversation.answer("STLS");
      // A server that refuses what comes so, or breaks off, carries out nothing under TLS.
      if (answer.status !== "+OK" || !(await secured(conversation))) return;
      const unasked = await conversation.wire.unreadAfter(QUIET_MS);
      if (conversation.wire.closed) return;
      if (unasked !== "")
        throw new CheckFailed(`CAPA that came in the clear was answered under TLS: ${unasked.split("\r\n")[0]}`);
      if (proof.facts.listings.get("tls")?.answer.status !== "+OK") return;
      const { status, line } = await conversation.ask("CAPA");
      if (status !== "+OK") throw new CheckFailed(`an X that came in the clear stood before CAPA under TLS: ${line}`);
    },
  },
  {
    id: "stls-not-listed-under-tls",
    tag: "STLS",
    level: "MUST",
    reference: "RFC 2595 §4",
    title: "STLS is not listed where it is refused because TLS is active.",
    remedy: "Take STLS out of the list once TLS is active.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const conversation = await proof.before();
      if (!conversation.secure) throw new NotTested("the server offers no TLS on this port");
      const { body } = await conversation.multi("CAPA");
      if (body === null) throw new NotTested("CAPA is not answered under TLS");
      if (!body.lines.some((line) => /^stls *$/i.test(line))) return;
      const { status, line } = await conversation.ask("STLS");
      conversation.spent = true;
      if (status !== "+OK") throw new CheckFailed(`STLS is listed under TLS, and answered ${line}`);
    },
  },
  {
    id: "stls-not-listed-after-login",
    tag: "STLS",
    // RFC 2449 §5 has what is available before login announced in both states, and clients are told by §4 not to keep that list.
    level: "MAY",
    reference: "RFC 2595 §4, §8",
    title: "STLS is listed in the AUTHORIZATION state only.",
    remedy: "Take STLS out of the list once a login has succeeded.",
    given: "TRANSACTION",
    async prove(proof) {
      const { body } = await (await proof.session()).multi("CAPA");
      if (body === null) throw new NotTested("CAPA is not answered after login");
      if (body.lines.some((line) => /^stls *$/i.test(line))) throw new CheckFailed("STLS is listed after login");
    },
  },
  {
    id: "stls-forgets-name",
    tag: null,
    level: "MUST",
    reference: "RFC 1939 §7",
    title: "A name that USER gave in the clear is forgotten when TLS begins.",
    remedy: "Forget the name of USER at STLS, so that nobody on the way can have chosen it.",
    effect: "wrong-login",
    given: "AUTHORIZATION",
    async prove(proof) {
      const conversation = await listingStls(proof);
      const named = await conversation.ask("USER nobody-of-this-name");
      if (named.status !== "+OK") throw new NotTested(`USER is refused in the clear: ${named.line}`);
      if ((await conversation.ask("STLS")).status !== "+OK") throw new NotTested("STLS is refused behind USER");
      if (!(await secured(conversation))) throw new Undecided("TLS did not begin behind USER");
      const first = await conversation.ask("PASS of-nobody");
      // The same without a name for certain: a verdict on credentials reads differently.
      const nameless = await conversation.ask("PASS of-nobody");
      if (first.status === "+OK") throw new CheckFailed(`PASS alone was answered under TLS: ${first.line}`);
      if (first.code?.toUpperCase() === "AUTH" && nameless.code === null)
        throw new CheckFailed(`PASS under TLS judged the name that came in the clear: ${first.line}`);
    },
  },
];

/** A connection in the clear whose server lists STLS; one of its own, unless another is given. */
async function listingStls(proof: Proof, shared?: Conversation): Promise<Conversation> {
  const conversation = shared ?? (await proof.cleartext());
  if (proof.facts.listings.get("cleartext")?.capabilities.has(stls) !== true)
    throw new NotTested("STLS is not announced");
  return conversation;
}

/** Whether TLS began. */
async function secured(conversation: Conversation): Promise<boolean> {
  try {
    await conversation.wire.startTls();
    return true;
  } catch (error) {
    if (error instanceof TransportLost) return false;
    throw error;
  }
}
