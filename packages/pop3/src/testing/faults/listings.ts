// Faults in what listings say: sizes that are wrong, unique-ids that change or are not unique (RFC 1939 §5 and §7).
// The messages themselves are honest. Which commands list, their declarations say.
import { list, stat } from "../../capabilities/base.js";
import { uidlCommand } from "../../capabilities/uidl.js";
import { multiLineOf, wireOf } from "./reply-text.js";
import { count, factor, faultKind, integer, integers, word, type FaultKind, type FaultOf } from "./kind.js";

/**
 * STAT and LIST give other sizes than RETR sends: times `factor`, plus `difference` octets, never less than 0. With `number`, of that
 * message only. A client counts on no size, neither as a promise of what comes nor for the memory it takes.
 */
export interface WrongSizesFault extends FaultOf<"wrong-sizes"> {
  readonly difference?: number;
  readonly factor?: number;
  readonly number?: number;
}

/** Every session has other unique-ids. A client that fetches each message once finds all of them new. */
export type ChangedUniqueIdsFault = FaultOf<"changed-unique-ids">;

/**
 * Every message, or each of `numbers`, has the same unique-id, `uniqueId` ("same"). A client that keeps apart what it has by unique-id
 * must not lose any.
 */
export interface DoubledUniqueIdsFault extends FaultOf<"doubled-unique-ids"> {
  readonly uniqueId?: string;
  readonly numbers?: readonly number[];
}

/** A line `n value`, alone behind `+OK` or in a body; others stay. */
function listed(text: string, change: (number: number, value: string) => string): string {
  const line = (whole: string): string =>
    whole.replace(/^(\+OK )?(\d+) (\S+)/, (_, ok: string | undefined, number: string, value: string) =>
      [ok ?? "", number, " ", change(Number(number), value)].join(""),
    );
  const reply = multiLineOf(text);
  return reply === null ? line(text) : wireOf({ ...reply, body: reply.body.map(line) });
}

function wrongSizes(text: string, keyword: string, fault: WrongSizesFault): string {
  const { difference = 0, factor: times = 1 } = fault;
  const lie = (value: string): string => String(Math.max(0, Math.round(Number(value) * times + difference)));
  // The answer to STAT begins with how many messages there are, which is none's number.
  if (keyword === stat.keyword && fault.number !== undefined) return text;
  return listed(text, (number, value) =>
    /^\d+$/.test(value) && number === (fault.number ?? number) ? lie(value) : value,
  );
}

/** Another one for each session, made of the honest one: 70 characters at most. */
function changed(uniqueId: string, session: number): string {
  return `${session}-${uniqueId}`.slice(0, 70);
}

export const listings: Readonly<Record<"wrong-sizes" | "changed-unique-ids" | "doubled-unique-ids", FaultKind>> = {
  "wrong-sizes": faultKind<WrongSizesFault>(
    [stat.keyword, list.keyword],
    { difference: integer, factor, number: count },
    (fault) => ({ play: ({ text, keyword }) => wrongSizes(text, keyword, fault) }),
  ),
  "changed-unique-ids": faultKind<ChangedUniqueIdsFault>(uidlCommand.keyword, {}, () => ({
    play: ({ text, session }) => listed(text, (_, uniqueId) => changed(uniqueId, session)),
  })),
  "doubled-unique-ids": faultKind<DoubledUniqueIdsFault>(
    uidlCommand.keyword,
    { uniqueId: word, numbers: integers },
    (fault) => ({
      play: ({ text }) =>
        listed(text, (number, uniqueId) =>
          fault.numbers?.includes(number) === false ? uniqueId : (fault.uniqueId ?? "same"),
        ),
    }),
  ),
};
