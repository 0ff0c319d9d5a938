"""Takes a page in both themes and both widths, and lets axe look at it."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


def take(page: Page, name: str, folder: Path) -> None:
    """Write <name>-<theme>-<size>.png for each, check accessibility in each theme, and leave the page as it was."""
    was = page.viewport_size
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)  # type: ignore[arg-type]
            page.wait_for_timeout(60)
            page.screenshot(path=folder / f"{name}-{theme}-{size}.png", full_page=True)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= viewport["width"], f"{name} is {width} px wide at {viewport['width']} px"
        page.set_viewport_size(SIZES["desktop"])  # type: ignore[arg-type]
        assert_accessible(page, name)
    page.evaluate("() => document.documentElement.dataset.theme = 'system'")
    if was:
        page.set_viewport_size(was)


def assert_accessible(page: Page, name: str) -> None:
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    violations = found.response["violations"]
    summary = [(v["id"], [node["html"][:160] for node in v["nodes"][:3]]) for v in violations]
    assert not violations, f"axe on {name}: {summary}"
