# Tests of an agent that runs out of descriptors and processes, and of the locks' keeper.
# python3 Tests/BenchTests/starved_test.py
from __future__ import annotations

import json
import os
import resource
import select
import signal
import unittest
from typing import Any

from agent_case import Agent, AgentCase, taken


def descriptors(limit: int) -> Any:
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))


def below(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def ticks(pid: int) -> int:
    """Processor time used, in hundredths of a second."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return sum(int(word) for word in file.read().rpartition(")")[2].split()[11:13])


class StarvedTest(AgentCase):
    def wanted(self, number: int) -> dict[str, Any]:
        order = self.order(f"t{number}.localhost", owner=f"t{number}@acme.com")
        return {**order, "owner": order["owner"], "uniqueEmail": True, "idempotencyKey": f"r{number}"}

    def ask_for(self, agent: Agent, order: dict[str, Any]) -> Any:
        return agent.call("reserve", **taken("reserve", order))

    def test_locks_without_descriptors(self) -> None:
        """Each request is answered, the locks that there are stay, and the keeper rests."""
        agent = self.start(preexec=descriptors(60))
        keeper = below(agent.process.pid)[1]
        orders = [self.wanted(number) for number in range(40)]
        answers = [self.ask_for(agent, order) for order in orders]
        free = [o for o, a in zip(orders, answers) if a.get("result") == {"state": "free"}]
        errors = [a["error"] for a in answers if "error" in a]
        self.assertTrue(free and errors)
        self.assertEqual(len(free) + len(errors), len(orders))
        self.assertEqual({e["data"]["kind"] for e in errors}, {"database_unavailable"})
        self.assertIn("Too many open files", errors[-1]["message"])
        self.assertLess(ticks(keeper), 200)
        for order in free:
            agent.call("release", job=order["job"])
        answer = self.ask_for(agent, self.wanted(99))
        self.assertEqual(answer["result"], {"state": "free"})
        self.assertEqual(below(agent.process.pid)[1], keeper)

    def test_jobs_without_descriptors(self) -> None:
        """Jobs that find none fail with a sentence; those that run and those after them do not."""
        agent = self.start()
        jobs = [self.reserve(agent, self.wanted(number)) for number in range(30)]
        for pid in (agent.process.pid, below(agent.process.pid)[0]):
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (24, 24))  # the locks' keeper has what it needs
        numbers = [agent.ask("prepare", {"job": job, "timeout": 60}) for job in jobs]
        self.assertEqual(agent.call("ping")["result"], {})
        answers = [agent.wait(number) for number in numbers]
        refused = [a["error"]["message"] for a in answers if "error" in a]
        self.assertTrue(0 < len(refused) < len(numbers), refused)
        for sentence in refused:
            self.assertRegex(sentence, "no room for another process|Too many open files")
        self.sign_up(agent, self.order("after.localhost"))

    def test_a_job_that_asks_again(self) -> None:
        """It keeps what it has, and nobody else gets it."""
        agent = self.start()
        order = self.wanted(1)
        self.assertEqual(self.ask_for(agent, order)["result"], {"state": "free"})
        self.assertEqual(self.ask_for(agent, order)["result"], {"state": "free"})
        other = self.start()
        taken = self.ask_for(other, self.wanted(1))["result"]
        self.assertEqual(taken["state"], "busy")
        agent.call("release", job=order["job"])
        self.ask_for(agent, self.wanted(2))  # the keeper has let go by the time it answers
        self.assertEqual(self.ask_for(other, self.wanted(1))["result"], {"state": "free"})


class DeathTest(AgentCase):
    def end(self, agent: Agent) -> int:
        while True:
            try:
                agent.wait("nothing", 20)
            except Exception as error:
                self.assertEqual(type(error).__name__, "Ended")
                return agent.process.wait(20)

    def test_who_the_session_needs(self) -> None:
        """The fork server or the keeper: the session ends, to be started again."""
        for index in (0, 1):
            agent = self.start()
            os.kill(below(agent.process.pid)[index], signal.SIGKILL)
            self.assertEqual(self.end(agent), 0)

    def test_a_fork_server_that_stands_still(self) -> None:
        """An answer comes when the job's time is over, whatever the fork server does."""
        agent = self.start()
        server = below(agent.process.pid)[0]
        os.kill(server, signal.SIGSTOP)
        self.addCleanup(lambda: os.kill(server, signal.SIGCONT))
        number = agent.ask("http", {"site": "a", "url": "wsgi:", "path": "/", "timeout": 0.2})
        self.assertEqual(agent.wait(number, 10)["error"]["data"]["kind"], "timeout")
        self.assertEqual(agent.call("ping")["result"], {})

    def test_everything_ends_with_the_agent(self) -> None:
        agent = self.start()
        gate = self.bench / "gate"
        os.mkfifo(gate)
        self.levers(hold={"user_insert": str(gate)})
        agent.ask("prepare", {"job": self.reserve(agent), "timeout": 60})
        held = os.open(gate, os.O_WRONLY)  # a child with the apps' code waits there
        self.addCleanup(os.close, held)
        children = [pid for first in below(agent.process.pid) for pid in (first, *below(first))]
        self.assertEqual(len(children), 4)
        agent.process.kill()
        for pid in children:
            try:
                descriptor = os.pidfd_open(pid)
            except ProcessLookupError:
                continue
            self.assertTrue(select.select([descriptor], [], [], 10)[0], pid)
            os.close(descriptor)


if __name__ == "__main__":
    unittest.main()
