# Mutated requests and configs: each request has an answer, and the session goes on.
# python3 Tests/BenchTests/fuzz_test.py [SEED [ROUNDS]]
from __future__ import annotations

import json
import os
import random
import sys
import unittest
from typing import Any

from agent_case import METHODS, AgentCase, taken

ODD: list[Any] = [
    None, True, 0, -1, 7, 1e308, "", "x", "\0", "../..", "acme.localhost", "a" * 300, "\ud800",
    [], ["a"], [["key", "x"]], {}, {"a": {"b": 1}}, {"name": 7}, 2**70, -0.5, "∞",
]  # fmt: skip
SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 20
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 300


class FuzzTest(AgentCase):
    def setUp(self) -> None:
        super().setUp()
        self.random = random.Random(SEED)

    def mutated(self, value: Any, share: float = 0.25) -> Any:
        """The value with some of it replaced, left out or added to."""
        if self.random.random() < share:
            return self.random.choice(ODD)
        if isinstance(value, dict):
            kept = {k: self.mutated(v, share) for k, v in value.items() if self.random.random() > 0.1}
            if self.random.random() < share:
                kept[self.random.choice(("hidden", "job", "force", "size", "x"))] = self.random.choice(ODD)
            return kept
        if isinstance(value, list):
            return [self.mutated(item, share) for item in value]
        return value

    def request(self) -> Any:
        order = {
            **self.order("acme.localhost"), "owner": "john@acme.com", "uniqueEmail": True,
            "idempotencyKey": "key", "hidden": "tenantd-" + "0" * 32, "size": 1, "owner": "john@acme.com",
            "apiKey": "k", "apiSecret": "s", "path": "/", "url": "wsgi:", "timeout": 2,
        }  # fmt: skip
        method = self.random.choice([*METHODS, "none"])
        # What a method does not take is refused before anything is done: not too often.
        params = order if self.random.random() < 0.1 else taken(method, order)
        return self.mutated({"jsonrpc": "2.0", "method": method, "params": params}, 0.08)

    def test_requests(self) -> None:
        agent = self.start()
        for round in range(ROUNDS):
            request = self.request()
            if not isinstance(request, dict):
                agent.send(json.dumps(request).encode())
                self.assertIn("error", agent.wait(None))
                continue
            request["id"] = round
            agent.send(json.dumps(request).encode())
            try:
                answer = agent.wait(round, 15)
            except Exception as error:
                raise AssertionError(f"seed {SEED}, round {round}: {error!r} to {request}") from error
            self.assertTrue(("result" in answer) != ("error" in answer), answer)
            if "error" in answer:
                self.assertTrue(answer["error"]["message"], request)
                self.assertTrue(answer["error"]["data"]["kind"], request)
        self.assertEqual(agent.call("ping")["result"], {})
        self.sign_up(agent, self.order("good.localhost", owner="good@acme.com"))

    def test_lines(self) -> None:
        agent = self.start()
        for line in (b"{", b"[" * 100000, b"\xff\xfe", b"7", b'{"method":[]}', b'"x"', b"null"):
            agent.send(line)
            self.assertIn("error", agent.wait(None), line)
        self.assertEqual(agent.call("ping")["result"], {})

    def test_configs(self) -> None:
        """One site's file is that site's own trouble."""
        agent = self.start()
        self.sign_up(agent, self.order("good.localhost"))
        whole = self.config("good.localhost")
        for round in range(ROUNDS // 3):
            site = self.sites / f"odd{round % 7}.localhost"
            os.makedirs(site, exist_ok=True)
            text = json.dumps(self.mutated(whole, 0.2))
            if self.random.random() < 0.2:
                text = text[: self.random.randrange(len(text))]
            (site / "site_config.json").write_text(text, encoding="utf-8", errors="replace")
            for method in ("sites", "overview"):
                answer = agent.call(method)
                self.assertIn("result", answer, f"seed {SEED}, round {round}: {text}")
            answer = agent.call("sites", site="good.localhost")
            self.assertEqual(answer["result"]["sites"][0]["state"], "active")
            if round % 25 == 0:
                answer = agent.call("reconcile", job=os.urandom(16).hex())
                self.assertIn("result", answer, f"seed {SEED}, round {round}: {text}")
        order = self.order("more.localhost", owner="more@acme.com")
        wanted = {**order, "owner": order["owner"], "uniqueEmail": True}
        reserved = agent.call("reserve", **taken("reserve", wanted))
        self.assertEqual(reserved["result"], {"state": "free"})
        self.sign_up(agent, order)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
