// Opens the rooms of a data directory: one database, the accounts in it and the maildrops in it, and the accounts from elsewhere.
// For the server and for every command that works beside a running one. Knows no sockets.
import { createHmac } from "node:crypto";
import { existsSync } from "node:fs";
import type { MaildropStore } from "@postern/pop3/server";
import type { AccountSource } from "../authenticator/account-source.js";
import { SharedFailedLogins } from "../authenticator/failed-logins.js";
import { SharedKnownLogins } from "../authenticator/known-logins.js";
import { siteSecret } from "../authenticator/site-secret.js";
import { SpoolAccounts } from "../authenticator/spool-accounts.js";
import { hashQueue } from "../authenticator/work-queue.js";
import { authenticationTable, sourcesOf, type SourceName } from "../config/authentication.js";
import { standardPolicy } from "../config/policy.js";
import type { Config } from "../config/schema.js";
import { openDatabase } from "../database/database.js";
import type { PosternDatabase } from "../database/database.js";
import { DatabaseUnusable } from "../database/problem.js";
import { SpoolPolicies } from "../maildrop/spool/policies.js";
import { SpoolMaildrops } from "../maildrop/spool/spool-maildrops.js";
import { MaildropsOnDemand } from "./maildrops-on-demand.js";
import { ServiceProblem } from "./problem.js";
import { scramOf, Sources } from "./sources.js";

export interface Rooms {
  /** The accounts of the data directory, for the commands that keep them. */
  readonly accounts: SpoolAccounts;
  readonly maildrops: SpoolMaildrops;
  /** What a server opens maildrops by: users whose account is elsewhere get theirs at their first login. */
  readonly store: MaildropStore;
  /** All configured sources of accounts as one; opened when first asked for. Throws `ServiceProblem`. */
  readonly authenticator: AccountSource;
  /** What is wrong with single accounts of these sources, for the operator. */
  readonly accountProblems: readonly string[];
  /** Whether a source other than the accounts has a user of that name. Throws `ServiceProblem`. */
  knownElsewhere(user: string): boolean;
  /** Whether mail is taken for a user, whose maildrop is made where he has none yet. Throws `ServiceProblem`. */
  ensureMaildrop(user: string): Promise<boolean>;
  /** Reads the files of accounts anew. Throws `ServiceProblem` where that fails; all stays as it was then. */
  reloadAccounts(): void;
  readonly policies: SpoolPolicies;
  /** The memory of failed logins that all who serve this data directory share. */
  readonly failedLogins: SharedFailedLogins;
  /** Who logged in from where lately, for all of them too. */
  readonly knownLogins: SharedKnownLogins;
  /** The key under which all of them tell wrong passwords apart, after a restart too. */
  readonly penaltyKey: Uint8Array;
  /** Throws where the database does not answer. */
  check(): void;
  close(): void;
}

/** Sources that cannot say who their users are. */
const UNLISTED: ReadonlySet<SourceName> = new Set(["oauth", "client-certificates"]);

export interface RoomsOptions {
  /** Makes the data directory where it does not exist; else that is an error, as it usually is a path mistyped. */
  readonly create: boolean;
  /** Told why a token was refused; never the token. */
  readonly refused?: (reason: string) => void;
}

function openedDatabase(directory: string): PosternDatabase {
  try {
    return openDatabase(directory);
  } catch (error) {
    throw error instanceof DatabaseUnusable ? new ServiceProblem(error.message, { cause: error }) : error;
  }
}

/** Throws `ServiceProblem` where the data directory cannot be used. */
export function openRooms(
  config: Pick<Config, "data"> & Partial<Pick<Config, "authentication" | "oauth" | "client_certificates" | "policy">>,
  { create, refused = () => {} }: RoomsOptions,
): Rooms {
  if (!create && !existsSync(config.data)) {
    throw new ServiceProblem(
      `There is no data directory ${config.data}: name another with --data, or make it with \`postern serve\` or \`postern user add\`.`,
    );
  }
  const { authentication = authenticationTable.parse({}), oauth, client_certificates } = config;
  const tables = { authentication, oauth, client_certificates };
  const database = openedDatabase(config.data);
  const maildrops = new SpoolMaildrops(database);
  const queue = hashQueue();
  const accounts = new SpoolAccounts(database, { scram: scramOf(authentication), queue });
  const elsewhere = sourcesOf(tables).filter((name) => name !== "accounts");
  let opened: Sources | null = null;
  const sources = (): Sources =>
    (opened ??= new Sources(tables, { accounts, secret: siteSecret(database), queue, refused }));
  const knownElsewhere = (user: string): boolean => elsewhere.length > 0 && sources().filed(user);
  return {
    accounts,
    maildrops,
    store: elsewhere.length === 0 ? maildrops : new MaildropsOnDemand(maildrops),
    get authenticator() {
      return sources().authenticator;
    },
    get accountProblems() {
      return sources().problems;
    },
    knownElsewhere,
    async ensureMaildrop(user) {
      if (accounts.has(user)) return true;
      if (knownElsewhere(user)) {
        if (!maildrops.has(user)) await maildrops.create(user);
        return true;
      }
      // Whom a token or a certificate names is known at his first login.
      return elsewhere.some((name) => UNLISTED.has(name)) && maildrops.has(user);
    },
    reloadAccounts: () => sources().reload(),
    policies: new SpoolPolicies(database, standardPolicy(config.policy)),
    failedLogins: new SharedFailedLogins(database),
    knownLogins: new SharedKnownLogins(database),
    penaltyKey: createHmac("sha256", siteSecret(database)).update("penalties").digest(),
    check: () => void database.main.prepare("SELECT 1 FROM maildrop LIMIT 1").get(),
    close: () => {
      opened?.close();
      maildrops.close();
      database.close();
    },
  };
}
