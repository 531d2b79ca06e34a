// Figures as people read them: octets and durations, and a bar of how much is done. Pure text.
// What they are figures of is not known here.

const unitOctets: readonly (readonly [number, string])[] = [
  [1024 ** 3, "GiB"],
  [1024 ** 2, "MiB"],
  [1024, "KiB"],
];

/** Octets as people read them: `512 octets`, `1.4 MiB`. */
export function shownOctets(octets: number): string {
  for (const [unit, name] of unitOctets) if (octets >= unit) return `${(octets / unit).toFixed(1)} ${name}`;
  return `${octets} ${octets === 1 ? "octet" : "octets"}`;
}

/** A duration as people read it: `8 s`, `3 min 05 s`, `2 h 10 min`. */
export function shownSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.trunc(whole / 60)} min ${`${whole % 60}`.padStart(2, "0")} s`;
  return `${Math.trunc(whole / 3600)} h ${`${Math.trunc((whole % 3600) / 60)}`.padStart(2, "0")} min`;
}

/** `[########      ]`, with `columns` characters between the brackets. */
export function shownBar(done: number, total: number, columns: number): string {
  const share = total <= 0 ? 1 : Math.min(Math.max(done / total, 0), 1);
  const filled = Math.floor(share * columns);
  return `[${"#".repeat(filled)}${" ".repeat(columns - filled)}]`;
}
