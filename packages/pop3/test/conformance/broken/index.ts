// Servers on which each check fails, by topic: one at least for every check that there is.
// A new topic of checks is a new file here and a line in this list.
import type { BrokenServer } from "../subject.js";
import { brokenGreetings } from "./greeting.js";

export const brokenServers: readonly BrokenServer[] = [...brokenGreetings];
