# Jobs of a suspended tenant: those that wait are taken out of their queues and kept, in their order,
# in the queue's own Redis; those that run are ended.
from typing import Any

from . import versions

MOVE = """
if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[2])
return 1
"""
"""In one go: a worker has the job, or this has it."""


def key(site: str) -> str:
    return f"tenantd:aside:{site}"


def put_aside(site: str) -> int:
    """Returns how many were running."""
    redis = connection()
    own = set(versions.queued_jobs(site, redis))
    for queue in [versions.text(found) for found in redis.scan_iter(match="rq:queue:*")]:
        if queue.endswith(":intermediate"):  # rq 2: on their way to a worker
            continue
        for job in [versions.text(found) for found in redis.lrange(queue, 0, -1)]:
            if job in own:
                move(redis, queue, key(site), job, f"{queue} {job}")
    return stop_running(own, redis)


def put_back(site: str) -> None:
    redis = connection()
    for entry in [versions.text(found) for found in redis.lrange(key(site), 0, -1)]:
        queue, _, job = entry.partition(" ")
        move(redis, key(site), queue, entry, job)


def connection() -> Any:
    from frappe.utils.background_jobs import get_redis_conn

    return get_redis_conn()


def move(redis: Any, source: str, target: str, item: str, as_item: str) -> None:
    if run := getattr(redis, "eval", None):
        run(MOVE, 2, source, target, item, as_item)
    else:  # the sandbox's queue is a folder, and has no worker
        if as_item not in [versions.text(found) for found in redis.lrange(target, 0, -1)]:
            redis.rpush(target, as_item)
        redis.lrem(source, 0, item)


def stop_running(own: set[str], redis: Any) -> int:
    try:
        from rq.command import send_stop_job_command
        from rq.job import Job
    except ImportError:
        return 0
    stopped = 0
    for job in own:
        try:
            if Job.fetch(job, connection=redis).get_status() == "started":
                send_stop_job_command(redis, job)
                stopped += 1
        except Exception:
            continue  # it has ended meanwhile
    return stopped
