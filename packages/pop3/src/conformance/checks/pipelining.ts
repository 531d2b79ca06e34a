// Commands sent ahead of their answers: in one piece, in pieces cut anywhere, before login and after (RFC 2449 §6.6).
// Silence where an answer is due is the failure here: what was sent ahead has been lost.
import { chooseLogin } from "../../client/login-choice.js";
import { LoginImpossible } from "../../contracts/errors.js";
import { WireFailed } from "../../wire/wire.js";
import type { ConformanceCheck } from "../check.js";
import type { Answer, Conversation } from "../conversation.js";
import { passwordLines } from "../login.js";
import { CheckFailed, NotTested, Undecided } from "../outcome.js";
import type { Proof } from "../proof.js";
import { difference, shown } from "./lines.js";

/** How many commands are sent at once. */
const MANY = 200;

export const pipeliningChecks: readonly ConformanceCheck[] = [
  {
    id: "pipelining-cuts",
    tag: "PIPELINING",
    level: "MUST",
    reference: "RFC 2449 §6.6",
    title: "It does not matter where a row of commands is cut into pieces on its way.",
    remedy: "Keep what has come of a line until the rest is there, and answer every line that is whole.",
    given: "TRANSACTION",
    async prove(proof) {
      proof.requireAnnounced("PIPELINING");
      const session = await proof.session();
      const commands = ["NOOP", "LIST 1", "STAT"];
      const due: string[] = [];
      for (const command of commands) due.push(essence(await session.ask(command)));
      const octets = commands.map((command) => `${command}\r\n`).join("");
      for (let cut = 1; cut < octets.length; cut++) {
        session.wire.send(octets.slice(0, cut));
        await turn();
        session.wire.send(octets.slice(cut));
        const how = `cut behind octet ${cut}`;
        for (const [at, command] of commands.entries()) {
          const answer = await inTurn(session, command, how);
          if (essence(answer) !== due[at])
            throw new CheckFailed(`${command} was answered ${shown(answer.line)} with the commands ${how}`);
        }
      }
    },
  },
  {
    id: "pipelining-many",
    tag: "PIPELINING",
    level: "MUST",
    reference: "RFC 2449 §6.6",
    title: `${MANY} commands at once are answered one by one.`,
    remedy: "Read no further while answers wait to be sent, and lose nothing of what was sent meanwhile.",
    given: "TRANSACTION",
    async prove(proof) {
      proof.requireAnnounced("PIPELINING");
      const session = await proof.session();
      session.wire.send("NOOP\r\n".repeat(MANY));
      for (let nth = 1; nth <= MANY; nth++) {
        const { status, line } = await inTurn(session, "NOOP", `number ${nth} of ${MANY}`);
        if (status !== "+OK") throw new CheckFailed(`NOOP number ${nth} of ${MANY} was answered ${shown(line)}`);
      }
    },
  },
  {
    id: "pipelining-retrieve",
    tag: "PIPELINING",
    level: "MUST",
    reference: "RFC 2449 §6.6",
    title: "Messages and short answers come in the order of their commands, and whole.",
    remedy: "Finish the answer to one command before the next one is carried out.",
    effect: "retrieves",
    given: "TRANSACTION",
    async prove(proof) {
      proof.requireAnnounced("PIPELINING");
      const session = await proof.session();
      const [one, other] = await proof.samples(session, 2);
      const sent = [`RETR ${one!.number}`, "NOOP", `LIST ${one!.number}`, `RETR ${other!.number}`, "NOOP"];
      session.wire.send(sent.map((command) => `${command}\r\n`).join(""));
      for (const command of sent) {
        const { line, status } = await inTurn(session, command);
        const due = command.startsWith("LIST") ? /^\+OK \d+ \d+/ : /^\+OK(?! \d+ \d+$)/;
        if (status !== "+OK" || !(due.test(line) || command.startsWith("RETR")))
          throw new CheckFailed(`${shown(line)} came where the answer to ${command} was due`);
        if (!command.startsWith("RETR")) continue;
        const { body } = command === sent[0] ? one! : other!;
        const problem = difference(body.lines, (await session.wire.receivedBody("message")).lines);
        if (problem !== null) throw new CheckFailed(`${command}, sent with other commands: ${problem}`);
      }
    },
  },
  {
    id: "pipelining-deletions",
    tag: "PIPELINING",
    level: "MUST",
    reference: "RFC 2449 §6.6",
    title: "Commands sent together take effect in turn: a mark is set when the next one is carried out.",
    remedy: "Carry out one command after the other, also where several came together.",
    effect: "marks",
    given: "TRANSACTION",
    async prove(proof) {
      proof.requireAnnounced("PIPELINING");
      const session = await proof.session();
      await proof.requireMessages(session, 1);
      const due = [
        ["LIST 1", "+OK"],
        ["DELE 1", "+OK"],
        ["LIST 1", "-ERR"],
        ["RSET", "+OK"],
        ["LIST 1", "+OK"],
      ] as const;
      session.wire.send(due.map(([command]) => `${command}\r\n`).join(""));
      const [mark] = due;
      for (const [command, status] of due) {
        const answer = await inTurn(session, command);
        const listed = command === mark[0] && status === "+OK" ? /^\+OK 1 \d/.test(answer.line) : true;
        if (answer.status !== status || !listed)
          throw new CheckFailed(`${command}, sent with other commands, was answered ${shown(answer.line)}`);
      }
    },
  },
  {
    id: "pipelining-password",
    tag: "PIPELINING",
    level: "MUST",
    reference: "RFC 2449 §6.6",
    title: "USER, PASS and what stands behind them can be sent in one piece.",
    remedy:
      "Hand what was read behind PASS on to the session that begins there; or take PIPELINING out of the list before login.",
    given: "TRANSACTION",
    async prove(proof) {
      const { before } = proof.facts;
      if (before?.capabilities.has("PIPELINING") !== true)
        throw new NotTested("PIPELINING is not announced before login");
      if (!before.capabilities.has("USER")) throw new NotTested("USER is not announced");
      const conversation = await proof.beforeOwnLogin();
      const [user, pass] = allowedLines(proof, conversation);
      conversation.wire.send([user, pass, "STAT", "LIST", "QUIT", ""].join("\r\n"));
      const named = await inTurn(conversation, "USER");
      const entered = await inTurn(conversation, "PASS");
      if (named.status !== "+OK" || entered.status !== "+OK")
        throw new Undecided(`USER and PASS were answered ${shown(named.line)} and ${shown(entered.line)}`);
      proof.entered(conversation);
      for (const [command, due] of BEHIND_PASS) {
        const { line } = await inTurn(conversation, command, "behind PASS");
        if (!due.test(line))
          throw new CheckFailed(`${shown(line)} came where the answer to ${command}, behind PASS, was due`);
        if (command === "LIST") await conversation.wire.receivedBody("listing");
      }
    },
  },
];

