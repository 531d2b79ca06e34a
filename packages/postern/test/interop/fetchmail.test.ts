// fetchmail: every message by every way, deletion, and a maildrop in use. How it is run is in `support/clients/fetchmail.ts`.
import { fetchmail } from "./support/clients/fetchmail.js";
import { interop } from "./support/suite.js";

interop(fetchmail);
