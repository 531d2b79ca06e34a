// Web addresses that secrets may be sent to: HTTPS, or plain HTTP to this machine. The one place where that is decided.
// Knows no key and asks nobody; `oauth.ts` judges what the operator writes by it, `authenticator/` what an issuer names.

/** Whether the text is such an address, without a user, a password or a fragment in it. */
export function isSafeWebAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || text.includes("#")) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
