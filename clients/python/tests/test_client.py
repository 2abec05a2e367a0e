"""The sync face against the real binary on a sandbox."""

from __future__ import annotations

import os
import pickle
import select
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from tenantd import (
    EmailInUseError,
    RefusedError,
    InvalidParamsError,
    NoSuchSiteError,
    Progress,
    RequestCancelledError,
    RequestError,
    SiteExistsError,
    StepFailedError,
    SuspendedError,
    Tenantd,
)

from .support import HERE, SandboxCase, alive, kill

OWNER = "Jo O'Neil"


class ClientTest(SandboxCase):
    def setUp(self) -> None:
        super().setUp()
        self.tenantd = Tenantd(self.binary, sandbox=self.sandbox)
        self.addCleanup(self.tenantd.close)

    def test_from_a_signup_to_its_removal(self) -> None:
        job = self.tenantd.provisioning(
            organization_name='Acme "Süd" $HOME 🎉 Corporation', full_name=OWNER, email="jo@acme.com"
        )
        seen = list(job)
        self.assertEqual(
            [(progress.step, progress.state) for progress in seen],
            [(step, state) for step in range(1, 6) for state in ("started", "done")],
        )
        tenant = job.result()
        self.assertEqual(tenant, job.result())
        self.assertRegex(tenant.api_key, "^[0-9a-f]{64}$")
        self.assertRegex(tenant.api_secret, "^[0-9a-f]{64}$")
        self.assertEqual((tenant.user, tenant.plan.name), ("jo@acme.com", "free"))
        assert tenant.password is not None
        for secret in (tenant.password, tenant.api_key, tenant.api_secret):
            self.assertNotIn(secret, repr(tenant))

        status = self.tenantd.status(tenant.site)
        self.assertEqual((status.state, status.owner), ("active", "jo@acme.com"))
        self.assertEqual(status.organization, 'Acme "Süd" $HOME 🎉 Corporation')
        self.assertEqual(self.tenantd.status().tenants, {"active": 1})

        report = self.tenantd.cleanup(sites=[tenant.site], dry_run=True)
        self.assertEqual([entry.name for entry in report.dropped], [tenant.site])
        cleaning = self.tenantd.cleaning(pattern="acme*", delay=0.01)
        self.assertEqual([progress.state for progress in cleaning], ["waiting", "started", "done"])
        self.assertEqual([entry.name for entry in cleaning.result().dropped], [tenant.site])
        self.assertEqual(self.sites(), set())

    def test_tenants_are_listed_and_keys_rotated(self) -> None:
        first, second = (
            self.tenantd.provision(
                organization_name=name, full_name=OWNER, email=f"jo@{name}.example", subdomain=name)
            for name in ("one", "two")
        )
        found = [tenant.site for tenant in self.tenantd.tenants(limit=1, descending=True)]
        self.assertEqual(found, [second.site, first.site])
        self.assertEqual(list(self.tenantd.tenants(search="nobody")), [])
        keys = self.tenantd.rotate_keys(first.site)
        self.assertNotEqual(keys.api_key, first.api_key)
        self.assertNotIn(keys.api_secret, repr(keys))
        with self.assertRaises(NoSuchSiteError):
            self.tenantd.rotate_keys("nobody.localhost")

    def test_a_plan_a_suspension_and_what_is_used(self) -> None:
        tenant = self.tenantd.provision(organization_name="one", full_name=OWNER, email="jo@x.example")
        self.assertTrue(self.tenantd.change_plan(tenant.site, "starter", dry_run=True).changed)
        change = self.tenantd.change_plan(tenant.site, "enterprise")
        assert change.previous is not None
        self.assertEqual((change.previous.name, change.plan.users), ("free", None))
        with self.assertRaises(InvalidParamsError):
            self.tenantd.change_plan(tenant.site, "gold")
        first = self.tenantd.suspend(tenant.site, reason="No money.")
        self.assertEqual((first.mode, first.reason, first.changed), ("blocked", "No money.", True))
        self.assertFalse(self.tenantd.suspend(tenant.site, reason="No money.").changed)
        status = self.tenantd.status(tenant.site)
        self.assertEqual((status.state, status.reason), ("suspended", "No money."))
        self.assertEqual(status.since, first.since)
        with self.assertRaises(SuspendedError):
            self.tenantd.login(tenant.site)
        self.assertTrue(self.tenantd.resume(tenant.site).changed)
        self.assertFalse(self.tenantd.resume(tenant.site).changed)
        (used,) = self.tenantd.usage([tenant.site], days=2)
        self.assertEqual((used.users, used.user_limit, used.storage_limit), (1, None, None))
        self.assertEqual(used.storage["total"], sum(used.storage.values()) - used.storage["total"])
        self.assertEqual(self.tenantd.usage(pattern="x*"), ())

    def test_errors_have_classes_kinds_fields_and_advice(self) -> None:
        with self.assertRaises(InvalidParamsError) as invalid:
            self.tenantd.provision(organization_name="", full_name=OWNER, email="x", plan="gold")
        self.assertEqual(
            {entry.field for entry in invalid.exception.fields},
            {"organizationName", "email", "plan"},
        )
        self.assertEqual((invalid.exception.kind, invalid.exception.code), ("invalid_params", -32602))
        self.assertTrue(invalid.exception.advice)
        again = pickle.loads(pickle.dumps(invalid.exception))
        self.assertEqual((again.fields, str(again)), (invalid.exception.fields, str(invalid.exception)))

        self.tenantd.provision(organization_name="Acme", full_name=OWNER, email="jo@acme.com")
        with self.assertRaises(SiteExistsError) as taken:
            self.tenantd.provision(organization_name="Acme", full_name=OWNER, email="a@acme.com")
        self.assertEqual(taken.exception.site, "acme.localhost")
        with self.assertRaises(EmailInUseError):
            self.tenantd.provision(organization_name="Other", full_name=OWNER, email="jo@acme.com")
        with self.assertRaises(NoSuchSiteError):
            self.tenantd.status("none.localhost")
        with self.assertRaises(RequestError) as unknown:
            self.tenantd.call("no.such", {})
        self.assertEqual(unknown.exception.kind, "method_not_found")
        with self.assertRaises(RequestError) as long:
            self.tenantd.call("ping", {"x": "y" * (1 << 20)})
        self.assertEqual(long.exception.kind, "line_too_long")

    def test_a_failed_step_says_which_and_that_it_was_undone(self) -> None:
        self.tenantd.status()
        self.pull({"fail": {"user_insert": {"match": "jo@acme.com", "message": "The owner is odd."}}})
        with self.assertRaises(StepFailedError) as failed:
            self.tenantd.provision(organization_name="Acme", full_name=OWNER, email="jo@acme.com")
        self.assertEqual(failed.exception.step, {"number": 3, "title": "Create owner"})
        self.assertTrue(failed.exception.rolled_back)
        self.assertEqual(self.sites(), set())

    def test_an_app_that_refuses_is_quoted(self) -> None:
        self.tenantd.status()
        words = {"match": "jo@acme.com", "message": "Use the address of your <b>company</b>."}
        self.pull({"refuse": {"user_insert": words}})
        with self.assertRaises(RefusedError) as refused:
            self.tenantd.provision(organization_name="Acme", full_name=OWNER, email="jo@acme.com")
        self.assertEqual(str(refused.exception), "Use the address of your company.")
        self.assertEqual(refused.exception.title, "House rules")
        self.assertEqual(self.sites(), set())

    def test_cancel_undoes(self) -> None:
        self.tenantd.status()
        fifo = self.hold("user_insert")
        job = self.tenantd.provisioning(
            organization_name="Acme", full_name=OWNER, email="jo@acme.com"
        )
        self.assertTrue(any(p == Progress("started", 5, p.site, 3, p.title, p.seconds) for p in job))
        self.assertTrue(job.cancel())
        with self.assertRaises(RequestCancelledError) as cancelled:
            job.result()
        self.assertTrue(cancelled.exception.rolled_back)
        self.assertFalse(job.cancel())
        self.assertEqual(self.sites(), set())
        fifo.unlink()

    def test_a_key_makes_one_tenant(self) -> None:
        def signup() -> tuple[str, bool]:
            tenant = self.tenantd.provision(
                organization_name="Acme", full_name=OWNER, email="jo@acme.com",
                idempotency_key="one",
            )
            return tenant.site, tenant.reissued

        with ThreadPoolExecutor(4) as threads:
            sites = {each.result()[0] for each in [threads.submit(signup) for _ in range(4)]}
        self.assertEqual(sites, {"acme.localhost"})
        self.assertEqual(signup(), ("acme.localhost", True))
        self.assertEqual(self.sites(), {"acme.localhost"})

    def test_a_killed_tenantd_is_started_again_and_the_signup_repeated(self) -> None:
        self.tenantd.status()
        self.hold("user_insert")
        job = self.tenantd.provisioning(
            organization_name="Acme", full_name=OWNER, email="jo@acme.com", idempotency_key="k"
        )
        for progress in job:
            if progress.step == 3:
                break
        (self.sandbox / "sites" / "sandbox.json").unlink()
        kill(self.pid())
        self.assertEqual(job.result().site, "acme.localhost")
        self.assertEqual(self.sites(), {"acme.localhost"})

    def test_an_idle_tenantd_that_was_killed_costs_no_error(self) -> None:
        # Its bench is up then: no child is being born, which would hold its input for a moment.
        self.tenantd.status()
        kill(self.pid())
        self.tenantd.ping()

    def test_many_threads_share_one_process(self) -> None:
        def ask(number: int) -> None:
            for _ in range(50):
                self.tenantd.ping()
                with self.assertRaises(RequestError) as caught:
                    self.tenantd.call(f"m{number}")
                self.assertIn(f'"m{number}"', str(caught.exception))

        with ThreadPoolExecutor(16) as threads:
            for each in [threads.submit(ask, number) for number in range(16)]:
                each.result()

    def test_a_quick_call_does_not_wait_behind_a_slow_one(self) -> None:
        self.tenantd.status()
        fifo = self.hold("user_insert")
        held = threading.Event()
        sites: list[str] = []

        def signup() -> None:
            job = self.tenantd.provisioning(
                organization_name="Acme", full_name=OWNER, email="jo@acme.com"
            )
            for progress in job:
                if progress.step == 3:
                    held.set()
            sites.append(job.result().site)

        thread = threading.Thread(target=signup)
        thread.start()
        held.wait()
        self.assertEqual([job.site for job in self.tenantd.status().running], ["acme.localhost"])
        fifo.write_bytes(b"")
        thread.join()
        self.assertEqual(sites, ["acme.localhost"])

    def test_a_forked_child_has_a_tenantd_of_its_own(self) -> None:
        self.tenantd.ping()
        pid = self.pid()
        child = os.fork()
        if child == 0:
            try:
                self.tenantd.ping()
                ours = self.pid()
                self.tenantd.close()
                os._exit(0 if ours != pid else 1)
            finally:
                os._exit(2)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.tenantd.ping()
        self.assertEqual(self.pid(), pid)

    def test_close_finishes_what_was_accepted(self) -> None:
        self.tenantd.provisioning(organization_name="Acme", full_name=OWNER, email="jo@acme.com")
        pid = self.pid()
        self.tenantd.close()
        self.assertFalse(alive(pid))
        self.assertEqual(self.sites(), {"acme.localhost"})

    def test_no_orphan_when_the_parent_is_killed(self) -> None:
        code = (
            "import os, signal, sys, tenantd\n"
            "t = tenantd.Tenantd(sys.argv[1], sandbox=sys.argv[2])\n"
            "t.status()\n"
            "print(t._link._process.pid, flush=True)\n"
            "signal.pause()\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", code, self.binary, str(self.sandbox)],
            cwd=HERE.parent, stdout=subprocess.PIPE,
        ) as parent:
            assert parent.stdout is not None
            pid = int(parent.stdout.readline())
            ended = os.pidfd_open(pid)
            self.addCleanup(os.close, ended)
            parent.kill()
        # Readable when the process has ended.
        self.assertTrue(select.select([ended], [], [], 20)[0])

    def pid(self) -> int:
        link = self.tenantd._link
        assert link is not None
        return link._process.pid
