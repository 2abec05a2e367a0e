# The jobs of a suspended workspace: held back in RQ's own registry, and put in their queues again.
from datetime import datetime, timezone
from typing import Any

import frappe

from . import record, suspension

HELD = "tenantd_jobs_held"
"""In the site's cache while some are; the jobs themselves are in the Redis of the queues."""
YEAR = 365 * 24 * 3600
SEPARATORS = ("::", "||")
"""Between a site's name and the rest of a job's identifier: to Frappe 15, from 16 on."""


class WorkspaceSuspended(Exception):
    pass


def before_job(**_: Any) -> None:
    """Raises for a job that must not run: RQ takes that for a failure, and tries it again as it has
    been told to, which is in a year, or when the workspace is resumed."""
    found = suspension.current()
    if found is None:
        if frappe.cache().get(frappe.cache().make_key(HELD)):
            release()
        return
    if found["mode"] == suspension.READ_ONLY and is_newer(current_job(), found["since"]):
        # Asked for by somebody who may not write now: it must not be done later behind their back.
        raise WorkspaceSuspended("The workspace is read-only: this job is not run.")
    hold(current_job())
    raise WorkspaceSuspended("The workspace is suspended: this job waits until it is resumed.")


def current_job() -> Any:
    from rq import get_current_job

    return get_current_job()


def is_newer(job: Any, since: str | None) -> bool:
    try:
        began = datetime.fromisoformat(str(since).replace("Z", "+00:00"))
    except ValueError:
        return False
    made = getattr(job, "created_at", None)
    if made is None:
        return False
    return bool((made if made.tzinfo else made.replace(tzinfo=timezone.utc)) > began)


def hold(job: Any) -> None:
    if job is None:
        return
    job.meta["tenantd_held"] = True
    job.retries_left, job.retry_intervals = 1, [YEAR]
    cache = frappe.cache()
    cache.set(cache.make_key(HELD), "1")


def release() -> int:
    """Puts what was held back of this site in its queues again; returns how many. Called by tenantd
    when it resumes a workspace, and by the first job that runs afterwards."""
    from frappe.utils.background_jobs import get_redis_conn
    from rq import Queue
    from rq.registry import ScheduledJobRegistry

    registry_of: Any = ScheduledJobRegistry
    connection = get_redis_conn()
    lock = connection.lock(f"tenantd_release:{frappe.conf.db_name}", timeout=60)
    if not lock.acquire(blocking=False):
        return 0
    try:
        released = 0
        for queue in Queue.all(connection=connection):
            registry = registry_of(queue=queue)
            for name in registry.get_job_ids():
                released += put_back(name, queue, registry)
        cache = frappe.cache()
        cache.delete(cache.make_key(HELD))
        return released
    finally:
        lock.release()


def put_back(name: str, queue: Any, registry: Any) -> int:
    from rq.exceptions import NoSuchJobError
    from rq.job import Job

    site = str(frappe.local.site)
    if not name.startswith(tuple(site + separator for separator in SEPARATORS)):
        return 0
    try:
        job = Job.fetch(name, connection=queue.connection)
    except NoSuchJobError:
        registry.connection.zrem(registry.key, name)
        return 0
    if not job.meta.get("tenantd_held"):
        return 0
    job.meta["tenantd_held"] = False  # what is empty would not be written
    job.retries_left = 0
    # Removed after it is in its queue: a crash between the two has it run, and not lost.
    queue.enqueue_job(job)
    registry.connection.zrem(registry.key, name)
    return 1
