# Small files, written whole: a reader sees the old one or the new one, and a write that fails, on a
# full disk for one, leaves nothing aside. Only a kill does.
import os
import re
import secrets
import time

SECONDS = 30
"""A write takes milliseconds: what it set aside this long ago, nobody will put in place."""


def replace(path: str, text: str, mode: int = 0o644, is_new: bool = False) -> None:
    """On the disk when this returns. `is_new`: FileExistsError when there is one already."""
    temporary = f"{path}.{secrets.token_hex(4)}"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        (os.link if is_new else os.replace)(temporary, path)
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)


def is_left_aside(path: str, of: str) -> bool:
    """Whether it is what a killed write of a file of that name set aside."""
    form = re.escape(of) + r"\.[0-9a-f]{8}"
    return bool(re.fullmatch(form, os.path.basename(path))) and is_old(path)


def is_old(path: str) -> bool:
    try:
        return time.time() - os.stat(path).st_mtime > SECONDS
    except OSError:
        return False
