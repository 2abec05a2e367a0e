# The search index of the stand-in: what is made waits in Redis until a job writes it to a table.
from __future__ import annotations

import json

import frappe

QUEUE = "global_search_queue"


def update(doctype: str, name: str, content: str) -> None:
    frappe.cache._redis.rpush(frappe.cache.make_key(QUEUE), json.dumps([doctype, name, content]))


def sync_global_search() -> None:
    key = frappe.cache.make_key(QUEUE)
    rows = [json.loads(item) for item in frappe.cache._redis.lrange(key, 0, -1)]
    frappe.cache._redis.delete(key)
    for row in rows:
        statement = "INSERT INTO `__global_search` (doctype, name, content) VALUES (%s, %s, %s)"
        frappe.db.sql(statement, row)
