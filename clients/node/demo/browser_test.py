# The demo in a real Chromium, on a sandbox: python3 clients/node/demo/browser_test.py
# Pictures go to the folder named by CI_OUTPUT (.ci-out/demo). Waits are for events, never for time.
from __future__ import annotations

import re
import unittest
from typing import Any

from browser_support import Demo, enter_venv

if __name__ == "__main__":
    enter_venv()

from browser_case import NARROW, BrowserCase
from playwright.sync_api import Page, expect  # type: ignore[import-not-found,unused-ignore]

STEPS = ["Create site", "Install app", "Create owner", "Apply plan settings", "Issue API keys"]


class Signup(BrowserCase):
    def test_a_signup_ends_with_a_workspace(self) -> None:
        with Demo() as demo:
            gate = demo.gate("user_insert", match="ada@example.com")
            page = self.page(demo)
            expect(page.locator("#bench")).to_have_text("Sandbox")
            self.look(page, "signup")
            self.fill(page)
            expect(page.locator("#subdomain-hint")).to_have_text(
                "Your workspace will be at acme-corp.localhost")
            page.locator("#subdomain").fill("acme")
            expect(page.locator("#subdomain-hint")).to_contain_text("acme.localhost")
            page.keyboard.press("Enter")

            expect(page.get_by_role("heading", name="Creating your workspace")).to_be_focused()
            steps = page.locator("#steps li")
            running = page.locator("#steps li[aria-current=step]")
            expect(running).to_contain_text("Create owner")
            gate.reached()
            expect(running.locator("time")).to_have_text(re.compile(r"^\d+\.\d s$"))
            expect(running.locator("time")).not_to_have_text(running.locator("time").inner_text())
            expect(steps.nth(1)).to_have_attribute("data-state", "done")
            expect(page.locator("#live")).to_have_text("Step 2 of 5, Install app: done.")
            self.look(page, "steps")
            gate.open()

            expect(page.get_by_role("heading", name="Your workspace is ready")).to_be_focused()
            expect(page.locator("#url")).to_have_attribute("href", "http://acme.localhost:8080")
            page.locator("#done-steps").click()
            expect(steps.locator(".title")).to_have_text(STEPS)
            for step in steps.all():
                expect(step).to_have_attribute("data-state", "done")
                expect(step.locator("time")).to_contain_text(" s")
            self.keys(page)
            self.look(page, "done")
            self.assertEqual(demo.log.read_text(), "")

    def keys(self, page: Page) -> None:
        """Masked, and not in the page at all, until they are asked for."""
        values = page.locator("#secret-list code")
        self.assertEqual({text[0] for text in values.all_inner_texts()}, {"•"})
        self.look(page, "done-masked")
        page.get_by_role("button", name="Copy API secret").click()
        expect(page.get_by_role("button", name="Copied API secret")).to_be_visible()
        expect(page.locator("#live")).to_have_text("API secret copied.")
        copied = page.evaluate("navigator.clipboard.readText()")
        self.assertRegex(copied, r"^[0-9a-f]{64}$")
        self.assertNotIn(copied, page.content())
        page.get_by_role("button", name="Reveal keys").click()
        expect(values.nth(1)).to_have_text(copied)
        self.assertEqual(values.count(), 3, "key, secret, and the password that was made")
        page.get_by_role("button", name="Hide keys").click()
        expect(values.nth(1)).not_to_have_text(copied)
        page.get_by_role("button", name="Reveal keys").click()
        expect(values.nth(1)).to_have_text(copied)

    def test_faults_are_told_beside_their_fields(self) -> None:
        with Demo(TENANTD_POOL="0") as demo:
            page = self.page(demo)
            page.get_by_role("button", name="Create workspace").click()
            expect(page.locator("#organizationName")).to_be_focused()
            expect(page.locator("#organizationName-fault")).to_have_text(
                "The organisation is required.")
            # These pass the page's own rules, so that tenantd says what is wrong.
            self.sign_up(page, organizationName="Www", fullName="42", email="ada@example",
                         password="password1234")
            expect(page.locator("#organizationName-fault")).to_have_text(
                "The organisation gives the subdomain “www”, which is reserved:"
                " choose an address below.")
            expect(page.locator("#fullName-fault")).to_have_text(
                "The full name must have a letter.")
            expect(page.locator("#email-fault")).to_contain_text("must have a domain such as")
            expect(page.locator("#password-fault")).to_contain_text("is too common")
            expect(page.locator("#organizationName")).to_be_focused()
            expect(page.locator("#email")).to_have_accessible_description(
                "The e-mail address must have a domain such as “example.com” after the “@”.")
            self.look(page, "faults")
            page.locator("#email").fill("ada@example.com")
            expect(page.locator("#email-fault")).to_be_empty()
            self.assertEqual(demo.leftovers(), [])

    def test_what_is_taken_is_told_beside_its_field(self) -> None:
        with Demo() as demo:
            page = self.page(demo)
            self.sign_up(page)
            expect(page.locator("#done-title")).to_be_visible()
            page.get_by_role("button", name="Create another").click()
            self.sign_up(page, email="grace@example.com")
            expect(page.locator("#subdomain-fault")).to_have_text(
                "acme-corp.localhost is taken. Choose another address, such as acme-corp-2 or"
                " acme-corp-3.")
            expect(page.locator("#subdomain")).to_be_focused()
            self.look(page, "taken")
            self.sign_up(page, organizationName="Globex")
            expect(page.locator("#email-fault")).to_contain_text("has a workspace already")
            self.assertNotIn("owns a tenant", page.content())
            self.sign_up(page, email="grace@example.com", organizationName="Globex")
            expect(page.locator("#done-lead")).to_contain_text("globex.localhost")


