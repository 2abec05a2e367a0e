"""`python -m tenantd`: documents, sentences, exit codes, the progress line, where passwords go."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from typing import Any

from tenantd.__main__ import EXIT_CODES
from tenantd._errors import RequestError

from .support import FAKE, HERE, REPOSITORY, SandboxCase

PASSWORD = "Marker'\"$ Pass 1 ✓"


class CommandLineTest(SandboxCase):
    def command(self, *words: str) -> list[str]:
        return [
            sys.executable, "-m", "tenantd", f"--binary={self.binary}",
            f"--sandbox={self.sandbox}", *words,
        ]

    def run_it(
        self, *words: str, code: int = 0, text: str = "", env: dict[str, str] | None = None
    ) -> tuple[Any, str]:
        """The document on standard output, and what standard error says."""
        done = subprocess.run(
            self.command(*words), cwd=HERE.parent, env={**os.environ, **(env or {})}, input=text,
            capture_output=True, encoding="utf-8",
        )
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout) if done.stdout else None, done.stderr

    def test_a_tenant_from_its_making_to_its_removal(self) -> None:
        tenant, said = self.run_it(
            "provision", "--organization", "A 'b' \"c\" $HOME 🎉", "--email", "jo@acme.com",
            "--subdomain=acme", "--key=k",
        )
        self.assertEqual((tenant["site"], said), ("acme.localhost", ""))
        status, _ = self.run_it("status", tenant["site"])
        self.assertEqual(status["organization"], "A 'b' \"c\" $HOME 🎉")
        self.assertEqual(self.run_it("status")[0]["tenants"], {"active": 1})
        report, _ = self.run_it("cleanup", "--pattern", "acme*", "--dry-run")
        self.assertEqual([entry["name"] for entry in report["dropped"]], ["acme.localhost"])
        self.run_it("cleanup", "acme.localhost", "--delay=0")
        self.assertEqual(self.sites(), set())
        report, _ = self.run_it("cleanup", "acme.localhost", "--delay=0", code=4)
        self.assertEqual(report["failed"][0]["name"], "acme.localhost")

    def test_errors(self) -> None:
        document, said = self.run_it(
            "provision", "--organization=Acme", "--email=no", code=EXIT_CODES["invalid_params"]
        )
        self.assertEqual(document["error"]["data"]["kind"], "invalid_params")
        self.assertIn("email", said)
        self.assertIn("Correct the fields", said)
        self.run_it("status", "none.localhost", code=EXIT_CODES["no_such_site"])
        document, said = self.run_it(
            "status", code=EXIT_CODES["start_failed"], env={"TENANTD_QUEUE": "x"}
        )
        self.assertRegex(said, "^tenantd: TENANTD_QUEUE is “x”")
        self.assertEqual(document["error"]["data"]["kind"], "start_failed")
        self.run_it("provision", code=2)
        self.run_it("nonsense", code=2)

    def test_every_kind_has_an_exit_code_of_its_own(self) -> None:
        codes = [EXIT_CODES[kind] for kind in RequestError.kinds]
        self.assertEqual(len(codes), len(set(codes)))
        said = subprocess.run([self.binary, "describe"], check=True, capture_output=True)
        known = {row["kind"]: row["exitCode"] for row in json.loads(said.stdout)["errors"]}
        self.assertEqual({kind: EXIT_CODES[kind] for kind in RequestError.kinds}, known)

    def test_passwords_from_standard_input_a_file_and_the_environment(self) -> None:
        file = self.folder / "password"
        file.write_text(PASSWORD + "\n", "utf-8")
        ways: list[tuple[str, dict[str, str], list[str]]] = [
            (PASSWORD + "\n", {}, ["--password-file=-"]),
            ("", {}, [f"--password-file={file}"]),
            ("", {"TENANT_PASSWORD": PASSWORD}, []),
        ]
        for index, (text, env, words) in enumerate(ways):
            signup = ["provision", f"--organization=Acme {index}", f"--email=jo{index}@acme.com"]
            tenant, _ = self.run_it(*signup, *words, text=text, env=env)
            self.assertNotIn("password", tenant)  # it is ours, so tenantd made none
        _, said = self.run_it(
            "provision", "--organization=A", "--email=x", "--password-file=/none", code=2
        )
        self.assertIn("/none", said)
        self.run_it("provision", "--organization=A", "--email=x", "--password-file=-", code=2)

    def test_the_password_is_in_no_environment_of_tenantd(self) -> None:
        code = (
            "import os, sys; sys.path.insert(0, '.'); from tenantd import Tenantd\n"
            "with Tenantd(sys.argv[1]) as t: print(t.call('environment'))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(FAKE)], cwd=HERE.parent, check=True,
            capture_output=True, text=True, env={**os.environ, "TENANT_PASSWORD": PASSWORD},
        )
        self.assertIn("PATH", done.stdout)
        self.assertNotIn("TENANT_PASSWORD", done.stdout)

    def on_a_terminal(self, *words: str) -> tuple[subprocess.Popen[bytes], int]:
        ours, theirs = pty.openpty()
        self.shown = b""
        self.addCleanup(os.close, ours)
        process = subprocess.Popen(
            self.command(*words), cwd=HERE.parent, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=theirs,
        )
        os.close(theirs)
        return process, ours

    def until(self, terminal: int, text: bytes) -> None:
        """Reads what the terminal shows; what comes behind the text is kept for the next one."""
        while text not in self.shown:
            try:
                piece = os.read(terminal, 1 << 16)
            except OSError:  # EIO: the other end is closed
                piece = b""
            self.assertTrue(piece, self.shown)
            self.shown += piece
        self.shown = self.shown.partition(text)[2]

    def test_a_progress_line_on_a_terminal(self) -> None:
        process, terminal = self.on_a_terminal(
            "provision", "--organization=Acme", "--email=jo@acme.com"
        )
        self.until(terminal, b"[1/5] Create site")
        self.until(terminal, b"[5/5] Issue API keys")
        document, _ = process.communicate()
        self.assertEqual(json.loads(document)["site"], "acme.localhost")

    def test_interrupting_a_clean_up_that_waits_deletes_nothing(self) -> None:
        self.run_it("provision", "--organization=Acme", "--email=jo@acme.com")
        process, terminal = self.on_a_terminal("cleanup", "--pattern=*", "--delay=600")
        self.until(terminal, b"to be dropped: site acme.localhost")
        self.until(terminal, b"1 to be dropped in 600 s; Ctrl-C stops it")
        process.send_signal(signal.SIGINT)
        document, _ = process.communicate()
        self.assertEqual(process.returncode, 130)
        self.assertEqual(json.loads(document)["error"]["data"]["kind"], "cancelled")
        self.assertEqual(self.sites(), {"acme.localhost"})

    def test_interrupting_a_signup_undoes_it(self) -> None:
        self.run_it("status")
        self.hold("user_insert")
        process, terminal = self.on_a_terminal(
            "provision", "--organization=Acme", "--email=jo@acme.com"
        )
        self.until(terminal, b"[3/5]")
        process.send_signal(signal.SIGINT)
        document, _ = process.communicate()
        self.assertEqual(process.returncode, 130)
        self.assertTrue(json.loads(document)["error"]["data"]["rolledBack"])
        self.assertEqual(self.sites(), set())
