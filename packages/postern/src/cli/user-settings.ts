// The settings of `postern user set`, and how `postern user list` shows them: text to values and back.
// What a policy means is for the rooms below; the subcommands themselves are `user.ts`'s.
import { parseLoginDelay, parseRetention, MOST_LOGIN_DELAY_SECONDS, MOST_RETENTION_DAYS } from "../config/policy.js";
import type { OwnPolicy } from "../maildrop/spool/policies.js";
import type { Rooms } from "../service/rooms.js";
import { CliFailure } from "./context.js";

/** What is to be changed; what is absent stays as it is. */
export interface UserSettings {
  readonly enabled?: boolean;
  readonly policy: Partial<OwnPolicy>;
}

interface Setting {
  /** What may be written behind the `=`. */
  readonly form: string;
  readonly sentence: string;
  /** Null where the text is none of its values. */
  parse(text: string): UserSettings | null;
}

const settings: Readonly<Record<string, Setting>> = {
  expire: {
    form: "DAYS|never|default",
    sentence: `write expire= with a number of days from 0 to ${MOST_RETENTION_DAYS}, never or default`,
    parse(text) {
      const retentionDays = text === "default" ? null : parseRetention(text);
      return retentionDays === null && text !== "default" ? null : { policy: { retentionDays } };
    },
  },
  "login-delay": {
    form: "SECONDS|default",
    sentence: `write login-delay= with a number of seconds from 0 to ${MOST_LOGIN_DELAY_SECONDS}, or default`,
    parse(text) {
      const loginDelaySeconds = text === "default" ? null : parseLoginDelay(text);
      return loginDelaySeconds === null && text !== "default" ? null : { policy: { loginDelaySeconds } };
    },
  },
  enabled: {
    form: "yes|no",
    sentence: "write enabled=yes or enabled=no",
    parse: (text) => (text === "yes" || text === "no" ? { enabled: text === "yes", policy: {} } : null),
  },
};

const forms = Object.entries(settings).map(([key, { form }]) => `${key}=${form}`);

/** All settings in the form in which they are written. */
export const SETTING_FORMS: string = forms.join(", ");

export const settingExamples = `
Examples:
  postern user set alice enabled=no
  postern user set alice expire=30 login-delay=300
  postern user set alice expire=0                      what she retrieves is deleted at the end of the session
  postern user set alice expire=default                what the configuration says, as for everybody else`;

/** Reads all of them. Throws `CliFailure` for the first that is none, or that is given twice. */
export function parseUserSettings(texts: readonly string[]): UserSettings {
  const seen = new Set<string>();
  let all: UserSettings = { policy: {} };
  for (const text of texts) {
    const [, key = "", value = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    const setting = Object.hasOwn(settings, key) ? settings[key] : undefined;
    if (setting === undefined) throw new CliFailure(`${text} is no setting: write ${forms.join(" or ")}.`);
    const one = setting.parse(value);
    if (one === null) throw new CliFailure(`${text} cannot be set: ${setting.sentence}.`);
    if (seen.has(key)) throw new CliFailure(`${key} is given twice: write it once.`);
    seen.add(key);
    all = { ...all, ...one, policy: { ...all.policy, ...one.policy } };
  }
  return all;
}

/** Changes all of them or none; for any user who has a maildrop. Throws `CliFailure`, `AccountRefused` and `MaildropFailure`. */
export async function applyUserSettings(
  { accounts, maildrops, policies }: Pick<Rooms, "accounts" | "maildrops" | "policies">,
  name: string,
  { enabled, policy }: UserSettings,
): Promise<void> {
  if (!maildrops.has(name)) {
    throw new CliFailure(`There is no user ${name}: \`postern user list\` shows who there is.`, 1);
  }
  await policies.set(name, policy, () => {
    if (enabled !== undefined) accounts.enableWithin(name, enabled);
  });
}

/** A user's own values for JSON; null where the default counts. */
export function ownSettings(own: OwnPolicy | undefined): {
  readonly expire: OwnPolicy["retentionDays"];
  readonly loginDelaySeconds: number | null;
} {
  return { expire: own?.retentionDays ?? null, loginDelaySeconds: own?.loginDelaySeconds ?? null };
}

/** A user's own values as they were set, each with two spaces in front; empty where he has none. */
export function ownSettingsText(own: OwnPolicy | undefined): string {
  const { expire, loginDelaySeconds } = ownSettings(own);
  const texts = [
    expire === null ? "" : `  expire=${expire}`,
    loginDelaySeconds === null ? "" : `  login-delay=${loginDelaySeconds}`,
  ];
  return texts.join("");
}
