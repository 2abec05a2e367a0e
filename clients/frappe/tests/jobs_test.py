# Tests of what becomes of a suspended workspace's jobs. RQ itself is seen on a bench.
import sys
import unittest
from datetime import datetime, timezone
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

from app_case import AppCase, frappe
from frappe.utils import background_jobs
from tenantd_app import jobs

SINCE = "2026-06-01T12:00:00Z"


class NoSuchJob(Exception):
    pass


def job(name: str, hour: int = 11, **meta: Any) -> Any:
    made = datetime(2026, 6, 1, hour)  # RQ 1 knows no zone
    return SimpleNamespace(
        id=name, meta=meta, created_at=made, retries_left=None, retry_intervals=None
    )


class Jobs(AppCase):
    def setUp(self) -> None:
        super().setUp()
        self.current: Any = None
        self.scheduled: dict[str, Any] = {}
        self.queued: list[str] = []
        connection = mock.Mock(zrem=lambda key, name: self.scheduled.pop(name))
        registry = SimpleNamespace(
            key="key", connection=connection, get_job_ids=lambda: list(self.scheduled)
        )
        queue = SimpleNamespace(
            connection=connection, enqueue_job=lambda job: self.queued.append(job.id)
        )
        modules: dict[str, Any] = {
            "rq": {
                "get_current_job": lambda: self.current,
                "Queue": SimpleNamespace(all=lambda connection: [queue]),
            },
            "rq.registry": {"ScheduledJobRegistry": lambda queue: registry},
            "rq.exceptions": {"NoSuchJobError": NoSuchJob},
            "rq.job": {"Job": SimpleNamespace(fetch=self.fetch)},
        }
        for name, values in modules.items():
            module = ModuleType(name)
            module.__dict__.update(values)
            patch = mock.patch.dict(sys.modules, {name: module})
            patch.start()
            self.addCleanup(patch.stop)
        background_jobs.connection = connection

    def fetch(self, name: str, connection: Any) -> Any:
        if self.scheduled[name] is None:
            raise NoSuchJob
        return self.scheduled[name]

    def suspend(self, mode: str) -> None:
        frappe.cache().values[b"db|tenantd_suspended"] = {"mode": mode, "since": SINCE}

    def run_job(self, made: Any) -> None:
        self.current = made
        jobs.before_job(method="a.b", kwargs={}, transaction_type="job")

    def test_a_blocked_one_waits_and_is_put_back(self) -> None:
        self.suspend("blocked")
        held = job("acme.localhost::1", hour=13)
        with self.assertRaises(jobs.WorkspaceSuspended):
            self.run_job(held)
        self.assertEqual((held.retries_left, held.retry_intervals), (1, [jobs.YEAR]))
        self.scheduled = {
            held.id: held,
            "acme.localhost::own": job("acme.localhost::own"),
            "acme.localhost.evil::2": job("acme.localhost.evil::2", tenantd_held=True),
            "acme.localhost||gone": None,
        }
        frappe.cache().values.pop(b"db|tenantd_suspended")
        self.run_job(job("acme.localhost::next"))
        self.assertEqual(self.queued, ["acme.localhost::1"])
        self.assertEqual(list(self.scheduled), ["acme.localhost::own", "acme.localhost.evil::2"])
        self.assertEqual((held.retries_left, held.meta), (0, {"tenantd_held": False}))
        self.assertEqual(frappe.cache().values, {})

    def test_what_is_asked_for_while_read_only_is_not_done_later(self) -> None:
        self.suspend("read_only")
        newer, older = job("acme.localhost::1", hour=13), job("acme.localhost::2")
        for made in (newer, older):
            with self.assertRaises(jobs.WorkspaceSuspended):
                self.run_job(made)
        self.assertEqual((newer.retries_left, older.retries_left), (None, 1))

    def test_which_are_newer(self) -> None:
        aware = SimpleNamespace(created_at=datetime(2026, 6, 1, 13, tzinfo=timezone.utc))
        self.assertTrue(jobs.is_newer(aware, SINCE))
        for since in (None, "yesterday"):
            self.assertFalse(jobs.is_newer(aware, since))
        self.assertFalse(jobs.is_newer(None, SINCE))

    def test_not_by_a_worker(self) -> None:
        self.suspend("blocked")
        with self.assertRaises(jobs.WorkspaceSuspended):
            self.run_job(None)


if __name__ == "__main__":
    unittest.main()
