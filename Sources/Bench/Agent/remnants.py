# What kills and crashes leave in the folder of sites: half-removed folders, files of writes that
# were not finished, links to sites that are gone.
import os
import re
import shutil
import time

from . import changes, config, content, files, note

OWN = (config.BENCH, content.KEPT, note.PATH, changes.PATH)
"""What tenantd keeps in the folder of sites beside sites."""
RECENT = 86_400
"""Seconds for which each reconciliation looks into a folder that was changed; older ones are looked
into when orphans are asked for. That keeps the look of each minute to one `stat` a site."""


def remove_folder(site: str) -> None:
    """Its config, which names the rest, goes last: ended at any moment, this can begin again."""
    for entry in list(os.scandir(site)):
        if entry.name != "site_config.json":
            remove(entry.path)
    if os.path.lexists(config.path(site)):
        os.unlink(config.path(site))
    os.rmdir(site)


def remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def aliases(site: str, named: str) -> list[str]:
    """Links in the folder of sites that lead to a site, by the name that it has or had."""
    found = []
    for entry in os.scandir("."):
        if entry.is_symlink():
            goal = os.path.normpath(os.path.join(os.path.realpath("."), os.readlink(entry.path)))
            if goal in (os.path.realpath(site), os.path.join(os.path.realpath("."), named)):
                found.append(entry.name)
    return found


def is_recent(folder: str) -> bool:
    """Whether a write there can have been killed since it was looked at last."""
    try:
        return time.time() - os.stat(folder).st_mtime < RECENT
    except OSError:
        return False


def unfinished_writes(folder: str) -> list[str]:
    """Files with credentials in them that an atomic write left aside."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return []
    return [entry.path for entry in entries if files.is_left_aside(entry.path, config.NAME)]


def is_own_write(name: str) -> bool:
    """The same of one of tenantd's own files in the folder of sites."""
    return any(files.is_left_aside(name, of) for of in OWN)


def is_hidden(name: str) -> bool:
    """A folder with a name of the form that only tenantd gives."""
    is_ours = re.fullmatch(config.HIDDEN + "[0-9a-f]{32}", name) is not None
    return is_ours and os.path.isdir(name) and not os.path.islink(name)


def is_emptied(name: str) -> bool:
    """A hidden site's folder without a config: a folder gets its name with the config in it, and
    loses that last, so that nothing else can be in there which names a database."""
    return is_hidden(name) and not os.path.lexists(config.path(name))


def is_spoilt(name: str) -> bool:
    """A hidden site's folder whose config cannot be used, and is not being written either. No
    tenant has such a name; its database has no other folder, and is an orphan after it."""
    return is_hidden(name) and config.read(name) is None and files.is_old(config.path(name))
