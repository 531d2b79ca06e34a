// Servers on which each check fails, by topic: one at least for every check that there is.
// A new topic of checks is a new file here and a line in this list.
import type { BrokenServer } from "../subject.js";
import { brokenBase } from "./declared-base.js";
import { brokenExtensions } from "./declared-extensions.js";
import { brokenGreetings } from "./greeting.js";
import { brokenListings } from "./listing.js";
import { brokenPromises, brokenUnlisted } from "./promises.js";
import { brokenCommandLines, brokenReplies } from "./replies.js";
import { brokenResponseCodes } from "./response-codes.js";
import { brokenDeletions, brokenMarks } from "./deletion.js";
import { brokenMessages, brokenSizes } from "./messages.js";
import { brokenPipelining } from "./pipelining.js";
import { brokenPolicies } from "./policies.js";
import { brokenSessions } from "./session.js";
import { brokenTops, brokenUniqueIds } from "./top-and-uidl.js";
import { brokenCleartextLogin } from "./cleartext-login.js";
import { brokenLang } from "./lang.js";
import { brokenLogins } from "./login.js";
import { brokenSasl } from "./sasl.js";
import { brokenStls } from "./stls.js";
import { brokenTls } from "./tls.js";
import { brokenUtf8 } from "./utf8.js";

export const brokenServers: readonly BrokenServer[] = [
  ...brokenBase,
  ...brokenExtensions,
  ...brokenGreetings,
  ...brokenListings,
  ...brokenPromises,
  ...brokenUnlisted,
  ...brokenReplies,
  ...brokenCommandLines,
  ...brokenResponseCodes,
  ...brokenSizes,
  ...brokenMessages,
  ...brokenTops,
  ...brokenUniqueIds,
  ...brokenPipelining,
  ...brokenPolicies,
  ...brokenMarks,
  ...brokenDeletions,
  ...brokenSessions,
  ...brokenTls,
  ...brokenStls,
  ...brokenCleartextLogin,
  ...brokenSasl,
  ...brokenLogins,
  ...brokenLang,
  ...brokenUtf8,
];
