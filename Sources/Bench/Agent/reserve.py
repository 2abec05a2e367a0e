# Takes a name, an owner and a request key for a job.
from typing import TYPE_CHECKING, Any

from . import methods
from .wire import JSON

if TYPE_CHECKING:
    from .agent import Agent


@methods.quick(
    "reserve", takes=("job", "site", "owner", "uniqueEmail"), may_take=("idempotencyKey",), proven=True
)
def reserve(agent: "Agent", request: Any, params: JSON) -> JSON | None:
    """At once where the bench has an answer, else when the keeper has one."""
    return agent.reservations.reserve(request, params)
