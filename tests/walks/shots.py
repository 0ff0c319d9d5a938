"""Looks at a page in both themes and both widths: axe, what sticks out, and pictures where somebody wants them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.walks.reports import Reports

SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
RULES: dict[str, dict[str, Any]] = {"light": {}, "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}
"""What axe looks at in each theme: everything once, and then only what colours can change."""


def take(page: Page, name: str, folder: Path | None, reports: Reports) -> None:
    """Note what axe finds in each theme and what is too wide in each width; leave the page as it was.

    Where there is a folder, <name>-<theme>-<size>.png is written for each.
    """
    was = page.viewport_size
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)
            if folder:
                page.evaluate("() => { document.activeElement?.blur(); scrollTo({ top: 0, behavior: 'instant' }) }")
                page.wait_for_timeout(60)
                page.screenshot(path=folder / f"{name}-{theme}-{size}.png", full_page=True)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > viewport["width"]:
                reports.looks.append(f"{name} is {width} px wide at {viewport['width']} px")
        page.set_viewport_size(SIZES["desktop"])  # type: ignore[arg-type]
        reports.looks.extend(violations(page, f"{name}, {theme}", **RULES[theme]))
    page.evaluate("() => document.documentElement.dataset.theme = 'system'")
    if was:
        page.set_viewport_size(was)


def violations(page: Page, name: str, **options: Any) -> list[str]:
    """What axe finds wrong, with the first elements that are."""
    found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    return [f"{name}: {rule['id']}: {[node['html'][:160] for node in rule['nodes'][:3]]}" for rule in found]
