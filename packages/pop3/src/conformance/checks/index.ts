// The checks that are more than a dialog, by topic. Exports one list and nothing else; the examination runs them behind the declarations' own.
// A new topic is a new file here, and one more in the list.
import type { ConformanceCheck } from "../check.js";
import { greetingChecks } from "./greeting.js";

export const standardChecks: readonly ConformanceCheck[] = [...greetingChecks];
