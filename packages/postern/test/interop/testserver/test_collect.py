import json
import poplib
import signal
import ssl
import subprocess
import unittest


def collect(server, keep):
    """The program under test: keeps every message, and deletes what it has kept."""
    context = ssl.create_default_context(cadata=server["ca"])
    pop = poplib.POP3_SSL("localhost", server["tlsPort"], context=context, timeout=10)
    try:
        pop.user("alice")
        pop.pass_("secret")
        for number in range(1, pop.stat()[0] + 1):
            keep(b"\n".join(pop.retr(number)[1]))
            pop.dele(number)
        pop.quit()
    finally:
        pop.close()


class CollectTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        command = ["postern", "testserver", "--json", "--scenario", "scenario.toml"]
        cls.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        cls.server = json.loads(cls.process.stdout.readline())

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.wait()
        cls.process.stdout.close()

    def tearDown(self):
        # All messages and all faults are there again once it has said so.
        self.process.send_signal(signal.SIGHUP)
        self.process.stdout.readline()

    def test_a_message_that_was_cut_short_is_neither_kept_nor_deleted(self):
        kept = []
        with self.assertRaises(poplib.error_proto):
            collect(self.server, kept.append)
        self.assertEqual(kept, [b"Subject: one"])
        collect(self.server, kept.append)
        self.assertEqual(kept[1:], [b"Subject: one", b"Subject: two", b"Subject: three"])

    def test_what_is_listed_is_read(self):
        pop = poplib.POP3("127.0.0.1", self.server["port"], timeout=10)
        self.assertEqual(pop.capa()["LOGIN-DELAY"], ["300"])
        pop.quit()


if __name__ == "__main__":
    unittest.main()
