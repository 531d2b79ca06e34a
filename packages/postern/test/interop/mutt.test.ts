// mutt: every message by every way, deletion, and a maildrop in use. How it is run is in `support/clients/mutt.ts`.
import { mutt } from "./support/clients/mutt.js";
import { interop } from "./support/suite.js";

interop(mutt);
