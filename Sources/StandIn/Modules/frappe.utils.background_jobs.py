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
    job = {"id": create_job_id(job_id), "site": frappe.local.site, "job": method}
    waiting = Queue(generate_qname(queue))
    if enqueue_after_commit:
        frappe.db.after_commit.add(lambda: waiting.enqueue_job(job))
    else:
        waiting.enqueue_job(job)


class Queue:
    """RQ's, as far as Frappe hands a job to it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def enqueue_job(self, job: dict[str, str]) -> dict[str, str]:
        redis, name = get_redis_conn(), job["id"]
        kept = {"site": job["site"], "job": job["job"], "status": "queued", "origin": self.name}
        kept |= {"data": "", "created_at": timestamp().replace(" ", "T") + "Z"}
        redis.hset(f"rq:job:{name}", mapping=kept)
        redis.rpush(f"rq:queue:{self.name}", name)
        return job
