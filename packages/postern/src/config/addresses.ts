// Lists of addresses of other machines in the configuration: single ones and networks in CIDR notation.
// Knows no sockets and no key; what the machines are trusted with is said where a list is used.
import { isIP } from "node:net";
import { z } from "zod";

const form = 'write a list of addresses or networks, such as ["192.0.2.7", "2001:db8::/32"], or "none"';

/** Whether the text is an address, or a network as address/prefix. */
function isAddressOrNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** A key that holds such a list; empty where nothing is written. */
export function addressList(): z.ZodType<readonly string[]> {
  return z
    .union([z.string(), z.array(z.string())], { error: form })
    .transform((value, context): readonly string[] => {
      if (value === "none") return [];
      const list = (typeof value === "string" ? [value] : value).map((item) => item.trim());
      for (const item of list) {
        if (!isAddressOrNetwork(item)) context.addIssue({ code: "custom", message: form, input: item });
      }
      return list;
    })
    .prefault([]);
}
