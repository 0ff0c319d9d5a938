"""Browsers for benches that use pages as people do: one without script, and the real one."""

from __future__ import annotations

import html
import re
import shutil

import httpx

from tests.console import Console


def signed_in(console: Console) -> httpx.Client:
    """A browser without script in which the first owner is signed in."""
    browser = httpx.Client(base_url=console.answer("url").rstrip("/"), timeout=20)
    page = browser.get("/sign-in/")
    fields = hidden(page.text) | {"login": console.answer("email"), "password": console.answer("password")}
    answer = browser.post("/sign-in/", data=fields)
    assert answer.status_code == 302, answer.text[:2000]
    return browser


def hidden(text: str) -> dict[str, str]:
    """Hidden inputs, and what is chosen in the selects, as the page has them."""
    inputs = [tag for tag in re.findall(r"<input[^>]*>", text) if 'type="hidden"' in tag or "checked" in tag]
    found = {}
    for tag in inputs:
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'<option[^>]*value="([^"]*)"[^>]*selected', body)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    return found


def chromium() -> str | None:
    """Where the real one is; None leaves it to Playwright."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
