// From the options of a server to what its sessions share: defaults, and what cannot be. Knows no connection.
// `settings.ts` has the type; a new option is a line there, one here, and its explanation in `options.ts`.
import { hostname } from "node:os";
import type { SessionView } from "../contracts/session.js";
import { MemoryPolicies } from "../maildrop/memory-policies.js";
import { languages } from "../languages/index.js";
import { mechanisms } from "../mechanisms/index.js";
import type { Mechanism } from "../contracts/mechanism.js";
import type { Registry } from "../registry/registry.js";
import { isLoopback } from "./address.js";
import { MemoryFailedLogins } from "./failed-logins.js";
import { interposition, type Interposed } from "./interposition.js";
import { withDefaults } from "./limits.js";
import { Penalties } from "./penalties.js";
import { trustedAddresses } from "./proxy.js";
import type { Pop3ServerOptions } from "./options.js";
import type { SessionSettings } from "./settings.js";
import { secureContext } from "./tls.js";
import { View } from "./view.js";

/** Throws a `RangeError` for an option that makes no sense. */
export function sessionSettings(registry: Registry, options: Pop3ServerOptions & Interposed): SessionSettings {
  const { cleartextLogin = "never", implementation = "Postern" } = options;
  return {
    registry,
    maildrops: options.maildrops,
    authenticator: options.authenticator,
    mechanisms: mechanismsOf(options.mechanisms),
    penalties: new Penalties(options.failedLogins ?? new MemoryFailedLogins(), {
      limits: options.penalties ?? {},
      ...(options.penaltyKey !== undefined && { key: options.penaltyKey }),
      ...(options.knownLogins !== undefined && { known: options.knownLogins }),
    }),
    policies: options.policies ?? new MemoryPolicies(),
    prepare: options.prepare ?? null,
    languages: options.languages ?? languages,
    utf8Messages: options.utf8Messages ?? "surrogate",
    hostname: options.hostname ?? hostname(),
    secureContext: options.tls === undefined ? null : secureContext(options.tls),
    cleartextLogin: (remoteAddress) =>
      cleartextLogin === "always" || (cleartextLogin === "loopback" && isLoopback(remoteAddress)),
    implementation,
    implementationAfterLogin: options.implementationAfterLogin ?? false,
    trustedProxy: trustedAddresses(options.trustedProxies ?? []),
    limits: withDefaults(options.limits, options.deadlines),
    interpose: options[interposition] ?? null,
  };
}

/** A session in which as much as possible is announced. */
export function utmostView(settings: SessionSettings): SessionView {
  return new View(settings, {
    state: "TRANSACTION",
    secure: true,
    bindable: () => true,
    certified: () => true,
    remoteAddress: "",
    timestamp: null,
    utf8: false,
    policy: null,
  });
}

function mechanismsOf(names: readonly string[] | undefined): readonly Mechanism[] {
  if (names === undefined) return mechanisms.filter(({ onRequest }) => !onRequest);
  const wanted = new Set(names.map((name) => name.toUpperCase()));
  const known = mechanisms.filter(({ name }) => wanted.delete(name));
  const [unknown] = wanted;
  if (unknown === undefined) return known;
  const all = mechanisms.map(({ name }) => name).join(", ");
  throw new RangeError(`there is no SASL mechanism ${unknown} here; there are ${all}`);
}
