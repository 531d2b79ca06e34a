// Holds an account until it is killed, having recorded one message: `holding-child.ts STATE ACCOUNT`.
// Says `held` when it has it.
import { openAccountState } from "../../src/sync/state.js";

const [, , path = "", account = ""] = process.argv;
openAccountState(path, account).settle("maildir:/mail", ["held"]);
process.stdout.write("held\n");
setInterval(() => undefined, 1_000);
