// The checks that are more than a dialog, by topic. Exports one list and nothing else; the examination runs them behind the declarations' own.
// A new topic is a new file here, and one more in the list.
import type { ConformanceCheck } from "../check.js";
import { commandLineChecks } from "./command-lines.js";
import { greetingChecks } from "./greeting.js";
import { listingChecks } from "./listing.js";
import { listingStateChecks } from "./listing-states.js";
import { promiseChecks } from "./promises.js";
import { replyChecks } from "./replies.js";
import { responseCodeChecks } from "./response-codes.js";
import { unlistedChecks } from "./unlisted.js";

export const standardChecks: readonly ConformanceCheck[] = [
  ...greetingChecks,
  ...listingChecks,
  ...listingStateChecks,
  ...promiseChecks,
  ...unlistedChecks,
  ...replyChecks,
  ...commandLineChecks,
  ...responseCodeChecks,
];
