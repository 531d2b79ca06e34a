// The embedded store keeps the contract of maildrops.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { maildropContract } from "@postern/pop3/testing";
import { describe, test } from "vitest";
import { openDatabase, type PosternDatabase } from "../../src/database/database.js";
import { inTransaction } from "../../src/database/migrate.js";
import { SpoolMaildrops } from "../../src/maildrop/spool/spool-maildrops.js";

describe("SpoolMaildrops", () => {
  const cases = maildropContract({
    lasting: true,
    async make() {
      const directory = mkdtempSync(join(tmpdir(), "postern-spool-"));
      let database: PosternDatabase;
      let store: SpoolMaildrops;
      const open = (): SpoolMaildrops => {
        database = openDatabase(directory);
        return (store = new SpoolMaildrops(database));
      };
      const close = (): void => {
        store.close();
        database.close();
      };
      await open().create("alice");
      await store!.create("bob");
      return {
        store: store!,
        user: "alice",
        otherUser: "bob",
        async reopen() {
          close();
          return open();
        },
        breakLease(user) {
          inTransaction(database.main, () => database.leases.prepare("DELETE FROM lease WHERE user = ?").run(user));
        },
        arrivedMs: (user, uniqueId) => [...store.facts(user).messages].find((m) => m.uniqueId === uniqueId)!.arrivedMs,
        async close() {
          close();
          rmSync(directory, { recursive: true });
        },
      };
    },
  });
  for (const { name, run } of cases) test(name, run);
});
