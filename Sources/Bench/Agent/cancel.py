# Ends a job; the call that it is for answers.
from typing import TYPE_CHECKING, Any

from . import methods
from .wire import JSON, Trouble

if TYPE_CHECKING:
    from .agent import Agent


@methods.quick("cancel", takes=("job",))
def cancel(agent: "Agent", request: Any, params: JSON) -> JSON:
    """Kills the job's children or stops its waiting for a reservation."""
    why = Trouble("cancelled", "The job was ended.")
    agent.jobs.cancel(params["job"], why)
    agent.reservations.cancel(params["job"], why)
    return {}
