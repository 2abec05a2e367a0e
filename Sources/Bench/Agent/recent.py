# Names that were a tenant's until a moment ago. A web worker of Frappe 16 keeps a site's config in
# memory: a new site under that name would answer 500 until the worker forgets.
import math
import os
import time

from . import versions

FOLDER = ".tenantd.dropped"
"""In the bench's folder of sites: an empty file a name, as old as the drop is long ago."""


def note(site: str) -> None:
    """The site is off its name. Best effort: a full disk must not keep a drop from making room."""
    if not versions.names_rest():
        return
    try:
        os.makedirs(FOLDER, exist_ok=True)
        for name in os.listdir(FOLDER):
            if not rest(name):
                os.unlink(os.path.join(FOLDER, name))
        path = os.path.join(FOLDER, site)
        with open(path, "a", encoding="ascii"):
            os.utime(path)
    except OSError:
        pass


def rest(site: str) -> int:
    """For how many seconds more the name is not to be handed out; 0: it is free."""
    try:
        age = time.time() - os.stat(os.path.join(FOLDER, site)).st_mtime
    except OSError:
        return 0
    left = versions.names_rest() - age
    # A clock that was set back must not keep a name for longer than a worker remembers it.
    return min(math.ceil(left), versions.names_rest()) if left > 0 else 0