const BEHIND_PASS = [
  ["STAT", /^\+OK \d+ \d+/],
  ["LIST", /^\+OK/],
  ["QUIT", /^\+OK/],
] as const;

/** A turn of the event loop, so that what was sent goes out by itself. */
async function turn(): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
}

/** What of an answer is the same each time. */
function essence({ line }: Answer): string {
  return /^\+OK \d+ \d+|^\+OK|^-ERR/.exec(line)?.[0] ?? line;
}

/** The answer to a command that was sent with others; that there is none is a failure. */
async function inTurn(conversation: Conversation, command: string, how = "sent with other commands"): Promise<Answer> {
  try {
    return await conversation.answer(command);
  } catch (error) {
    if (!(error instanceof WireFailed || error instanceof Undecided)) throw error;
    throw new CheckFailed(`no answer came to ${command}, ${how}: ${error.message}`);
  }
}

/** USER and PASS, where the caller lets the password travel so. */
function allowedLines(proof: Proof, conversation: Conversation): readonly [user: string, pass: string] {
  const auth = proof.subject.auth!;
  if (auth.methods?.some((method) => method.toUpperCase() === "USER") === false)
    throw new NotTested("the login by USER and PASS was not allowed");
  const { capabilities } = proof.facts.before!;
  const circumstances = { capabilities, timestamp: null, secure: conversation.secure, bindings: null };
  try {
    chooseLogin({ ...auth, methods: ["USER"] }, circumstances);
  } catch (error) {
    if (!(error instanceof LoginImpossible)) throw error;
    throw new NotTested(error.message);
  }
  return passwordLines(conversation, auth);
}
