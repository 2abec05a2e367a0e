# Which apps of the bench cannot be imported.
import importlib

from . import build, methods, versions
from .wire import JSON


@methods.app("imports", lasts="1 s")
def imports(params: JSON, emit: methods.Emit) -> JSON:
    """Apps that `apps.txt` names and that cannot be imported: Frappe loads the hooks of them all
    for each site, so that nothing works with one of them. A stand-in's apps have no code."""
    failed: list[JSON] = []
    for app in [] if versions.IS_STAND_IN else build.bench_apps():
        try:
            importlib.import_module(f"{app}.hooks")
        except BaseException as error:
            failed.append({"app": app, "reason": f"{type(error).__name__}: {error}"})
    return {"failed": failed}
