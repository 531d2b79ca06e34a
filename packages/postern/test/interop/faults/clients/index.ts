// Every client that is run against the faults, in the order of the page. What each one is, its file says.
// A new client is a line here.
import type { FaultedClient } from "../client.js";
import { curl } from "./curl.js";
import { fetchmail } from "./fetchmail.js";
import { getmail } from "./getmail.js";
import { mpop } from "./mpop.js";
import { nodePop3 } from "./node-pop3.js";
import { poplib } from "./poplib.js";
import { posternClient } from "./postern-client.js";
import { posternFetch } from "./postern-fetch.js";

export const faultedClients: readonly FaultedClient[] = [
  posternClient,
  posternFetch,
  poplib,
  mpop,
  curl,
  fetchmail,
  getmail,
  nodePop3,
];
