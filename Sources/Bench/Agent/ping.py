# Whether the agent's loop goes round.
from typing import TYPE_CHECKING, Any

from . import methods
from .wire import JSON

if TYPE_CHECKING:
    from .agent import Agent


@methods.quick("ping", early=True)
def ping(agent: "Agent", request: Any, params: JSON) -> JSON:
    return {}
