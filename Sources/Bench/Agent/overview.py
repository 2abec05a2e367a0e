# The bench at a glance: asked for, and told whenever something has changed it.
from typing import TYPE_CHECKING, Any

from . import methods, note
from .wire import JSON, SessionOver

if TYPE_CHECKING:
    from .agent import Agent


@methods.quick("overview")
def overview(agent: "Agent", request: Any, params: JSON) -> JSON | None:
    if agent.keeper and agent.keeper.state["state"] == "connecting":
        agent.asking.append(request)  # the keeper's first word is on its way
        return None
    return look(agent)


def look(agent: "Agent") -> JSON:
    """How many sites are in which state, and how pool and database are doing."""
    agent.index.glance()
    return {
        "counts": agent.index.counts(),
        "database": agent.keeper.state if agent.keeper else {"state": "connecting"},
        "ready": sum(agent.index.find(name) is not None for name in agent.standbys.ready),
        "template": agent.template() is not None,
        "failure": note.read(),
    }


def tell(agent: "Agent") -> None:
    """Before the answer of a job that has changed the bench, so that whoever hears the answer
    finds it told. That it cannot be known does not keep the answer."""
    try:
        found = look(agent)
    except Exception as error:
        agent.replies.unexpected("The overview", error)
        return
    agent.replies.tell({"method": "overview", "params": found})


def answer_waiting(agent: "Agent") -> None:
    """Those who have asked before the keeper's first word."""
    asking, agent.asking = agent.asking, []
    for request in asking:
        try:
            agent.replies.answer(request, look(agent))
        except SessionOver:
            raise
        except Exception as error:
            told = agent.replies.unexpected("The overview", error)
            agent.replies.answer(request, error=told.error())
