# SASL for poplib, which has none: each mechanism written from its RFC with Python's library alone, so that the server's own
# code is not what judges the server. `login` raises what poplib raises where the server refuses, and an AssertionError where
# the server does not prove that it knows the password.
import base64
import hashlib
import hmac
import os
import ssl


def login(client, mechanism, user, secret, variant=""):
    """Logs in; `variant` is a channel binding or flag to use instead of the right one."""
    if mechanism.startswith("SCRAM-"):
        return scram(client, mechanism, user, secret, variant)
    responses = {
        "PLAIN": b"\0%b\0%b" % (user.encode(), secret.encode()),
        "EXTERNAL": user.encode(),
        "OAUTHBEARER": b"n,a=%b,\x01auth=Bearer %b\x01\x01" % (user.encode(), secret.encode()),
        "XOAUTH2": b"user=%b\x01auth=Bearer %b\x01\x01" % (user.encode(), secret.encode()),
    }
    return finish(client, client._shortcmd("AUTH %s %s" % (mechanism, coded(responses[mechanism]) or "=")))


def scram(client, mechanism, user, password, variant):
    """RFC 5802, RFC 7677; the channel binding is that of RFC 5929 §4."""
    plus = mechanism.endswith("-PLUS")
    name = "sha1" if "-SHA-1" in mechanism else "sha256"
    if plus:
        header = b"p=tls-server-end-point,,"
        bound = server_end_point(client.sock) if variant == "" else os.urandom(32)
    else:
        header, bound = (variant or "n").encode() + b",,", b""
    nonce = coded(os.urandom(18)).encode()
    first = b"n=%b,r=%b" % (user.replace("=", "=3D").replace(",", "=2C").encode(), nonce)
    # Half of the mechanisms with an initial response (RFC 5034 §4), half without.
    if plus:
        reply = client._shortcmd("AUTH %s %s" % (mechanism, coded(header + first)))
    else:
        reply = client._shortcmd("AUTH " + mechanism)
        assert reply == b"+ ", reply
        reply = client._shortcmd(coded(header + first))
    challenge = decoded(reply)
    fields = dict(field.split(b"=", 1) for field in challenge.split(b","))
    assert fields[b"r"].startswith(nonce) and len(fields[b"r"]) > len(nonce), challenge

    salted = hashlib.pbkdf2_hmac(name, password.encode(), base64.b64decode(fields[b"s"]), int(fields[b"i"]))
    client_key = hmac.digest(salted, b"Client Key", name)
    final = b"c=%b,r=%b" % (coded(header + bound).encode(), fields[b"r"])
    signed = b",".join((first, challenge, final))
    signature = hmac.digest(hashlib.new(name, client_key).digest(), signed, name)
    proof = bytes(a ^ b for a, b in zip(client_key, signature))
    reply = client._shortcmd(coded(final + b",p=" + coded(proof).encode()))

    server_signature = hmac.digest(hmac.digest(salted, b"Server Key", name), signed, name)
    assert decoded(reply) == b"v=" + coded(server_signature).encode(), reply
    return finish(client, client._shortcmd(""))


def server_end_point(sock):
    """The hash of the certificate by its signature's hash function; the certificate of the tests is signed with SHA-256."""
    certificate = sock.getpeercert(binary_form=True)
    assert bytes.fromhex("2a8648ce3d040302") in certificate, "not signed by ECDSA with SHA-256"
    return hashlib.sha256(certificate).digest()


def finish(client, reply):
    """Ends an exchange that has failed where the server tells why first (RFC 7628 §3.2.3)."""
    return reply if reply.startswith(b"+OK") else client._shortcmd(coded(b"\x01"))


def coded(octets):
    return base64.b64encode(octets).decode()


def decoded(reply):
    assert reply.startswith(b"+ "), reply
    return base64.b64decode(reply[2:], validate=True)


def context_for(certificate, own=None):
    """TLS that believes this certificate alone, and shows `own`, a file with a certificate and its key."""
    context = ssl.create_default_context(cafile=certificate)
    if own is not None:
        context.load_cert_chain(own)
    return context
