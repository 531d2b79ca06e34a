// When a fault strikes: at the lists that the examination learns from, or only at those that a check asks for later.
// Knows no check.
import type { Exchange } from "@postern/pop3/testing";

/** CAPA as checks ask for it before login: the first connection has asked once in the clear and once under TLS. */
export function laterLists({ keyword, session, nth }: Exchange): boolean {
  return keyword === "CAPA" && !(session === 1 && nth <= 2);
}

/** CAPA in the clear, on every connection but the first. */
export function laterClearLists({ keyword, session, secure }: Exchange): boolean {
  return keyword === "CAPA" && session > 1 && !secure;
}

/** CAPA in the TRANSACTION state. */
export function listsAfterLogin({ keyword, user }: Exchange): boolean {
  return keyword === "CAPA" && user !== null;
}

/** CAPA in the AUTHORIZATION state. */
export function listsBeforeLogin({ keyword, user }: Exchange): boolean {
  return keyword === "CAPA" && user === null;
}
