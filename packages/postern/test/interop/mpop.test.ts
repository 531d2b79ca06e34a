// mpop: every message by every way, deletion, and a maildrop in use. How it is run is in `support/clients/mpop.ts`.
import { mpop } from "./support/clients/mpop.js";
import { interop } from "./support/suite.js";

interop(mpop);
