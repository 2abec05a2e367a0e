"""What is no tenantd, or one that misbehaves: each ends in a sentence a person understands."""

from __future__ import annotations

import asyncio
import os
import tempfile
import unittest
from pathlib import Path
from typing import Any

from tenantd import AsyncTenantd, DisconnectedError, RequestError, StartError, Tenantd

from .support import FAKE, alive, kill

PATIENCE = 0.05
"""Of a client whose tenantd never says anything."""
GREETED = 1.0
"""Of one whose tenantd first has to answer the greeting, for which it has three times that."""


class Fakes(unittest.TestCase):
    """Runs each case with both faces."""

    def both(self, use: Any, binary: object = FAKE, **options: Any) -> list[Any]:
        options.setdefault("patience", 5)
        with Tenantd(str(binary), **options) as tenantd:
            sync = use(lambda *call: tenantd.call(*call))

        async def main() -> Any:
            async with AsyncTenantd(str(binary), **options) as tenantd:
                loop = asyncio.get_running_loop()

                def call(*call: Any) -> Any:
                    return asyncio.run_coroutine_threadsafe(tenantd.call(*call), loop).result()

                return await loop.run_in_executor(None, use, call)

        return [sync, asyncio.run(main())]

    def fails(self, kind: type[Exception], sentence: str, method: str = "ping", **given: Any) -> None:
        def use(call: Any) -> None:
            with self.assertRaises(kind) as caught:
                call(method)
            self.assertIs(type(caught.exception), kind)
            self.assertRegex(str(caught.exception), sentence)

        self.both(use, **given)


class StartTest(Fakes):
    def test_missing(self) -> None:
        self.fails(StartError, "There is no tenantd at /no/tenantd: build", binary="/no/tenantd")
        self.fails(StartError, "There is no tenantd on the PATH: build", binary="no-such-tenantd")

    def test_not_executable(self) -> None:
        with tempfile.NamedTemporaryFile() as file:
            self.fails(StartError, "is not executable: `chmod", binary=file.name)

    def test_no_program(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "tenantd")
            path.write_bytes(b"\x7fELF rubbish")
            path.chmod(0o700)
            self.fails(StartError, "cannot be started: .*Exec format error", binary=path)

    def test_no_such_folder(self) -> None:
        self.fails(StartError, "cannot be started: /no/folder: No such file", cwd="/no/folder")

    def start(self, how: str, sentence: str, **options: Any) -> None:
        self.fails(StartError, sentence, env={"FAKE_START": how}, **options)

    def test_another_version(self) -> None:
        self.start("other version", r"is tenantd 9\.1\.0, but this client speaks to 0\.1")

    def test_another_program(self) -> None:
        self.start("stranger", "speaks JSON-RPC, but is not tenantd")

    def test_rubbish(self) -> None:
        self.start("rubbish", "printed “Usage: something else”, which no tenantd does")

    def test_hanging(self) -> None:
        self.start("hang", "has not said anything for 0.15 s", patience=PATIENCE)

    def test_hanging_with_a_child_that_holds_the_pipes(self) -> None:
        self.start("wrapper", "has not said anything for 0.15 s", patience=PATIENCE)

    def test_a_wrong_setting(self) -> None:
        self.start("exit", r"^FAKE_START is wrong\.$")

    def test_a_program_that_ends_at_once(self) -> None:
        self.fails(StartError, "ended with exit code 0 before it answered", binary="/bin/true")

    def test_a_program_that_echoes(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "tenantd")
            path.write_text("#!/bin/sh\nexec cat\n")
            path.chmod(0o700)
            self.fails(StartError, "printed “{.*rpc.discover.*, which no tenantd does", binary=path)

    def test_a_program_that_closes_its_input(self) -> None:
        self.start("deaf", "has not said anything", patience=PATIENCE)


class LaterTest(Fakes):
    def test_killed_in_a_call(self) -> None:
        self.fails(DisconnectedError, "was killed by signal 9 .SIGKILL. before the answer", "die")

    def test_rubbish_in_a_call(self) -> None:
        self.fails(DisconnectedError, "printed “Warning: the moon is full”, which", "rubbish")

    def test_hanging_in_a_call(self) -> None:
        self.fails(DisconnectedError, "not said anything", "hang", patience=GREETED)

    def test_a_malformed_error(self) -> None:
        self.fails(RequestError, "malformed error", "malformed error")

    def test_the_next_call_has_a_new_process(self) -> None:
        def use(call: Any) -> None:
            first = call("pid")
            for method in ("die", "rubbish"):
                with self.assertRaises(DisconnectedError):
                    call(method)
            self.assertFalse(alive(first))
            self.assertNotEqual(call("pid"), first)

        self.both(use)

    def test_enormous_and_split_replies(self) -> None:
        def use(call: Any) -> None:
            for count, piece in ((3_000_000, 1 << 16), (50, 1), (100_000, 4097)):
                self.assertEqual(call("big", {"count": count, "piece": piece}), "€" * count)

        self.both(use)

    def test_values_survive(self) -> None:
        value = {"name": "a'b\"c $(x) `y` \\ \n\r\t\u2028\0 é 🎉", "list": [None, 1.5, -3, True]}
        self.assertEqual(self.both(lambda call: call("echo", value)), [value, value])

    def test_large_requests_wait_for_the_pipe(self) -> None:
        value = {"text": "x" * 900_000}
        self.assertEqual(self.both(lambda call: call("echo", value)), [value, value])

    def test_nothing_of_ours_reaches_its_environment(self) -> None:
        os.environ["DATABASE_PASSWORD"] = "secret"
        self.addCleanup(os.environ.pop, "DATABASE_PASSWORD")
        for environment in self.both(lambda call: call("environment"), env={"MINE": "1"}):
            self.assertNotIn("DATABASE_PASSWORD", environment)
            self.assertEqual(environment["MINE"], "1")


class RepeatTest(Fakes):
    def signup(self, deaths: int, key: str | None) -> None:
        with tempfile.NamedTemporaryFile("w") as counter:
            counter.write(str(deaths))
            counter.flush()
            with Tenantd(FAKE) as tenantd:
                tenant = tenantd.provision(
                    organization_name=counter.name, full_name="Jo", email="jo@x.co",
                    idempotency_key=key,
                )
            self.assertEqual(tenant.user, "jo@x.co")

    def test_with_a_key_it_is_repeated(self) -> None:
        self.signup(2, "key")

    def test_without_a_key_it_is_not(self) -> None:
        with self.assertRaises(DisconnectedError):
            self.signup(1, None)

    def test_not_for_ever(self) -> None:
        with self.assertRaises(DisconnectedError):
            self.signup(99, "key")

    def test_a_closed_client_stays_closed(self) -> None:
        tenantd = Tenantd(FAKE)
        pid = tenantd.call("pid")
        tenantd.close()
        self.assertFalse(alive(pid))
        with self.assertRaisesRegex(DisconnectedError, "This client was closed"):
            tenantd.ping()
        tenantd.close()

    def test_two_clients_have_two_processes(self) -> None:
        with Tenantd(FAKE) as one, Tenantd(FAKE) as two:
            pid = one.call("pid")
            self.assertNotEqual(pid, two.call("pid"))
            kill(pid)
            two.ping()
            one.ping()
