# Fetches every message of a maildrop by poplib, one after the other, as its documentation does, and tells what it took.
# Run by poplib.mjs: port, user, password.
import json
import poplib
import sys
import time

_, port, user, password = sys.argv
began, cpu_began = time.perf_counter(), time.process_time()
client = poplib.POP3("127.0.0.1", int(port))
client.user(user)
client.pass_(password)
messages = len(client.list()[1])
octets = 0
for number in range(1, messages + 1):
    _, lines, received = client.retr(number)
    octets += received
client.quit()
ms = (time.perf_counter() - began) * 1000
cpu_ms = (time.process_time() - cpu_began) * 1000
print(json.dumps({"messages": messages, "octets": octets, "ms": ms, "cpuMs": cpu_ms}))
