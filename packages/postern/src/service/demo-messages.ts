// The messages of the demonstration: five small texts about POP3, one for each thing that a mail reader must get right.
// Written with LF; the store makes CRLF of it. Knows no store.

const newsletter = "The Doorkeeper <doorkeeper@example.net>";

function message(fields: Readonly<Record<string, string>>, body: readonly string[]): string {
  const header = { To: "demo@example.net", ...fields, "MIME-Version": "1.0" };
  return [...Object.entries(header).map(([name, value]) => `${name}: ${value}`), "", ...body, ""].join("\n");
}

const welcome: string = message(
  {
    From: newsletter,
    Date: "Mon, 16 Nov 2026 09:00:00 +0000",
    Subject: "Welcome to the side door",
    "Message-ID": "<welcome.demo@example.net>",
    "Content-Type": "text/plain; charset=us-ascii",
  },
  [
    "Good morning,",
    "",
    "a postern is the small door in a castle wall, the one that people use who",
    "only want to fetch something and be gone again. That is what POP3 is for:",
    "come in, see what is there, take it home, close the door.",
    "",
    "You are reading this message through that door. The session went like this:",
    "",
    "    USER demo      who you are",
    "    PASS ....      how you prove it",
    "    RETR 1         this message, please",
    "    QUIT           goodbye",
    "",
    "Nothing was deleted. A POP3 server deletes what was marked with DELE, and",
    "only after QUIT: a line that breaks in the middle costs nobody a letter.",
    "",
    "Four more messages wait behind this one. Each shows something.",
    "",
    "The Doorkeeper",
  ],
);

const accents: string = message(
  {
    From: "=?utf-8?q?Zo=C3=AB_Mu=C3=B1oz?= <zoe@example.org>",
    Date: "Tue, 17 Nov 2026 10:30:00 +0100",
    Subject: "=?utf-8?q?Octets=2C_nothing_but_octets_=E2=9C=89?=",
    "Message-ID": "<octets.demo@example.org>",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
  },
  [
    "Liebe Leute, chers amis, 親愛なる皆さん,",
    "",
    "a server of mail is no reader of mail. It does not know that “é” is two",
    "octets and “門” three; it counts octets, and what LIST says is what you get.",
    "",
    "  door      Tür, porte, puerta, дверь, πόρτα, 門, دروازه",
    "  postern   Pforte, poterne, poterna, калитка, πυλίδα, 裏門",
    "",
    "If all of this looks right, nobody on the way tried to be clever.",
    "",
    "Zoë",
  ],
);

const dots: string = message(
  {
    From: newsletter,
    Date: "Wed, 18 Nov 2026 08:15:00 +0000",
    Subject: "A dot on a line of its own",
    "Message-ID": "<dots.demo@example.net>",
    "Content-Type": "text/plain; charset=us-ascii",
  },
  [
    "In POP3 a line with nothing but a dot ends the message. So what becomes of",
    "a message that has such a line itself? Here is one:",
    "",
    ".",
    "",
    "You are still reading. The server puts a second dot in front of every line",
    "that begins with one, and the client takes it away again:",
    "",
    ".one dot at the beginning",
    "..two dots",
    "...and an ellipsis",
    "",
    "If you count the same dots here as in the words, your client does it right.",
    "More than one does not.",
  ],
);

const plan = [
  "command,what it answers",
  "STAT,how many messages and octets",
  "LIST,octets of each",
  "UIDL,a name that stays",
];

const attachment: string = message(
  {
    From: "Registrar <registrar@example.org>",
    Date: "Thu, 19 Nov 2026 16:45:00 +0000",
    Subject: "Your list of commands, attached",
    "Message-ID": "<attached.demo@example.org>",
    "Content-Type": 'multipart/mixed; boundary="postern-demo"',
  },
  [
    "This is a message of several parts in MIME format.",
    "--postern-demo",
    "Content-Type: text/plain; charset=us-ascii",
    "",
    "Hello,",
    "",
    "the table you asked for is attached. CAPA is not on it: it came five years",
    "later, with RFC 2449, so that a client need not try things out to learn",
    "what a server can do.",
    "",
    "The Registrar",
    "--postern-demo",
    'Content-Type: text/csv; charset=us-ascii; name="commands.csv"',
    'Content-Disposition: attachment; filename="commands.csv"',
    "Content-Transfer-Encoding: base64",
    "",
    Buffer.from(`${plan.join("\r\n")}\r\n`)
      .toString("base64")
      .replaceAll(/.{76}/g, "$&\n"),
    "--postern-demo--",
  ],
);

const letters = (count: number): string => (count === 1 ? "1 letter" : `${count === 0 ? "no" : count} letters`);

const verses = (count: number): string[] =>
  Array.from({ length: count }, (_, step) => [
    `${letters(count - step)} lying in the drop, ${letters(count - step)} lying;`,
    "take one out and count the rest, and nobody is trying",
    `to hurry you: what you leave there is ${letters(count - step - 1)} lying.`,
    "",
  ]).flat();

const long: string = message(
  {
    From: newsletter,
    Date: "Fri, 20 Nov 2026 18:00:00 +0000",
    Subject: "The song of the long message (try TOP 5 8)",
    "Message-ID": "<long.demo@example.net>",
    "Content-Type": "text/plain; charset=us-ascii",
  },
  [
    "This one is long. TOP 5 8 fetches its header and the first eight lines of",
    "its body, which is how a client shows a preview without taking it all.",
    "",
    "You have seen enough of it when you come to the first letter:",
    "",
    ...verses(400),
    "And that was all of them.",
  ],
);

/** In the order in which they are delivered. */
export const demoMessages: readonly string[] = [welcome, accents, dots, attachment, long];
