// poplib: every message by every way, deletion, and a maildrop in use; and the same for a program that asks for UTF-8 and
// must get every message as it is. How it is run is in `support/clients/poplib.ts`.
import { poplib, poplibUtf8 } from "./support/clients/poplib.js";
import { interop } from "./support/suite.js";

interop(poplib);
interop(poplibUtf8);