class Undone(BrowserCase):
    def test_a_failure_says_what_was_undone_and_can_be_tried_again(self) -> None:
        with Demo(TENANTD_POOL="0") as demo:
            demo.lever("fail", "settings", "The settings are locked.", match="acme")
            page = self.page(demo)
            self.sign_up(page, password="a long walk on the moor")
            expect(page.get_by_role("heading", name="Your workspace was not created")
                   ).to_be_focused()
            expect(page.locator("#undone")).to_have_text(
                "Everything that had begun was undone: nothing is left,"
                " and acme-corp.localhost is free again.")
            expect(page.locator("#told-message")).to_contain_text("The settings are locked.")
            expect(page.locator("#told-advice")).not_to_be_empty()
            steps = page.locator("#steps li")
            expect(steps.nth(2)).to_have_attribute("data-state", "undone")
            expect(steps.nth(3)).to_have_attribute("data-state", "failed")
            expect(steps.nth(4)).to_have_attribute("data-state", "waiting")
            self.look(page, "failed")
            self.assertEqual(demo.leftovers(), [])
            demo.levers({})
            page.get_by_role("button", name="Try again").click()
            expect(page.locator("#done-lead")).to_contain_text("acme-corp.localhost")
            self.assertNotIn("moor", page.content() + demo.log.read_text())

    def test_what_could_not_be_undone_is_told(self) -> None:
        with Demo(TENANTD_POOL="0") as demo:
            demo.levers({"fail": {"settings": "no luck", "drop": "the database is busy"}})
            page = self.page(demo)
            self.sign_up(page)
            expect(page.locator("#undone")).to_contain_text("Something of it is left for now.")
            expect(page.locator("#told-pending")).to_contain_text("the database is busy")
            expect(page.locator("#steps li").nth(0)).to_contain_text("not undone yet")
            self.look(page, "pending")

    def test_closing_the_tab_leaves_nothing(self) -> None:
        for point, match in (("new_site", ""), ("user_insert", "ada"), ("settings", "acme")):
            with self.subTest(point), Demo(TENANTD_POOL="0") as demo:
                gate = demo.gate(point, match)
                operator = self.page(demo, "/operator")
                page = self.page(demo)
                self.sign_up(page)
                gate.reached()
                expect(operator.locator("#jobs b")).to_have_text("acme-corp.localhost")
                self.assertNotEqual(demo.leftovers(), [])
                page.close()
                expect(operator.locator("#jobs-empty")).to_be_visible()
                expect(operator.locator("#lately")).to_contain_text("Undone, nothing is left.")
                self.assertEqual(demo.leftovers(), [])
                demo.levers({})
                again = self.page(demo)
                self.sign_up(again)
                expect(again.locator("#done-lead")).to_contain_text("acme-corp.localhost")

    def test_cancelling_says_what_was_undone(self) -> None:
        with Demo(TENANTD_POOL="0") as demo:
            gate = demo.gate("settings", "acme")
            page = self.page(demo, viewport=NARROW)
            self.sign_up(page)
            gate.reached()
            page.get_by_role("button", name="Cancel").click()
            expect(page.get_by_role("heading", name="Signup cancelled")).to_be_focused()
            expect(page.locator("#undone")).to_contain_text("Everything that had begun was undone")
            self.look(page, "cancelled-narrow")
            self.assertEqual(demo.leftovers(), [])
            page.get_by_role("button", name="Change the details").click()
            expect(page.locator("#organizationName")).to_have_value("Acme Corporation")

    def test_a_lost_server_is_told(self) -> None:
        with Demo(TENANTD_POOL="0") as demo:
            gate = demo.gate("settings", "acme")
            operator = self.page(demo, "/operator")
            page = self.page(demo)
            expect(operator.locator("#link")).to_have_text("Updates by itself")
            self.sign_up(page)
            gate.reached()
            demo.process.terminate()
            expect(page.locator("#told-message")).to_contain_text("connection")
            expect(operator.locator("#link")).to_have_attribute("data-state", "lost")
            demo.process.wait(30)
            self.assertEqual(demo.leftovers(), [])


