# Tests of what an order finds taken: by the bench's sites before the locks and after, and by the
# locks. python3 Tests/BenchTests/reservation_test.py
from __future__ import annotations

import shutil
import unittest
from typing import Any

from ownership_case import OwnershipCase
from tenantd_agent import index, keeper, reservations
from tenantd_agent.wire import Trouble

JOB = "1" * 32
ORDER = {
    "job": JOB,
    "site": "acme.localhost",
    "owner": "john@acme.com",
    "idempotencyKey": "key-1",
    "uniqueEmail": True,
}


class Keeper(keeper.Keeper):
    """Takes down what it is asked for; the test answers."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def send(self, message: Any) -> None:
        self.asked.append(message)


class ReservationTest(OwnershipCase):
    def setUp(self) -> None:
        super().setUp()
        self.answers: list[Any] = []
        self.held = reservations.Reservations(index.bench, self.answer)
        self.keeper = self.held.keeper = Keeper()

    def answer(self, request: Any, result: Any = None, error: Any = None) -> None:
        self.answers.append((request, error["data"]["kind"] if error else result["state"]))

    def ask(self, question: str, **other: Any) -> None:
        """The first look finds nothing: the keeper is asked for the locks."""
        self.assertIsNone(self.held.reserve(question, {**ORDER, **other}))
        self.assertEqual(self.keeper.asked[-1]["op"], "lock")

    def hear(self, taken: str | None = None) -> None:
        self.held.hear({"id": self.held.number, "taken": taken})

    def unlocked(self) -> list[Any]:
        return [m["locks"] for m in self.keeper.asked if m["op"] == "unlock"]

    def tenant(self, site: str, **order: str) -> None:
        self.site(site, self.name(1), **order)

    def test_all_three_are_locked_in_this_benchs_name(self) -> None:
        self.ask("r")
        bench = self.name(0).split("_")[1]
        wanted = [["key", "key-1"], ["name", "acme.localhost"], ["owner", "john@acme.com"]]
        locks = [[kind, f"{bench}:{value}"] for kind, value in wanted]
        self.assertEqual(self.keeper.asked[-1]["locks"], locks)
        self.hear()
        self.assertEqual(self.answers, [("r", "free")])
        self.held.check(JOB)
        self.held.release(ORDER)
        self.assertEqual(self.unlocked(), [locks])
        with self.assertRaises(Trouble):
            self.held.check(JOB)

    def test_what_is_published_between_the_look_and_the_locks(self) -> None:
        """Its publisher has let go of the locks by then: without a second look both have it."""
        for what, site, order in (
            ("site_exists", "acme.localhost", {"owner": "jane@acme.com"}),
            ("email_in_use", "other.localhost", {"owner": "john@acme.com"}),
            ("same_key", "other.localhost", {"idempotencyKey": "key-1"}),
        ):
            with self.subTest(what):
                self.ask(what)
                self.tenant(site, **order)
                self.hear()
                self.assertEqual(self.answers[-1], (what, what))
                self.assertEqual(self.unlocked()[-1], self.keeper.asked[-2]["locks"])
                with self.assertRaises(Trouble):
                    self.held.check(JOB)
                shutil.rmtree(site)

    def test_what_the_bench_has_asks_for_no_lock(self) -> None:
        self.tenant("acme.localhost", owner="john@acme.com", idempotencyKey="key-1")
        for other, state in (
            ({}, "same_key"),
            ({"idempotencyKey": None}, "site_exists"),
            ({"idempotencyKey": "key-2", "site": "b.localhost"}, "email_in_use"),
        ):
            found = self.held.reserve("r", {**ORDER, **other})
            self.assertEqual((found or {})["state"], state)
        self.assertEqual(self.keeper.asked, [])
        self.ask("r", idempotencyKey="key-2", site="b.localhost", uniqueEmail=False)

    def test_a_tenant_of_0_1_is_known_by_its_key_and_organization(self) -> None:
        self.tenant("old.localhost", owner="jo@old.com", request="key-1", organisation="Old & Co")
        self.assertIsNotNone(self.held.reserve("r", {**ORDER, "site": "new.localhost"}))
        record = index.read("old.localhost")
        self.assertEqual((record["organization"], record["idempotencyKey"]), ("Old & Co", "key-1"))

    def test_a_lock_that_is_taken(self) -> None:
        for taken, state in (("key", "busy"), ("name", "site_exists"), ("owner", "email_in_use")):
            self.ask(taken)
            self.hear(taken)
            self.assertEqual(self.answers[-1], (taken, state))
            with self.assertRaises(Trouble):
                self.held.check(JOB)

    def test_a_job_that_is_cancelled_while_it_waits_lets_go(self) -> None:
        self.ask("r")
        self.held.cancel(JOB, Trouble("cancelled", "no more"))
        self.assertEqual(self.answers, [("r", "cancelled")])
        self.assertEqual(self.unlocked(), [self.keeper.asked[0]["locks"]])
        self.hear()
        self.assertEqual(len(self.answers), 1)
        with self.assertRaises(Trouble):
            self.held.check(JOB)

    def test_locks_that_were_lost_take_their_job_with_them(self) -> None:
        self.ask("r")
        self.hear()
        [_, name, _] = self.keeper.asked[0]["locks"]
        self.assertEqual(self.held.lost([["name", "another"]]), [])
        self.assertEqual(self.held.lost([name]), [JOB])
        with self.assertRaises(Trouble):
            self.held.check(JOB)


if __name__ == "__main__":
    unittest.main()
