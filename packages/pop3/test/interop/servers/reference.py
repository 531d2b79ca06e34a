# Fetches every message of a maildrop into a file each, with plain sockets: what a server really sends, for clients to be measured by.
# Knows USER, PASS, STAT, RETR and QUIT, and nothing of the programs under test.
# usage: reference.py PORT USER PASSWORD FOLDER
import socket
import sys

port, user, password, folder = sys.argv[1:]
stream = socket.create_connection(("127.0.0.1", int(port)), 20).makefile("rwb")


def say(command):
    stream.write(command.encode() + b"\r\n")
    stream.flush()


def status():
    line = stream.readline()
    if not line.startswith(b"+OK"):
        sys.exit("the server said %r" % line)
    return line


status()
say("USER " + user)
status()
say("PASS " + password)
status()
say("STAT")
for number in range(1, int(status().split()[1]) + 1):
    say("RETR %d" % number)
    status()
    with open("%s/%08d" % (folder, number), "wb") as file:
        # Lines end with CRLF; an LF alone is an octet like any other, and so `readline` may give less than a line.
        line = b""
        while True:
            part = stream.readline()
            if not part:
                sys.exit("the server closed within message %d" % number)
            line += part
            if not line.endswith(b"\r\n"):
                continue
            if line == b".\r\n":
                break
            file.write(line[1:] if line.startswith(b".") else line)
            line = b""
say("QUIT")
status()
