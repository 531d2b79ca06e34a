// The farm: every server of it, in no order that matters.
import { courier } from "./courier.js";
import { cyrus } from "./cyrus.js";
import { dovecot } from "./dovecot.js";
import { mailutils } from "./mailutils.js";
import { popa3d } from "./popa3d.js";
import type { InteropServer } from "./server.js";
import { solid } from "./solid.js";

export const servers: readonly InteropServer[] = [courier, cyrus, dovecot, mailutils, popa3d, solid];
