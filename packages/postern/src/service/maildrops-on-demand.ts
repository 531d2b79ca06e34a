// Maildrops of users whose accounts are kept elsewhere: nobody made one for them, so it is made when they first log in.
// Whoever opens a maildrop here has proved who he is; whether mail comes in for a name is `rooms.ts`'s to say.
import type { Maildrop, MaildropStore } from "@postern/pop3/server";
import { userNameProblem } from "../database/user-name.js";
import type { SpoolMaildrops } from "../maildrop/spool/spool-maildrops.js";

export class MaildropsOnDemand implements MaildropStore {
  readonly #maildrops: SpoolMaildrops;

  constructor(maildrops: SpoolMaildrops) {
    this.#maildrops = maildrops;
  }

  open(user: string): Maildrop | Promise<Maildrop> {
    if (this.#maildrops.has(user) || userNameProblem(user) !== null) return this.#maildrops.open(user);
    return this.#made(user);
  }

  async #made(user: string): Promise<Maildrop> {
    await this.#maildrops.create(user);
    return this.#maildrops.open(user);
  }
}
