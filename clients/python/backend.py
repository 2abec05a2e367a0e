# Builds the package's wheel: an archive of its files, made without leaving anything in the folder
# and without fetching a build tool. The hooks are those of PEP 517.
from __future__ import annotations

import base64
import hashlib
import re
import tarfile
import zipfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROJECT = (HERE / "pyproject.toml").read_text(encoding="utf-8")


def field(name: str) -> str:
    """A text of `[project]`. Python 3.10 has no reader of TOML."""
    found = re.search(rf'^{name} = "([^"]*)"$', PROJECT, re.MULTILINE)
    if found is None:
        raise ValueError(f"pyproject.toml has no {name}")
    return found[1]


NAME, VERSION = field("name"), field("version")
INFO = f"{NAME}-{VERSION}.dist-info"


def metadata() -> dict[str, str]:
    readme = (HERE / field("readme")).read_text(encoding="utf-8")
    head = (
        f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\n"
        f"Summary: {field('description')}\nRequires-Python: {field('requires-python')}\n"
        "Description-Content-Type: text/markdown\n\n"
    )
    return {
        f"{INFO}/METADATA": head + readme,
        f"{INFO}/WHEEL":
            f"Wheel-Version: 1.0\nGenerator: {NAME}\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{INFO}/entry_points.txt": f"[console_scripts]\ntenantd-py = {field('tenantd-py')}\n",
    }


def write(folder: str, files: dict[str, bytes]) -> str:
    name = f"{NAME}-{VERSION}-py3-none-any.whl"
    files |= {path: text.encode() for path, text in metadata().items()}
    record = ""
    with zipfile.ZipFile(Path(folder) / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in sorted(files.items()):
            wheel.writestr(path, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={digest},{len(data)}\n"
        wheel.writestr(f"{INFO}/RECORD", record + f"{INFO}/RECORD,,\n")
    return name


def build_wheel(
    wheel_directory: str, config_settings: Any = None, metadata_directory: Any = None
) -> str:
    package = [*(HERE / NAME).glob("*.py"), HERE / NAME / "py.typed"]
    return write(wheel_directory, {f"{NAME}/{each.name}": each.read_bytes() for each in package})


def build_editable(
    wheel_directory: str, config_settings: Any = None, metadata_directory: Any = None
) -> str:
    return write(wheel_directory, {f"{NAME}.pth": f"{HERE}\n".encode()})


def build_sdist(sdist_directory: str, config_settings: Any = None) -> str:
    name = f"{NAME}-{VERSION}"
    with tarfile.open(Path(sdist_directory) / f"{name}.tar.gz", "w:gz") as archive:
        for part in (NAME, "README.md", "pyproject.toml", "backend.py"):
            archive.add(
                HERE / part, f"{name}/{part}",
                filter=lambda each: None if "__pycache__" in each.name else each)
    return f"{name}.tar.gz"
