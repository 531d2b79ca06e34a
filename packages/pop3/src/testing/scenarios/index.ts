// Every scenario by its name. A new one is an entry in a file beside this one and a line here.
// Knows nothing of what they hold.
import { aol, bigfoot, gmail, microsoft365, netease, o2pl, plala, yandex } from "./providers.js";
import { courier, dovecot, greenmail, mailutils, popa3d, solid, twisted } from "./programs.js";
import type { Scenario } from "./scenario.js";

/** The names of the scenarios. */
export type ScenarioName =
  | "gmail"
  | "microsoft365"
  | "aol-2018"
  | "bigfoot-2022"
  | "netease-163"
  | "o2pl-2015"
  | "plala-2024"
  | "yandex-2018"
  | "courier-1.0.16"
  | "dovecot-2.3"
  | "greenmail"
  | "mailutils-3.15"
  | "popa3d-1.0.3"
  | "solid-pop3d-0.15"
  | "twisted-22.4";

const byName: Readonly<Record<ScenarioName, Scenario>> = {
  gmail,
  microsoft365,
  "aol-2018": aol,
  "bigfoot-2022": bigfoot,
  "netease-163": netease,
  "o2pl-2015": o2pl,
  "plala-2024": plala,
  "yandex-2018": yandex,
  "courier-1.0.16": courier,
  "dovecot-2.3": dovecot,
  greenmail,
  "mailutils-3.15": mailutils,
  "popa3d-1.0.3": popa3d,
  "solid-pop3d-0.15": solid,
  "twisted-22.4": twisted,
};

/** All servers that can be imitated, those of providers first. */
export const SCENARIOS: readonly Scenario[] = Object.values(byName);

/** Throws a `TypeError` that says which there are. */
export function scenarioNamed(name: string): Scenario {
  if (Object.hasOwn(byName, name)) return byName[name as ScenarioName];
  throw new TypeError(`there is no scenario ${JSON.stringify(name)}; there are ${Object.keys(byName).join(", ")}`);
}
