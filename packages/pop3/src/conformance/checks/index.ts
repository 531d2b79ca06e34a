// The checks that are more than a dialog, by topic. Exports one list and nothing else; the examination runs them behind the declarations' own.
// A new topic is a new file here, and one more in the list.
import type { ConformanceCheck } from "../check.js";
import { cleartextLoginChecks } from "./cleartext-login.js";
import { greetingChecks } from "./greeting.js";
import { langChecks } from "./lang.js";
import { loginChecks } from "./login.js";
import { saslChecks } from "./sasl.js";
import { stlsChecks } from "./stls.js";
import { tlsChecks } from "./tls.js";
import { utf8Checks } from "./utf8.js";

export const standardChecks: readonly ConformanceCheck[] = [
  ...greetingChecks,
  ...tlsChecks,
  ...stlsChecks,
  ...cleartextLoginChecks,
  ...saslChecks,
  ...langChecks,
  ...utf8Checks,
  ...loginChecks,
];