class Operator(BrowserCase):
    def test_the_board_follows_what_happens(self) -> None:
        with Demo(TENANTD_CONCURRENCY="1") as demo:
            board = self.page(demo, "/operator")
            expect(board.locator("#state")).to_have_text("Ready")
            expect(board.locator("#link")).to_have_text("Updates by itself")
            expect(board.locator("#pool-count")).to_have_text("2 of 2 ready")
            gate = demo.gate("settings", "acme")
            first, second = self.page(demo), self.page(demo)
            self.sign_up(first)
            gate.reached()
            self.sign_up(second, organizationName="Globex", email="grace@example.com")
            expect(second.locator("#steps-lead")).to_have_text("Waiting for its turn…")
            expect(board.locator("#jobs-count")).to_have_text("1 of 1 running, 1 of 100 waiting")
            expect(board.locator("#jobs li").nth(0)).to_contain_text(
                "Step 4 of 5: Apply plan settings")
            expect(board.locator("#jobs li").nth(1)).to_contain_text("Waiting")
            gate.open()
            expect(first.locator("#done-title")).to_be_visible()
            expect(second.locator("#done-title")).to_be_visible()
            active = board.locator("#tenants div").filter(has_text="active").locator("dd")
            expect(active).to_have_text("2")
            expect(board.locator("#done li")).to_have_count(2)
            demo.lever("fail", "settings", "The settings are locked.", match="initech")
            third = self.page(demo)
            self.sign_up(third, organizationName="Initech", email="peter@example.com")
            expect(board.locator("#lately")).to_contain_text("The settings are locked.")
            held = demo.gate("settings", "hooli")
            fourth = self.page(demo)
            self.sign_up(fourth, organizationName="Hooli", email="gavin@example.com")
            held.reached()
            expect(board.locator("#jobs li")).to_have_count(1)
            self.look(board, "operator")
            for name, options in (("dark", {"color_scheme": "dark"}),
                                  ("narrow", {"viewport": NARROW})):
                other = self.page(demo, "/operator", **options)
                expect(other.locator("#jobs li")).to_have_count(1)
                self.look(other, f"operator-{name}")
            held.open()
            expect(fourth.locator("#done-title")).to_be_visible()

    def test_a_bench_in_trouble_is_told(self) -> None:
        with Demo(TENANTD_DB_ROOT_PASSWORD="not-the-password") as demo:
            board = self.page(demo, "/operator")
            expect(board.locator("#state")).to_have_text("Database denied")
            expect(board.locator("#trouble")).to_contain_text("TENANTD_DB_ROOT_PASSWORD")
            self.look(board, "operator-trouble")
            page = self.page(demo)
            self.sign_up(page)
            expect(page.locator("#failed-lead")).to_contain_text("cannot be reached")
            self.assertNotIn("not-the-password", page.content() + board.content())


class Looks(BrowserCase):
    def test_dark_and_narrow(self) -> None:
        looks: dict[str, dict[str, Any]] = {
            "dark": {"color_scheme": "dark"}, "narrow": {"viewport": NARROW},
            "narrow-dark": {"viewport": NARROW, "color_scheme": "dark"},
            "still": {"reduced_motion": "reduce"},
        }
        with Demo() as demo:
            for name, options in looks.items():
                with self.subTest(name):
                    demo.levers({})
                    page = self.page(demo, **options)
                    self.sign_up(page, fullName="42")
                    expect(page.locator("#fullName-fault")).not_to_be_empty()
                    self.look(page, f"faults-{name}")
                    gate = demo.gate("settings", name)
                    self.sign_up(page, organizationName=f"Acme {name}",
                                 email=f"{name}@example.com")
                    gate.reached()
                    expect(page.locator("#steps li[aria-current=step]")).to_contain_text(STEPS[3])
                    self.look(page, f"steps-{name}")
                    gate.open()
                    expect(page.locator("#done-title")).to_be_visible()
                    page.get_by_role("button", name="Reveal keys").click()
                    self.look(page, f"done-{name}")
                    demo.lever("fail", "settings", "The settings are locked.")
                    page.get_by_role("button", name="Create another").click()
                    self.sign_up(page, organizationName=f"Failing {name}",
                                 email=f"failing-{name}@example.com")
                    expect(page.locator("#failed-title")).to_be_visible()
                    self.look(page, f"failed-{name}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
