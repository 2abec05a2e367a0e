"""The core: the same conversation at every split, and what it does with what it does not expect."""

from __future__ import annotations

import json
import unittest

from tenantd._errors import DisconnectedError, NoSuchSiteError
from tenantd._process import BackOff, Log, scrubbed
from tenantd._wire import Call, Rubbish, Silence, Wire


def ignore() -> None:
    pass


class WireTest(unittest.TestCase):
    def calls(self, wire: Wire, count: int) -> list[Call]:
        calls = [Call(ignore) for _ in range(count)]
        for call in calls:
            wire.request("m", {}, call)
        return calls

    def test_every_split(self) -> None:
        text = (
            '{"jsonrpc":"2.0","method":"progress","params":{"id":1,"state":"started","of":5}}\n'
            '{"jsonrpc":"2.0","id":2,"result":"\u2028€\r🎉"}\r\n\n'
            '{"jsonrpc":"2.0","id":1,"error":{"code":-32003,"message":"No.",'
            '"data":{"kind":"no_such_site","site":"x"}}}\n'
        )
        # A lone CR is no line end, and raw in a string no JSON either: it travels escaped.
        data = text.replace("€\r", "€\\r").encode()
        for split in range(len(data) + 1):
            for second in range(split, len(data) + 1, 7):
                wire = Wire()
                one, two = self.calls(wire, 2)
                for piece in (data[:split], data[split:second], data[second:]):
                    if piece:
                        wire.feed(piece)
                self.assertEqual(list(one.progress), [{"state": "started", "of": 5}])
                self.assertEqual(two.value(), "\u2028€\r🎉")
                with self.assertRaises(NoSuchSiteError) as caught:
                    one.value()
                self.assertEqual(caught.exception.site, "x")

    def test_the_request_is_one_ascii_line_with_its_id_first(self) -> None:
        line = Wire().request("provision", {"organizationName": 'A "b"\n$(x) é🎉\ud800'}, None)
        self.assertTrue(line.isascii())
        self.assertEqual(line.count(b"\n"), 1)
        self.assertTrue(line.startswith(b'{"jsonrpc":"2.0","id":1,'))
        self.assertEqual(json.loads(line)["params"]["organizationName"], 'A "b"\n$(x) é🎉\ud800')

    def test_no_number_that_json_lacks(self) -> None:
        with self.assertRaises(ValueError):
            Wire().request("cleanup", {"delay": float("nan")}, None)

    def test_answers_to_nobody_are_dropped(self) -> None:
        wire = Wire()
        (call,) = self.calls(wire, 1)
        wire.feed(b'{"jsonrpc":"2.0","id":7,"result":1}\n{"jsonrpc":"2.0","id":"1","result":1}\n')
        wire.feed(b'{"jsonrpc":"2.0","id":true,"result":1}\n{"jsonrpc":"2.0","id":null,"error":{}}\n')
        wire.feed(b'{"jsonrpc":"2.0","method":"progress"}\n{"jsonrpc":"2.0","method":"news"}\n')
        self.assertFalse(call.done)
        wire.feed(b'{"jsonrpc":"2.0","id":1,"result":null}\n')
        self.assertTrue(call.done)

    def test_rubbish(self) -> None:
        for line in (b"hello", b"[]", b"1", b'{"id":1}', b"\xff\xfe", b"[" * 100_000):
            with self.subTest(line[:9]), self.assertRaises(Rubbish):
                Wire().feed(line + b"\n")

    def test_an_end_fails_each_call_with_an_exception_of_its_own(self) -> None:
        wire = Wire()
        one, two = self.calls(wire, 2)
        wire.end(DisconnectedError("gone"))
        self.assertIsInstance(one.error, DisconnectedError)
        self.assertIsNot(one.error, two.error)

    def test_silence(self) -> None:
        wire = Wire()
        self.assertIs(wire.silence(), Silence.FINE)  # nobody waits
        (call,) = self.calls(wire, 1)
        self.assertIs(wire.silence(), Silence.FINE)  # it has only just been sent
        self.assertIs(wire.silence(), Silence.ASK)
        wire.feed(b'{"jsonrpc":"2.0","id":9,"result":"pong"}\n')
        self.assertIs(wire.silence(), Silence.FINE)
        self.assertIs(wire.silence(), Silence.ASK)
        self.calls(wire, 1)  # new requests are no sign of life
        self.assertIs(wire.silence(), Silence.GIVE_UP)


class ProcessTest(unittest.TestCase):
    def test_the_environment_is_scrubbed(self) -> None:
        given = {
            "PATH": "/bin", "HOME": "/root", "TENANTD_APP": "x", "DOCKER_HOST": "y",
            "COMPOSE_FILE": "z", "ADMIN_PASSWORD": "needed", "LC_ALL": "C",
            "DATABASE_URL": "no", "SECRET_KEY": "no", "AWS_SECRET_ACCESS_KEY": "no",
            "TENANT_PASSWORD": "no", "STRIPE_KEY": "no",
        }
        self.assertEqual(
            {name for name, value in given.items() if value != "no"}, scrubbed(given).keys()
        )

    def test_back_off_doubles_while_processes_die_young(self) -> None:
        back_off = BackOff()
        self.assertEqual(back_off.delay(0), 0)
        delays = []
        for now in range(9):
            back_off.started(now)
            back_off.died()
            delays.append(back_off.delay(now + 1))
        self.assertEqual(delays[:3], [0.1, 0.2, 0.4])
        self.assertEqual(delays[-1], BackOff.LONGEST)
        self.assertEqual(back_off.delay(100), 0)

    def test_log_lines_have_their_level(self) -> None:
        log = Log()
        with self.assertLogs("tenantd", "DEBUG") as caught:
            log.feed(b'{"time":"t","level":"info","message":"accep')
            log.feed(b'ted","job":1}\n{"level":"error","message":"bad"}\nplain\n[1]\n')
        self.assertEqual(
            [(record.levelname, record.getMessage()) for record in caught.records],
            [("INFO", "accepted job=1"), ("ERROR", "bad"), ("WARNING", "plain"), ("WARNING", "[1]")],
        )
        self.assertEqual(log.words, "[1]")


if __name__ == "__main__":
    unittest.main()
