# What the hooks of a bench's apps set going while a signup is written: held back until tenantd's
# own commit and publication, and thrown away with a rehearsal.
import importlib
from typing import Any, Callable

import frappe

WITNESS = "tenantd_signup"
"""A savepoint. It is gone when the transaction has ended otherwise than by tenantd's hand: by a
statement that commits implicitly, or by a bare COMMIT."""
POINT = "tenantd_point"


class Held:
    """Enter it on a connection that has written nothing. `frappe.db.commit` then ends no
    transaction; jobs, mails that are to go at once, realtime messages and what waits for a commit
    wait for `release`. Whoever leaves it without `commit` has undone everything, as far as that is
    in anybody's power: `is_whole` says whether it was."""

    def __init__(self) -> None:
        self.db: Any = frappe.local.db
        self.later: list[Callable[[], Any]] = []
        self.undone: list[Callable[[], Any]] = []
        """Of commits that were held back: what a rollback would have called before them."""
        self.is_committed = False
        self.is_whole = True
        """Whether the transaction has ended by tenantd's own hand only."""
        self.restore: list[Callable[[], None]] = []
        self.queued = set(queues())

    def __enter__(self) -> "Held":
        self.db.rollback()  # a transaction that sees what there is now
        self.db.sql(f"savepoint {WITNESS}")
        self.db.sql(f"savepoint {POINT}")
        frappe.local.message_log = []
        self.db.commit, self.db.rollback = self.held_commit, self.held_rollback
        for place in PLACES:
            self.hold(*place)
        return self

    def hold(self, module: str, owner: str, name: str, answered: int | None) -> None:
        """Has the function put off. It answers one of its arguments, as a queue answers its job."""
        try:
            found = importlib.import_module(module)
        except ImportError:
            return  # neither has this version of Frappe it, nor the sandbox
        place = getattr(found, owner) if owner else found
        own = vars(place).get(name)
        if own is None:
            return

        def put_off(*arguments: Any, **options: Any) -> Any:
            answer = None if answered is None else arguments[answered]
            getattr(answer, "data", None)  # what a job is to be given is what it is now
            # The pipeline of a call that has returned is nobody's any more.
            options.pop("pipeline", None)
            self.later.append(lambda: own(*arguments, **options))
            return answer

        setattr(place, name, put_off)
        self.restore.append(lambda: setattr(place, name, own))

    def held_commit(self, **options: Any) -> None:
        """What a commit does but for the commit: what is rolled back from here on ends here."""
        for callbacks in ("before_rollback", "after_rollback"):
            self.undone += taken(self.db, callbacks)
        run_all(taken(self.db, "before_commit"))
        self.db.transaction_writes = 0
        self.at_point("savepoint")
        self.later += taken(self.db, "after_commit")

    def held_rollback(self, *, save_point: str | None = None, **options: Any) -> None:
        if save_point:
            type(self.db).rollback(self.db, save_point=save_point)
            return
        taken(self.db, "before_commit")
        taken(self.db, "after_commit")
        run_all(taken(self.db, "before_rollback"))
        self.at_point("rollback to savepoint")
        run_all(taken(self.db, "after_rollback"))

    def at_point(self, verb: str) -> None:
        try:
            self.db.sql(f"{verb} {POINT}")
        except Exception:
            self.is_whole = False  # the transaction that had the savepoint has ended
            type(self.db).rollback(self.db)
            self.db.sql(f"savepoint {POINT}")

    def commit(self) -> None:
        """tenantd's own. What waits for it still waits."""
        run_all(taken(self.db, "before_commit"))
        self.later += taken(self.db, "after_commit")
        if self.later:
            reach_queue()  # its jobs would be lost, and the tenant there without them
        self.is_committed = True
        type(self.db).commit(self.db)
        self.let_go()

    def release(self) -> list[BaseException]:
        """Does what was put off, in its order. One that fails does not keep the others, for the
        tenant is there by now. Returns what failed."""
        failed: list[BaseException] = []
        for function in self.later:
            try:
                function()
            except BaseException as error:
                failed.append(error)
        self.later = []
        return failed

    def let_go(self) -> None:
        while self.restore:
            self.restore.pop()()
        for name in ("commit", "rollback"):
            vars(self.db).pop(name, None)

    def __exit__(self, *error: Any) -> None:
        self.let_go()
        if self.is_committed:
            return
        self.later = []
        try:
            self.is_whole = self.is_whole and frappe.local.db is self.db
            self.db.sql(f"release savepoint {WITNESS}")
        except Exception:
            self.is_whole = False
        try:
            self.db.rollback()
            run_all(self.undone)
        except Exception:
            self.is_whole = False  # what made the caller leave says more
        for name in queues():
            if name not in self.queued:
                delattr(frappe.local, name)


PLACES = (
    ("frappe.utils.background_jobs", "Queue", "_enqueue_job", 1),
    ("frappe.utils.background_jobs", "Queue", "enqueue_job", 1),
    ("frappe.email.doctype.email_queue.email_queue", "EmailQueue", "send", None),
    ("frappe.realtime", "", "emit_via_redis", None),
)
"""Where a job goes to Redis, a mail to its server, a message to the browsers: module, class, name,
and which argument is the answer. Apps that took `frappe.enqueue` or `frappe.sendmail` by another name come here too."""


def reach_queue() -> None:
    from frappe.utils.background_jobs import get_redis_conn

    connection = get_redis_conn()
    if ping := getattr(connection, "ping", None):  # the sandbox has its queue in a folder
        ping()


def taken(db: Any, callbacks: str) -> list[Callable[[], Any]]:
    """The functions that wait in a CallbackManager, which then has none."""
    waiting: Any = getattr(getattr(db, callbacks, None), "_functions", [])
    found = list(waiting)
    waiting.clear()
    return found


def run_all(functions: list[Callable[[], Any]]) -> None:
    for function in functions:
        function()


def queues() -> list[str]:
    """Lists that Frappe keeps for the time until a commit, under names like `_webhook_queue`. One
    that outlives its transaction takes what comes after it, and is never flushed."""
    names = [name for name in local_names() if name.startswith("_")]
    return [name for name in names if isinstance(getattr(frappe.local, name), list)]


def local_names() -> list[str]:
    """The attributes of `frappe.local`, which is one of two classes."""
    try:
        return [name for name, _ in frappe.local]
    except TypeError:
        return list(vars(frappe.local))
