# The job queue of the stand-in: jobs are kept where RQ keeps them, so that RQ can delete them, but
# without a call to make: no worker runs them.
from __future__ import annotations

from typing import Any
from uuid import uuid4

import frappe
from frappe.utils import get_bench_id
from frappe.utils import now as timestamp
from frappe.utils.redis_wrapper import connection


def get_redis_conn(username: str | None = None, password: str | None = None) -> Any:
    """The queue's Redis. Keys: `rq:job:<site>::<uuid>` (hash), `rq:queue:<bench>:<name>` (list)."""
    return connection("redis_queue", "queue")


def generate_qname(qtype: str) -> str:
    return f"{get_bench_id()}:{qtype}"


def create_job_id(job_id: str | None = None) -> str:
    return f"{frappe.local.site}::{job_id or uuid4()}"


def enqueue(
    method: str,
    queue: str = "default",
    now: bool = False,
    enqueue_after_commit: bool = False,
    job_id: str | None = None,
    **kwargs: Any,
) -> None:
    """Keeps a job for the site; the site's name is the one it has now. `now`: it is dropped."""
    if now:
        return
    site, name = frappe.local.site, create_job_id(job_id)

    def put() -> None:
        redis, origin = get_redis_conn(), generate_qname(queue)
        job = {"site": site, "job": method, "status": "queued", "origin": origin, "data": ""}
        job["created_at"] = timestamp().replace(" ", "T") + "Z"
        redis.hset(f"rq:job:{name}", mapping=job)
        redis.rpush(f"rq:queue:{origin}", name)

    if enqueue_after_commit:
        frappe.db.after_commit.add(put)
    else:
        put()
