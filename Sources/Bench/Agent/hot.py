# The agent's side of the standbys: which hot child holds which site, and for which job.
import time
from typing import Any

from . import children, jobs, secrecy, wire
from .wire import JSON, Trouble


class Standbys:
    """The hot children of this session, by what they are to whom."""

    def __init__(self) -> None:
        self.ready: dict[str, children.Child] = {}
        """Holding a site for anybody, by the site's name; the oldest first."""
        self.assigned: dict[str, children.Child] = {}
        """Holding a site for a job, by the job."""

    def names(self) -> list[str]:
        return list(self.ready)

    def assign(self, job: str, name: str) -> None:
        self.assigned[job] = self.ready.pop(name)

    def claim(self, request: Any, params: JSON) -> children.Child | None:
        """Sends the order to the child that holds the job's standby; None when no child does."""
        child = self.assigned.get(params["job"])
        if child is None:
            return None
        limit = jobs.seconds(params)
        child.request, child.job = request, params["job"]
        child.answered, child.stopped = False, None
        child.output.told(secrecy.secrets_in(params))
        child.deadline = time.monotonic() + limit
        try:
            child.channel.sendall(wire.line(params))
        except OSError:
            child.kill(Trouble("standby_lost", "The standby's process has ended."))
        return child

    def give_back(self, job: str) -> bool:
        """The job ends without a claim that worked: its standby is anybody's again, if it is
        whole. False: the job has none, or its fate is not known."""
        child = self.assigned.get(job)
        if child is None or child.standby is None or child.request is not None or child.claimed:
            return False
        del self.assigned[job]
        self.ready[child.standby] = child
        return True

    def let_go(self, site: str) -> None:
        """Ends the hot child of a standby that is to be dropped, or was."""
        if child := self.ready.get(site):
            child.kill(Trouble("cancelled", "The standby is dropped."))
            self.ended(child)

    def answered(self, child: children.Child, message: JSON) -> None:
        """The child has answered its request: the first answer says which site it holds."""
        child.request, child.deadline = None, jobs.FOREVER
        if "result" not in message:
            child.claimed = child.claimed or "lost" in message
            return
        if child.standby is None:
            child.standby = str(message["result"]["hidden"])
            self.ready[child.standby] = child
        else:
            child.claimed = True

    def ended(self, child: children.Child) -> None:
        """The child's process is gone."""
        for table in (self.ready, self.assigned):
            for key in [key for key, value in table.items() if value is child]:
                del table[key]
