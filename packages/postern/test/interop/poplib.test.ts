// Python's poplib: one program that uses every command it knows, and keeps what it fetched in a file per message.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./support/program.js";
import type { Ended } from "./support/program.js";
import { password } from "./support/server.js";
import { filesIn, interop } from "./support/suite.js";
import type { Visit } from "./support/suite.js";

/** poplib itself refuses lines of more than 2,048 octets; its limit is a variable, which programs raise like this. */
const program = `
import poplib, ssl, sys

way, port, certificate, user, password, after = sys.argv[1:]
poplib._MAXLINE = 1 << 20
context = ssl.create_default_context(cafile=certificate)
if way == "tls":
    client = poplib.POP3_SSL("127.0.0.1", int(port), timeout=20, context=context)
else:
    client = poplib.POP3("127.0.0.1", int(port), timeout=20)
    if way == "stls":
        client.stls(context)
announced = client.capa()
assert announced["EXPIRE"] == ["NEVER"] and "UIDL" in announced and "TOP" in announced
assert ("STLS" in announced) == (way == "plain")
client.user(user)
client.pass_(password)
count, total = client.stat()
sizes = [int(line.split()[1]) for line in client.list()[1]]
assert len(sizes) == count and sum(sizes) == total
unique_ids = [line.split()[1] for line in client.uidl()[1]]
assert len(set(unique_ids)) == count
for number in range(1, count + 1):
    lines = client.retr(number)[1]
    assert sum(len(line) + 2 for line in lines) == sizes[number - 1], number
    header = lines[: lines.index(b"") + 1] if b"" in lines else lines
    assert client.top(number, 0)[1] == header, number
    assert client.top(number, 1)[1] == lines[: len(header) + 1], number
    assert client.top(number, 1 << 20)[1] == lines, number
    assert client.uidl(number).split()[2] == unique_ids[number - 1]
    with open("mail/%04d" % number, "wb") as file:
        file.write(b"".join(line + b"\\r\\n" for line in lines))
    if after == "delete":
        client.dele(number)
client.noop()
client.quit()
`;

async function run({ server, way, user, after, folder }: Visit): Promise<Ended> {
  const port = String(way === "tls" ? server.portTls : server.port);
  mkdirSync(join(folder, "mail"), { recursive: true });
  writeFileSync(join(folder, "program.py"), program);
  const args = [way, port, server.certificateFile, user, password, after];
  return runProgram(folder, "python3", "program.py", ...args);
}

interop({
  name: "poplib",
  programs: ["python3"],
  ways: ["plain", "stls", "tls"],
  lineEnds: "CRLF",
  changes: [],
  inUse: { status: 1, says: /\[IN-USE\]/ },
  run,
  received: (folder) => filesIn(join(folder, "mail")),
});
