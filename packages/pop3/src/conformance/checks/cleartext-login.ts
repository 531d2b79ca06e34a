// What a server offers to those who log in without TLS: passwords, tokens and channel bindings do not belong there (RFC 2595 §2.3,
// RFC 4616 §5, RFC 5034 §4, RFC 8314 §3 and §4.1). Sends no password; over loopback nobody reads along, and nothing is held against a server.
import { sasl } from "../../capabilities/sasl.js";
import { user } from "../../capabilities/user.js";
import type { Capabilities } from "../../client/capabilities.js";
import type { ClientMechanism } from "../../contracts/mechanism.js";
import { mechanisms } from "../../mechanisms/index.js";
import { isLoopback } from "../../server/address.js";
import type { ConformanceCheck } from "../check.js";
import { CheckFailed, NotTested } from "../outcome.js";
import type { Proof } from "../proof.js";

export const cleartextLoginChecks: readonly ConformanceCheck[] = [
  {
    id: "cleartext-login-password",
    tag: "USER",
    level: "SHOULD",
    reference: "RFC 8314 §4, §4.1",
    title: "USER, which has the password follow as it is, is neither listed nor taken in the clear.",
    remedy: "Offer USER and PASS under TLS only.",
    given: "AUTHORIZATION",
    async prove(proof) {
      exceptOverLoopback(proof);
      const conversation = await proof.clear();
      if (proof.facts.listings.get("cleartext")?.capabilities.has(user) === true)
        throw new CheckFailed("USER is listed in the clear");
      const { status, line } = await conversation.ask("USER nobody-of-this-name");
      if (status === "+OK") throw new CheckFailed(`USER is not listed, and in the clear answered ${line}`);
    },
  },
  {
    id: "cleartext-login-sasl",
    tag: "SASL",
    level: "SHOULD",
    reference: "RFC 5034 §4, RFC 4616 §5",
    title: "Mechanisms that send a password or a token as it is are not listed in the clear.",
    remedy: "List PLAIN, LOGIN, XOAUTH2 and OAUTHBEARER under TLS only.",
    given: "AUTHORIZATION",
    async prove(proof) {
      exceptOverLoopback(proof);
      await proof.clear();
      const bare = listedInTheClear(proof).filter((name) => knownAs(name)?.revealsSecret);
      if (bare.length > 0) throw new CheckFailed(`SASL lists ${bare.join(", ")} in the clear`);
    },
  },
  {
    id: "cleartext-login-binding",
    tag: "SASL",
    level: "SHOULD",
    reference: "RFC 5802 §6",
    title: "Mechanisms that bind a channel are listed where there is one.",
    remedy: "List the -PLUS mechanisms under TLS only.",
    given: "AUTHORIZATION",
    async prove(proof) {
      await proof.clear();
      const unbound = listedInTheClear(proof).filter((name) => name.endsWith("-PLUS"));
      if (unbound.length > 0) throw new CheckFailed(`SASL lists ${unbound.join(", ")} in the clear`);
    },
  },
  {
    id: "cleartext-login-not-refused",
    tag: "USER",
    level: "MUST",
    reference: "RFC 2449 §6.2",
    title: "USER is not listed in the clear where it is refused there.",
    remedy: "List USER where USER is taken: take it out of the list that is sent without TLS.",
    given: "AUTHORIZATION",
    async prove(proof) {
      const conversation = await proof.clear();
      if (!cleartextCapabilities(proof).has(user)) throw new NotTested("USER is not listed in the clear");
      const { status, line } = await conversation.ask("USER nobody-of-this-name");
      if (status === "+OK") return;
      // Some servers refuse names that they do not know, everywhere.
      const secure = await (await proof.secure()).ask("USER nobody-of-this-name");
      if (secure.status !== "+OK") throw new NotTested(`USER refuses an unknown name: ${line}`);
      throw new CheckFailed(`USER is listed in the clear, and answered ${line}`);
    },
  },
];

/** Software on one machine may log in as it likes. */
function exceptOverLoopback({ subject: { host } }: Proof): void {
  if (isLoopback(host) || /(?:^|\.)localhost\.?$/i.test(host))
    throw new NotTested("the connection stays on this machine, where a password may travel in the clear");
}

function cleartextCapabilities({ facts }: Proof): Capabilities {
  const capabilities = facts.listings.get("cleartext")?.capabilities;
  if (capabilities?.answered !== true) throw new NotTested("CAPA is not answered in the clear");
  return capabilities;
}

function listedInTheClear(proof: Proof): readonly string[] {
  const names = cleartextCapabilities(proof).get(sasl);
  if (names === undefined) throw new NotTested("SASL is not listed in the clear");
  return names;
}

function knownAs(name: string): ClientMechanism | undefined {
  return mechanisms.find((mechanism) => mechanism.name === name);
}
