// getmail: every message by every way, deletion, and a maildrop in use. How it is run is in `support/clients/getmail.ts`.
import { getmail } from "./support/clients/getmail.js";
import { interop } from "./support/suite.js";

interop(getmail);
