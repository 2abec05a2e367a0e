"""The asyncio face against the real binary on a sandbox."""

from __future__ import annotations

import asyncio
import unittest

from tenantd import AsyncTenantd, RequestCancelledError, SiteExistsError

from .support import SandboxCase, alive, kill


class AsyncTest(SandboxCase, unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.tenantd = AsyncTenantd(self.binary, sandbox=self.sandbox)
        self.addAsyncCleanup(self.tenantd.close)

    async def test_from_a_signup_to_its_removal(self) -> None:
        job = self.tenantd.provisioning(
            organization_name="Acme", full_name="Jo", email="jo@acme.com"
        )
        seen = [(progress.step, progress.state) async for progress in job]
        self.assertEqual(
            seen, [(step, state) for step in range(1, 6) for state in ("started", "done")]
        )
        tenant = await job
        self.assertEqual((await self.tenantd.status(tenant.site)).state, "active")
        self.assertEqual((await self.tenantd.status()).tenants, {"active": 1})
        with self.assertRaises(SiteExistsError):
            await self.tenantd.provision(
                organization_name="Acme", full_name="Jo", email="j@acme.com"
            )
        report = await self.tenantd.cleanup(pattern="acme", delay=0)
        self.assertEqual([entry.name for entry in report.dropped], [tenant.site])

    async def test_cancelling_the_task_undoes_the_signup(self) -> None:
        await self.tenantd.status()
        self.hold("user_insert")
        job = self.tenantd.provisioning(
            organization_name="Acme", full_name="Jo", email="jo@acme.com"
        )
        async for progress in job:
            if progress.step == 3:
                break
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(job.result(), 0.01)
        with self.assertRaises(RequestCancelledError) as cancelled:
            await job
        self.assertTrue(cancelled.exception.rolled_back)
        self.assertEqual(self.sites(), set())

    async def test_a_killed_tenantd_is_started_again_and_the_signup_repeated(self) -> None:
        await self.tenantd.status()
        self.hold("user_insert")
        job = self.tenantd.provisioning(
            organization_name="Acme", full_name="Jo", email="jo@acme.com", idempotency_key="k"
        )
        async for progress in job:
            if progress.step == 3:
                break
        (self.sandbox / "sites" / "sandbox.json").unlink()
        kill(self.pid())
        self.assertEqual((await job).site, "acme.localhost")

    async def test_an_idle_tenantd_that_was_killed_costs_no_error(self) -> None:
        # Its bench is up then: no child is being born, which would hold its input for a moment.
        await self.tenantd.status()
        kill(self.pid())
        await self.tenantd.ping()

    async def test_ten_thousand_calls_in_flight(self) -> None:
        await asyncio.gather(*(self.tenantd.ping() for _ in range(10_000)))

    async def test_close_finishes_what_was_accepted(self) -> None:
        await self.tenantd.ping()
        signup = asyncio.ensure_future(
            self.tenantd.provision(organization_name="Acme", full_name="Jo", email="jo@acme.com")
        )
        # `ping` overtakes nothing: when it is answered, the signup was read.
        await asyncio.gather(self.tenantd.ping(), asyncio.sleep(0))
        pid = self.pid()
        await self.tenantd.close()
        self.assertFalse(alive(pid))
        self.assertEqual((await signup).site, "acme.localhost")

    def pid(self) -> int:
        link = self.tenantd._link
        assert link is not None and link._transport is not None
        pid = link._transport.get_pid()
        assert pid is not None
        return pid
