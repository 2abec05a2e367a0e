# Removes whatever a job has made, under whichever name; a standby that is whole is given back.
import os
import shutil
from typing import TYPE_CHECKING, Any

from . import config, drop, methods, server
from .children import Work
from .index import bench
from .wire import JSON

if TYPE_CHECKING:
    from .agent import Agent


def give_back(agent: "Agent", request: Any, params: JSON) -> JSON | None:
    """A standby that the job had, and did not use, is anybody's again."""
    return {"dropped": []} if agent.standbys.give_back(params["job"]) else None


@methods.root("undo", takes=("job",), lasts="1.2 s for each site, under its locks", before=give_back)
def undo(params: JSON, credentials: server.Credentials, work: Work) -> JSON:
    """What cannot be dropped does not keep the rest."""
    index = bench
    index.refresh()
    dropped, failed = [], []
    for record in index.of_job(params["job"]):
        try:
            done = drop.drop(record["site"], credentials, params["session"], expected=record)
            dropped.append(done)
        except Exception as error:
            failed.append(error)
    for name in os.listdir("."):
        if name.startswith(config.unfinished(params["job"])):
            shutil.rmtree(name, ignore_errors=True)
    if failed:
        raise failed[0]
    return {"dropped": dropped}
