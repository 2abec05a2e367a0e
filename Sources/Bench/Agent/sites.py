# The records of the bench's sites.
from typing import TYPE_CHECKING, Any

from . import methods
from .wire import JSON

if TYPE_CHECKING:
    from .agent import Agent


@methods.quick("sites", may_take=("site",))
def sites(agent: "Agent", request: Any, params: JSON) -> JSON:
    """`site`: that one's record, if it is there; else all of them."""
    if "site" in params:
        return {"sites": [r for r in [agent.index.look(params["site"])] if r]}
    agent.index.refresh()
    return {"sites": list(agent.index.records())}
