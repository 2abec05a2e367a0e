# A mail server that keeps what it is sent: it runs in the bench's container, as one program text.
from __future__ import annotations

import json
import subprocess
from typing import Any

from bench import Compose
from report import NotRun

PORT = 2525
SINK = '''
import json, socketserver, sys
class Mail(socketserver.StreamRequestHandler):
    def handle(self):
        def say(line): self.wfile.write(line.encode() + b"\\r\\n")
        say("220 sink")
        sender, to = "", []
        while line := self.rfile.readline():
            word = line.decode(errors="replace").strip()
            upper = word.upper()
            if upper.startswith("MAIL FROM:"):
                sender = word[10:]
            if upper.startswith("RCPT TO:"):
                to.append(word[8:])
            if upper == "DATA":
                say("354 go on")
                text = b""
                while (line := self.rfile.readline()) not in (b".\\r\\n", b""):
                    text += line
                mail = dict(sender=sender, to=to, text=text.decode(errors="replace"))
                print(json.dumps(mail), flush=True)
            say("221 bye" if upper == "QUIT" else "250 ok")
            if upper == "QUIT":
                return
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
import threading
server = Server(("0.0.0.0", int(sys.argv[1])), Mail)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({}), flush=True)
sys.stdin.read()
'''
"""Prints each mail as a line of JSON, after one empty object. It ends with its input."""


class MailSink:
    def __init__(self, bench: Compose) -> None:
        self.bench = bench

    def __enter__(self) -> MailSink:
        words = [*self.bench.exec, "env/bin/python", "-uc", SINK, str(PORT)]
        self.process = subprocess.Popen(
            words, cwd=self.bench.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        if self.next() != {}:
            raise NotRun("the mail server does not start")
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def next(self) -> Any:
        """The next mail; waits for it as long as the server runs."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise NotRun("the mail server has ended")
        return json.loads(line)
