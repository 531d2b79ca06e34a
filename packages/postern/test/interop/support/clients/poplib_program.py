# Fetches a maildrop by poplib, using every command that poplib knows and checking what each one says, into a file per message.
import argparse
import poplib

import sasl

# poplib itself refuses lines of more than 2,048 octets; its limit is a variable, which programs raise like this.
poplib._MAXLINE = 1 << 20

arguments = argparse.ArgumentParser()
for name in ("way", "port", "certificate", "user", "secret", "method", "after", "folder"):
    arguments.add_argument(name)
arguments.add_argument("--own", help="a certificate to show, with its key")
arguments.add_argument("--utf8", action="store_true")
arguments.add_argument("--variant", default="")
given = arguments.parse_args()

context = sasl.context_for(given.certificate, given.own)
if given.way == "tls":
    client = poplib.POP3_SSL("127.0.0.1", int(given.port), timeout=20, context=context)
else:
    client = poplib.POP3("127.0.0.1", int(given.port), timeout=20)
    assert "STLS" in client.capa()
    if given.way == "stls":
        client.stls(context)

announced = client.capa()
assert announced["EXPIRE"] == ["NEVER"] and announced["UTF8"] == ["USER"] and announced["UIDL"] == []
assert ("STLS" in announced) == (given.way == "plain")
plus = [name for name in announced["SASL"] if name.endswith("-PLUS")]
assert (plus == []) == (given.way == "plain"), announced["SASL"]
assert ("EXTERNAL" in announced["SASL"]) == (given.own is not None), announced["SASL"]
if given.utf8:
    client.utf8()
if given.method == "USER":
    client.user(given.user)
    client.pass_(given.secret)
elif given.method == "APOP":
    client.apop(given.user, given.secret)
else:
    sasl.login(client, given.method, given.user, given.secret, given.variant)

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
    with open("%s/%04d" % (given.folder, number), "wb") as file:
        file.write(b"".join(line + b"\r\n" for line in lines))
    if given.after == "delete":
        client.dele(number)
client.noop()
client.quit()
