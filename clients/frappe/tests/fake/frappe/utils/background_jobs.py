# The connection to the Redis of the queues.
from typing import Any

connection: Any = None


def get_redis_conn() -> Any:
    return connection
