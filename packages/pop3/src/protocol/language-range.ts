// Which of the languages there are a client's language range means (RFC 6856 §3.2): the matching of RFC 4647.
// Knows tags and their order, no text in any language. The grammar of a range is the LANG command's own.

/** The range that stands for the server's choice (RFC 6856 §3.2). */
const ANY = "*";

/**
 * Before lookup drops a region, the script in which that region writes is tried: the likely subtags of Unicode's CLDR. Mail programs
 * ask for the locale they run in, and for Chinese that names a region, while a translation is in a script (RFC 5646 §4.1). Without this
 * a client from Beijing would get no Chinese, and with a plain `zh` for all of them one from Taipei would get the other script.
 */
const SCRIPT_OF_REGION: ReadonlyMap<string, string> = new Map([
  ["zh-cn", "zh-hans"],
  ["zh-sg", "zh-hans"],
  ["zh-hk", "zh-hant"],
  ["zh-mo", "zh-hant"],
  ["zh-tw", "zh-hant"],
]);

/**
 * The best of `choices` for a basic language range (RFC 4647 §2.1) in any case, or null. Their order is the server's preference:
 * 1. `*` means the first.
 * 2. The tag that equals the range.
 * 3. The first tag that begins with the range, as in basic filtering (§3.3.1): `zh` finds `zh-Hans`.
 * 4. The tag that equals what is left of the range when subtags are taken off its end, as in lookup (§3.4): `de-CH-1996` finds `de`.
 */
export function languageInRange<Choice extends { readonly tag: string }>(
  range: string,
  choices: readonly Choice[],
): Choice | null {
  if (range === ANY) return choices[0] ?? null;
  const wanted = range.toLowerCase();
  return (
    tagged(wanted, choices) ??
    choices.find(({ tag }) => tag.toLowerCase().startsWith(`${wanted}-`)) ??
    lookedUp(wanted, choices)
  );
}

function lookedUp<Choice extends { readonly tag: string }>(wanted: string, choices: readonly Choice[]): Choice | null {
  for (let rest = wanted; rest !== ""; rest = shortened(rest)) {
    const script = SCRIPT_OF_REGION.get(rest);
    const found = tagged(rest, choices) ?? (script === undefined ? undefined : tagged(script, choices));
    if (found !== undefined) return found;
  }
  return null;
}

/** Without its last subtag, and without the single letter that introduced it: such a letter means nothing alone. */
function shortened(range: string): string {
  return range.slice(0, Math.max(0, range.lastIndexOf("-"))).replace(/(?:^|-)[a-z0-9]$/, "");
}

function tagged<Choice extends { readonly tag: string }>(
  wanted: string,
  choices: readonly Choice[],
): Choice | undefined {
  return choices.find(({ tag }) => tag.toLowerCase() === wanted);
}
