"""Lets axe look at a page, and takes it in both themes and both widths where pictures are wanted."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.walks.reports import Reports

SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


def take(page: Page, name: str, folder: Path | None, reports: Reports) -> None:
    """Note what axe finds; with a folder write <name>-<theme>-<size>.png for each and note what is too wide. The page
    is left as it was. The gallery looks at every page in all its looks; here it is how they come about."""
    reports.looks.extend(violations(page, name))
    if folder is None:
        return
    was = page.viewport_size
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)
            page.evaluate("() => { document.activeElement?.blur(); scrollTo({ top: 0, behavior: 'instant' }) }")
            page.wait_for_timeout(60)
            page.screenshot(path=folder / f"{name}-{theme}-{size}.png", full_page=True)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > viewport["width"]:
                reports.looks.append(f"{name} is {width} px wide at {viewport['width']} px")
    page.evaluate("() => document.documentElement.dataset.theme = 'system'")
    if was:
        page.set_viewport_size(was)


def violations(page: Page, name: str) -> list[str]:
    """What axe finds wrong, with the first elements that are."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{name}: {rule['id']}: {[node['html'][:160] for node in rule['nodes'][:3]]}" for rule in found]
