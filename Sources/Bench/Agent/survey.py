# What the pool looks like on the whole bench, whichever session made it.
from typing import TYPE_CHECKING, Any

from . import build, config, methods, note, profiles, server
from .children import Work
from .index import bench

if TYPE_CHECKING:
    from .agent import Agent

JSON = dict[str, Any]


def add_own(agent: "Agent", request: Any, params: JSON) -> None:
    """`mine`: the standbys that this session's hot children hold."""
    params["mine"] = agent.standbys.names()


@methods.root("survey", takes=("job",), before=add_own, lasts="0.05 s; locks are only asked for")
def survey(params: JSON, credentials: server.Credentials, work: Work) -> JSON:
    """Runs with root. `mine` are this session's own. `standbys` counts those of this build, whoever
    holds them; `adoptable` are those that no session holds; `stale` are standbys and templates of
    other builds that nobody holds, and can be dropped. `uncopyable`: why new sites are installed.
    All of it but `stale` is of the operator's profile; `others` has what there is of each other
    profile that has a template."""
    mine = params["mine"]
    build.look(params["apps"])
    wanted = build.fingerprint(params["apps"])
    index = bench
    index.glance()
    own = profiles.resolved(params, work)
    standard = own["id"] if own else None
    hidden = [r for r in index.of_state("standby", "template", "broken") if r["made"]]
    root = server.connect(credentials)
    free = [
        r for r in hidden if r["site"] not in mine and server.is_free(root, "site", r["site"])
    ]
    is_building = not server.is_free(root, "template", config.bench_id())
    root.close()
    stale = [r for r in free if r["state"] == "broken" or r["build"] != wanted]
    held = [r for r in hidden if r["site"] in mine]
    stale += [r for r in free + held if r not in stale and profiles.is_over(r, standard)]
    current = [r for r in hidden if r["build"] == wanted and r not in stale]
    templates = [r for r in current if r["state"] == "template"]
    # What standbys copy: the operator's profile, unless nothing can be copied.
    templates = [r for r in templates if r["profile"] == standard or r["uncopyable"]]
    standbys = [r for r in current if r["state"] == "standby" and r["profile"] == standard]
    kinds = {r["profile"] for r in current if r["state"] == "template"} - {None, standard}
    others = []
    for kind in sorted(kinds):
        of_it = [r for r in current if r["state"] == "standby" and r["profile"] == kind]
        others.append({"profile": kind, **counted(of_it, mine, free)})
    # No more of those could be made.
    stale += [
        r for r in current if r["state"] == "standby" and r["profile"] not in {*kinds, standard}
    ]
    return {
        "build": wanted,
        "template": templates[0]["site"] if templates else None,
        "uncopyable": templates[0]["uncopyable"] if templates else None,
        "building": is_building,
        "profile": standard,
        **counted(standbys, mine, free),
        "others": others,
        "failure": note.read(),
        "maintenance": build.in_maintenance(),
        "stale": [r["site"] for r in stale],
    }


def counted(standbys: list[JSON], mine: list[str], free: list[JSON]) -> JSON:
    return {
        "standbys": len(standbys),
        "mine": [r["site"] for r in standbys if r["site"] in mine],
        "adoptable": [r["site"] for r in free if r in standbys],
    }
