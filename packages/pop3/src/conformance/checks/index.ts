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
import { deletionChecks } from "./deletion.js";
import { expireChecks } from "./expire.js";
import { loginDelayChecks } from "./login-delay.js";
import { markChecks } from "./marks.js";
import { messageChecks } from "./messages.js";
import { pipeliningChecks } from "./pipelining.js";
import { sessionChecks } from "./session.js";
import { sizeChecks } from "./sizes.js";
import { topChecks } from "./top.js";
import { uidlChecks } from "./uidl.js";
import { cleartextLoginChecks } from "./cleartext-login.js";
import { langChecks } from "./lang.js";
import { loginChecks } from "./login.js";
import { saslChecks } from "./sasl.js";
import { stlsChecks } from "./stls.js";
import { tlsChecks } from "./tls.js";
import { utf8Checks } from "./utf8.js";

export const standardChecks: readonly ConformanceCheck[] = [
  ...greetingChecks,
  ...listingChecks,
  ...listingStateChecks,
  ...promiseChecks,
  ...unlistedChecks,
  ...replyChecks,
  ...commandLineChecks,
  ...responseCodeChecks,
  ...sizeChecks,
  ...messageChecks,
  ...topChecks,
  ...uidlChecks,
  ...pipeliningChecks,
  ...loginDelayChecks,
  ...expireChecks,
  ...markChecks,
  ...sessionChecks,
  ...tlsChecks,
  ...stlsChecks,
  ...cleartextLoginChecks,
  ...saslChecks,
  ...langChecks,
  ...utf8Checks,
  ...loginChecks,
  ...deletionChecks,
];
