# One Chromium for the browser test's classes, and what all of them do with a page.
from __future__ import annotations

import os
import unittest
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import,unused-ignore]
from browser_support import SHOTS, Demo, chromium
from playwright.sync_api import (  # type: ignore[import-not-found,unused-ignore]
    Browser, Page, expect, sync_playwright,
)

WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 360, "height": 740}

# What sticks out of the page on the right, unless it is hidden on purpose.
WIDER = """() => [...document.querySelectorAll('body *:not(.unseen)')]
  .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
  .map((each) => each.outerHTML.slice(0, 80))"""


class BrowserCase(unittest.TestCase):
    """One Chromium for all tests of a class; a context of its own for each."""

    browser: Browser
    complaints: list[str]

    @classmethod
    def setUpClass(cls) -> None:
        program = chromium()
        if program is None:
            raise unittest.SkipTest("no chromium: apt-get install chromium")
        playwright = sync_playwright().start()
        cls.addClassCleanup(playwright.stop)
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        cls.browser = playwright.chromium.launch(
            executable_path=program, args=arguments)
        cls.addClassCleanup(cls.browser.close)
        SHOTS.mkdir(parents=True, exist_ok=True)
        expect.set_options(timeout=15_000)

    def setUp(self) -> None:
        self.complaints = []

    def page(self, demo: Demo, path: str = "/", **options: Any) -> Page:
        """A page; what its console complains of is kept, the content security policy's too."""
        context = self.browser.new_context(**{"viewport": WIDE, **options})
        self.addCleanup(context.close)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=demo.url)
        page: Page = context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text)
                if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(demo.url + path)
        return page

    def fill(self, page: Page, **values: str) -> None:
        form = {"organizationName": "Acme Corporation", "fullName": "Ada Lovelace",
                "email": "ada@example.com", **values}
        for name, value in form.items():
            page.locator(f"#{name}").fill(value)

    def sign_up(self, page: Page, **values: str) -> None:
        self.fill(page, **values)
        page.get_by_role("button", name="Create workspace").click()

    def look(self, page: Page, name: str) -> None:
        """Keeps a picture, and has axe look for what shuts people out."""
        page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=True)
        found = Axe().run(page).response["violations"]
        told = [f"{each['id']}: {node['html']}: {node['failureSummary']}"
                for each in found for node in each["nodes"]]
        self.assertEqual(told, [], f"{name}: {told}")
        wide = page.evaluate(WIDER)
        self.assertEqual(wide, [], f"{name}: wider than the page: {wide}")
        self.assertEqual(self.complaints, [], name)
