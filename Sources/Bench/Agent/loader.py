# Runs first: receives the agent's modules over standard input and imports them from memory,
# so that nothing is installed in the container. `read` comes from the launcher's one-liner.
import importlib.abc
import importlib.machinery
import importlib.util
import json
import linecache
import sys
from types import ModuleType
from typing import Callable, Sequence

read: Callable[[int], bytes]


class Embedded(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds modules in a dictionary of sources, keyed by dotted name."""

    def __init__(self, sources: dict[str, str]) -> None:
        self.sources = sources

    def is_package(self, fullname: str) -> bool:
        return any(name.startswith(fullname + ".") for name in self.sources)

    def get_source(self, fullname: str) -> str:
        return self.sources[fullname]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self.sources:
            return None
        return importlib.util.spec_from_loader(
            fullname, self, origin=f"<tenantd {fullname}>", is_package=self.is_package(fullname)
        )

    def exec_module(self, module: ModuleType) -> None:
        source, filename = self.sources[module.__name__], f"<tenantd {module.__name__}>"
        # Tracebacks then show the agent's lines as they would a file's.
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        exec(compile(source, filename, "exec"), module.__dict__)


sys.meta_path.insert(0, Embedded(json.loads(read(int(read(10))))))

from tenantd_agent.main import main  # noqa: E402

main()
