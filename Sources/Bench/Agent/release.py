# Lets go of what a job has reserved.
from typing import TYPE_CHECKING, Any

from . import methods
from .wire import JSON

if TYPE_CHECKING:
    from .agent import Agent


@methods.quick("release", takes=("job",))
def release(agent: "Agent", request: Any, params: JSON) -> JSON:
    return agent.reservations.release(params)
