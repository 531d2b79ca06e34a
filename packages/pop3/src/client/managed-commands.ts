// The commands that change the session itself and so have methods of the client that know what follows from them.
// A list alone; `client.ts` refuses to run these by `run`. A declaration whose command changes the session is a line here.
import { apopCommand } from "../capabilities/apop.js";
import { dele, quit, rset } from "../capabilities/base.js";
import { capaCommand } from "../capabilities/capa.js";
import { saslCommand } from "../capabilities/sasl.js";
import { stlsCommand } from "../capabilities/stls.js";
import { passCommand, userCommand } from "../capabilities/user.js";
import { utf8Command } from "../capabilities/utf8.js";
import type { AnyCommandSpec } from "../contracts/command.js";

export const managedCommands: ReadonlySet<AnyCommandSpec> = new Set<AnyCommandSpec>([
  apopCommand,
  capaCommand,
  dele,
  passCommand,
  quit,
  rset,
  saslCommand,
  stlsCommand,
  userCommand,
  utf8Command,
]);
