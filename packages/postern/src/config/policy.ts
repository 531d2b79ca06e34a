// The table `policy` of the configuration: what counts for every user who has no value of his own, and how replies speak.
// Knows no stored policy: a user's own values are set with `postern user set`, whose forms are read here, too.
import type { RetentionDays, UserPolicy } from "@postern/pop3/server";
import { z } from "zod";

/** A day: whoever may log in more rarely than that is better served by a disabled account. */
export const MOST_LOGIN_DELAY_SECONDS = 86_400;

/** A hundred years. */
export const MOST_RETENTION_DAYS = 36_500;

/** What becomes of a message with UTF-8 in its header for a client that did not ask for UTF-8. */
export type Utf8Messages = "surrogate" | "refuse";

export interface PolicyConfig {
  readonly login_delay_seconds: number;
  readonly expire: RetentionDays;
  readonly utf8_messages: Utf8Messages;
  /** The tag of the language that `LANG *` chooses. */
  readonly language: string;
}

/** Reads a number of days or `never`; null where the text is neither. */
export function parseRetention(text: string): RetentionDays | null {
  if (text === "never") return "never";
  const days = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return days <= MOST_RETENTION_DAYS ? days : null;
}

/** Reads seconds from one login to the next; null where the text is no number of them. */
export function parseLoginDelay(text: string): number | null {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return seconds <= MOST_LOGIN_DELAY_SECONDS ? seconds : null;
}

const delayForm = `write a whole number from 0 to ${MOST_LOGIN_DELAY_SECONDS}`;
const expireForm = `write a number of days from 0 to ${MOST_RETENTION_DAYS}, or "never"`;

/** Seconds from one login to the next, in a file. */
export const loginDelaySeconds: z.ZodInt = z
  .int({ error: delayForm })
  .min(0, { error: delayForm })
  .max(MOST_LOGIN_DELAY_SECONDS, { error: delayForm });

/** Days, or `never`, in a file. */
export const expireDays: z.ZodType<RetentionDays> = z
  .union(
    [
      z.string().regex(/^(never|\d{1,5})$/, { error: expireForm }),
      z.int().min(0, { error: expireForm }).max(MOST_RETENTION_DAYS, { error: expireForm }),
    ],
    { error: expireForm },
  )
  .transform((value, context): RetentionDays => {
    const days = parseRetention(String(value));
    if (days !== null) return days;
    context.addIssue({ code: "custom", message: expireForm, input: value });
    return z.NEVER;
  });

export const policySchema: z.ZodType<PolicyConfig> = z
  .strictObject({
    login_delay_seconds: loginDelaySeconds
      .default(0)
      .describe(
        "The time that must pass between two logins of a user, announced as LOGIN-DELAY (RFC 2449 §6.5); 0 for none. " +
          "`postern user set NAME login-delay=…` sets a user's own.",
      ),
    expire: expireDays
      .prefault("never")
      .describe(
        'The days after which mail is deleted, announced as EXPIRE (RFC 2449 §6.7). "never" deletes nothing; 0 deletes at the end ' +
          "of a session what was retrieved in it. `postern user set NAME expire=…` sets a user's own.",
      ),
    utf8_messages: z
      .enum(["surrogate", "refuse"], { error: 'write "surrogate" or "refuse"' })
      .default("surrogate")
      .describe(
        'What a client gets that did not ask for UTF-8 where a message has it in its header: "surrogate" makes a form in ASCII ' +
          '(RFC 6858), "refuse" answers with the response code UTF8 (RFC 6856 §5).',
      ),
    language: z
      .string()
      .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, { error: "write a language tag, such as en or pt-BR" })
      .default("en")
      .describe("The language of replies for clients that leave the choice to the server with `LANG *` (RFC 6856 §3)."),
  })
  .prefault({});

/** The default of all users, as the server knows it. */
export function standardPolicy(policy: PolicyConfig = policySchema.parse({})): UserPolicy {
  return { loginDelaySeconds: policy.login_delay_seconds, retentionDays: policy.expire };
}
