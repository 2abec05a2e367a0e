# A name, an owner and a request key, held for as long as a job works on them: against the bench's
# sites, and by the keeper's named locks against every other tenantd on the bench.
import os
from typing import Any, Callable

from . import config, index, keeper, recent
from .wire import JSON, Trouble

Answer = Callable[..., None]


class Reservations:
    """Of this session's jobs. The keeper is set when the session has one."""

    def __init__(self, sites: index.Index, answer: Answer) -> None:
        self.index, self.answer = sites, answer
        self.keeper: keeper.Keeper | None = None
        self.waiting: dict[int, tuple[Any, JSON]] = {}
        """Requests by the number of their question to the keeper."""
        self.reserved: dict[str, list[list[str]]] = {}
        """Locks by job."""
        self.number = 0

    def reserve(self, request: Any, params: JSON) -> JSON | None:
        """The answer at once where the bench has one, else None: the keeper's follows."""
        if found := self.existing(params):
            return found
        scope = config.bench_id() + ":"
        wanted = [["key", scope + params["idempotencyKey"]]] if params.get("idempotencyKey") else []
        wanted.append(["name", scope + params["site"]])
        if params.get("uniqueEmail"):
            wanted.append(["owner", scope + params["owner"]])
        if self.reserved.get(params["job"]) == wanted:
            return {"state": "free"}  # asked again, to be sure that it still has them
        # tenantd lets one of its own jobs at a time have a name: an older one has ended.
        for job, locks in list(self.reserved.items()):
            if job == params["job"] or any(lock in wanted for lock in locks):
                self.release({"job": job})
        self.number += 1
        self.waiting[self.number] = (request, {**params, "locks": wanted})
        self.tell({"id": self.number, "op": "lock", "locks": wanted})
        return None

    def existing(self, params: JSON) -> JSON | None:
        """What the bench's sites say about the order; None when nothing stands against it."""
        self.index.glance()
        if same := self.index.tenant("idempotencyKey", params.get("idempotencyKey")):
            return {"state": "same_key", "record": self.index.find(same)}
        if os.path.lexists(params["site"]):
            record = self.index.find(params["site"])
            if record and record["state"] in ("claiming", "dropping") and params.get("idempotencyKey"):
                if record["idempotencyKey"] == params["idempotencyKey"]:
                    # About to be published, or undone and begun again, by another tenantd.
                    return {"state": "busy"}
            return {"state": "site_exists"}
        if seconds := recent.rest(params["site"]):
            return {"state": "name_rests", "seconds": seconds}
        if params.get("uniqueEmail"):
            if other := self.index.tenant("owner", params["owner"]):
                return {"state": "email_in_use", "site": other}
        return None

    def hear(self, message: JSON) -> None:
        """The keeper's answer: all locks, or the kind of the one that is taken."""
        request, params = self.waiting.pop(message["id"], (None, {}))
        if request is None:
            return
        if error := message.get("error"):
            self.answer(request, error=error)
            return
        taken = {"key": "busy", "name": "site_exists", "owner": "email_in_use"}
        if message["taken"]:
            self.answer(request, {"state": taken[message["taken"]], "busy": True})
            return
        # Somebody may have published between the look and the locks.
        self.reserved[params["job"]] = params["locks"]
        if found := self.existing(params):
            self.release(params)
            self.answer(request, found)
            return
        self.answer(request, {"state": "free"})

    def check(self, job: str) -> None:
        """Nothing is made for a job whose reservation an earlier session had, or a connection to
        the database that was lost: somebody else may have taken it since."""
        if job not in self.reserved:
            raise Trouble("reservation_lost", "The job's reservation was lost; it is taken again.")

    def release(self, params: JSON) -> JSON:
        if locks := self.reserved.pop(params["job"], []):
            self.tell({"op": "unlock", "locks": locks})
        return {}

    def lost(self, locks: list[list[str]]) -> list[str]:
        """Another tenantd has taken them while the database was away; returns whose they were."""
        jobs = [job for job, held in self.reserved.items() if any(lock in locks for lock in held)]
        for job in jobs:
            self.release({"job": job})
        return jobs

    def cancel(self, job: str, why: Trouble) -> None:
        """Answers for a job that waits; should its locks still come, they are let go."""
        for number, (request, params) in list(self.waiting.items()):
            if params.get("job") == job:
                self.waiting[number] = (None, {})
                self.tell({"op": "unlock", "locks": params["locks"]})
                self.answer(request, error=why.error())

    def tell(self, message: JSON) -> None:
        if self.keeper:
            self.keeper.send(message)
