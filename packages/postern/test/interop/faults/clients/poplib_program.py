# Fetches a maildrop by poplib as small programs do: every message into a file, deleted once it is written; and then QUIT.
# It remembers no unique-ids. What poplib makes of a fault is left to show: nothing is caught.
import os
import poplib
import ssl
import sys

way, port, ca, user, password, silence, folder = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
if way == "tls":
    client = poplib.POP3_SSL("localhost", int(port), timeout=float(silence), context=context)
else:
    client = poplib.POP3("localhost", int(port), timeout=float(silence))
    if way == "stls":
        client.stls(context)
client.user(user)
client.pass_(password)
count, _ = client.stat()
for number in range(1, count + 1):
    lines = client.retr(number)[1]
    with open("%s/%04d" % (folder, len(os.listdir(folder))), "wb") as file:
        file.write(b"".join(line + b"\r\n" for line in lines))
    client.dele(number)
client.quit()
