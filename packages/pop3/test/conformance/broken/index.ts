// Servers on which each check fails, by topic: one at least for every check that there is.
// A new topic of checks is a new file here and a line in this list.
import type { BrokenServer } from "../subject.js";
import { brokenCleartextLogin } from "./cleartext-login.js";
import { brokenGreetings } from "./greeting.js";
import { brokenLang } from "./lang.js";
import { brokenLogins } from "./login.js";
import { brokenSasl } from "./sasl.js";
import { brokenStls } from "./stls.js";
import { brokenTls } from "./tls.js";
import { brokenUtf8 } from "./utf8.js";

export const brokenServers: readonly BrokenServer[] = [
  ...brokenGreetings,
  ...brokenTls,
  ...brokenStls,
  ...brokenCleartextLogin,
  ...brokenSasl,
  ...brokenLogins,
  ...brokenLang,
  ...brokenUtf8,
];
