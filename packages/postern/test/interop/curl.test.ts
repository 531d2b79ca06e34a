// curl: every message by every way, deletion, and a maildrop in use. How it is run is in `support/clients/curl.ts`.
import { curl } from "./support/clients/curl.js";
import { interop } from "./support/suite.js";

interop(curl);
