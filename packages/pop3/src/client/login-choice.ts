// Which way to log in: the strongest that the server lists and the caller allows, or every reason why there is none.
// Pure: sends nothing. The ways themselves are in `login.ts` and `mechanisms/`.
import { apopCommand } from "../capabilities/apop.js";
import { saslClient as sasl } from "../capabilities/sasl.js";
import { userClient as user, userCommand } from "../capabilities/user.js";
import { utf8Client as utf8 } from "../capabilities/utf8.js";
import { LoginImpossible, type LoginObstacle } from "../contracts/errors.js";
import type { ChannelBindings, ClientMechanism } from "../contracts/mechanism.js";
import type { Capabilities } from "./capabilities.js";
import { mechanisms } from "./mechanisms.js";
import type { AuthOptions } from "./options.js";

/** What decides. */
export interface LoginCircumstances {
  readonly capabilities: Capabilities;
  /** The greeting's, for APOP (RFC 1939 §7). */
  readonly timestamp: string | null;
  readonly secure: boolean;
  readonly bindings: ChannelBindings | null;
}

/** The way that was chosen. */
export type LoginMethodChoice =
  | { readonly kind: "mechanism"; readonly mechanism: ClientMechanism; readonly bindingUnoffered: boolean }
  | { readonly kind: "digest"; readonly timestamp: string }
  /** `listed`: CAPA says that it works. */
  | { readonly kind: "password"; readonly listed: boolean };

/** Whether both would send the same. */
export function isSameWay(one: LoginMethodChoice, other: LoginMethodChoice): boolean {
  if (one.kind !== "mechanism" || other.kind !== "mechanism") return one.kind === other.kind;
  return one.mechanism === other.mechanism && one.bindingUnoffered === other.bindingUnoffered;
}

/** A way to log in that this client knows. */
export interface LoginMethod {
  /** The name of a mechanism, or the keyword of a command; what `AuthOptions.methods` takes. */
  readonly name: string;
  /** What of `AuthOptions` it needs besides the user's name. */
  readonly needs: "password" | "token" | "certificate" | null;
  /** Taken only where `AuthOptions.methods` names it. */
  readonly onRequest: boolean;
}

interface Way extends LoginMethod {
  /** Why it cannot be taken, or what to do. */
  consider(auth: AuthOptions, circumstances: LoginCircumstances): string | LoginMethodChoice;
}

const IN_THE_CLEAR = "it would send a secret in the clear; use TLS, or allow it with auth.cleartext";

/** Throws `LoginImpossible` with a reason for every way, and a `RangeError` for a method that nobody knows. */
export function chooseLogin(auth: AuthOptions, circumstances: LoginCircumstances): LoginMethodChoice {
  const obstacles: LoginObstacle[] = [];
  for (const way of waysOf(auth.methods)) {
    const verdict = way.consider(auth, circumstances);
    if (typeof verdict !== "string") return verdict;
    obstacles.push({ method: way.name, reason: verdict });
  }
  throw new LoginImpossible(obstacles);
}

function waysOf(methods: readonly string[] | undefined): readonly Way[] {
  if (methods === undefined) return ALL.filter(({ onRequest }) => !onRequest);
  return methods.map((method) => {
    const way = ALL.find(({ name }) => name === method.toUpperCase());
    if (way === undefined) {
      throw new RangeError(`auth.methods: ${method} is not known; there are ${ALL.map(({ name }) => name).join(", ")}`);
    }
    return way;
  });
}

function mechanismWay(mechanism: ClientMechanism): Way {
  const { name, onRequest, bindsChannel, revealsSecret } = mechanism;
  const needs = needsOf(mechanism);
  return {
    name,
    needs,
    onRequest,
    consider(auth, { capabilities, secure, bindings }) {
      const offered = capabilities.get(sasl) ?? [];
      const lacking = lackingFor(needs, auth);
      if (lacking !== null) return lacking;
      if (!offered.includes(name)) return "the server does not list it";
      if (bindsChannel && (bindings === null || Object.keys(bindings).length === 0))
        return "there is no TLS to bind it to";
      if (revealsSecret && !secure && auth.cleartext !== true) return IN_THE_CLEAR;
      // RFC 5802 §6: `y` tells a server that somebody took its -PLUS mechanisms out of the list.
      const bindingUnoffered = bindings !== null && !offered.some((other) => other === `${name}-PLUS`);
      return { kind: "mechanism", mechanism, bindingUnoffered };
    },
  };
}

function needsOf({ credentials }: ClientMechanism): LoginMethod["needs"] {
  if (credentials === "anonymous") return null;
  return credentials === "token" || credentials === "certificate" ? credentials : "password";
}

/** What the caller has to give for a mechanism and did not. */
function lackingFor(needs: LoginMethod["needs"], auth: AuthOptions): string | null {
  if (needs === null) return null;
  if (needs === "certificate") {
    return auth.certificate === true ? null : "it needs a certificate, and auth.certificate";
  }
  return auth[needs] === undefined ? `it needs auth.${needs}` : null;
}

const digestWay: Way = {
  name: apopCommand.keyword,
  needs: "password",
  onRequest: false,
  consider(auth, { timestamp, capabilities }) {
    if (auth.password === undefined) return "it needs auth.password";
    if (auth.authorizationId !== undefined) return "it has no place for auth.authorizationId";
    if (timestamp === null) return "the greeting has no timestamp";
    return beyondAscii(auth, capabilities) ?? { kind: "digest", timestamp };
  },
};

const passwordWay: Way = {
  name: userCommand.keyword,
  needs: "password",
  onRequest: false,
  consider(auth, { capabilities, secure }) {
    if (auth.password === undefined) return "it needs auth.password";
    if (auth.authorizationId !== undefined) return "it has no place for auth.authorizationId";
    if (!secure && auth.cleartext !== true) return IN_THE_CLEAR;
    return beyondAscii(auth, capabilities) ?? { kind: "password", listed: capabilities.has(user) };
  },
};

/** RFC 6856 §2.2: names and passwords in UTF-8 go to servers that say so. */
function beyondAscii({ user, password = "" }: AuthOptions, capabilities: Capabilities): string | null {
  if (!/[^\0-\x7f]/.test(user + password) || capabilities.get(utf8)?.user === true) return null;
  return "the name or the password is not ASCII, and the server does not list that it takes UTF-8";
}

const ALL: readonly Way[] = [...mechanisms.map(mechanismWay), digestWay, passwordWay];

/** Every way, strongest first. */
export const LOGIN_METHODS: readonly LoginMethod[] = ALL;
