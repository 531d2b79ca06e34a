// Kinds of values that tables of the configuration have in common, each with the words of its refusal.
// Knows no key; `schema.ts` and the files of single tables are made of them.
import { z } from "zod";

/** Text that is not empty; `form` says how it is written. */
export const text = (form: string): z.ZodString => z.string({ error: form }).min(1, { error: form });

/** A path, which the layers make absolute. */
export const path = (): z.ZodString => text("write the path of a file").meta({ format: "path" });

export const flag = (): z.ZodBoolean => z.boolean({ error: "write true or false" });

/** A whole number within bounds, both included. */
export const count = (least: number, most: number): z.ZodInt => {
  const error = `write a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

/** One text or several; one alone may be written as text. */
export const list = <Item extends z.ZodType<string>>(item: Item, form: string): z.ZodType<readonly string[]> =>
  z
    .union([item, z.array(item).min(1, { error: form })], { error: form })
    .transform((value): readonly string[] => (typeof value === "string" ? [value] : value));
