"""Launches at every provider through its form, side by side, each followed to the end that its provider confirms."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.walks import forms
from tests.walks import shots as camera
from tests.walks.conftest import Console
from tests.walks.forms import CORTECS, FIREWORKS, NOVITA, OTOY, OTOY_PERSISTENT
from tests.walks.reports import Reports
from tests.walks.test_story import assert_as_documented, fill_job, see

TOKEN = re.compile(r"gc-[0-9a-z]{20}-?")


class End(NamedTuple):
    """One step to an end: the action, the button that confirms it, and the word shown once the provider did it."""

    verb: str
    button: str
    word: str


STOP = End("stop", "Stop instance", "Stopped")


@dataclass(frozen=True)
class Launch:
    """One launch of a walk: its form, what must reach the provider, and how it ends."""

    provider: str
    fill: Callable[[Page], None]
    wanted: dict[str, Any] = field(default_factory=dict)
    kind: str = "job"
    ends: tuple[End, ...] = ()
    """What a person does to end it, step by step; without any it ends by itself."""
    asks: str = ""
    """The button of the question that is asked before so dear a launch."""
    picture: str = ""
    """How its pictures are called; empty where another walk takes them."""


LAUNCHES = (
    Launch("baseten", fill_job, asks="Launch for up to $78.00"),
    Launch("fireworks", forms.fill_fireworks, FIREWORKS, picture="fireworks"),
    Launch("otoy", forms.fill_otoy, OTOY, picture="otoy"),
    Launch(
        "otoy",
        forms.fill_otoy_persistent,
        OTOY_PERSISTENT,
        ends=(End("stop", "Stop job", "Cancelled"),),
        picture="otoy-persistent",
    ),
    Launch(
        "novita",
        forms.fill_novita,
        NOVITA,
        "instance",
        ends=(STOP, End("terminate", "Terminate", "Cancelled")),
        picture="novita",
    ),
    Launch("cortecs", forms.fill_cortecs, CORTECS, "instance", ends=(STOP,)),
)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_all_five_are_launched_by_form_and_followed_to_their_ends(
    size: str, signed_in: Page, console: Console, reports: Reports, shots: Path | None
) -> None:
    page = signed_in
    page.set_viewport_size(camera.SIZES[size])  # type: ignore[arg-type]

    def look(launch: Launch, name: str) -> None:
        if launch.picture and size == "desktop":  # the camera takes both widths
            camera.take(page, f"{name}-{launch.picture}", shots, reports)
        assert_fits(page)

    going = [(launch, launched(page, launch, look)) for launch in LAUNCHES]
    for launch, url in going:
        if launch.ends:
            page.goto(url)
            see(page, "Running")
            look(launch, launch.kind)
            act(page, *launch.ends[0])
    for launch, url in going:
        for before, step in pairwise(launch.ends):
            page.goto(url)
            see(page, before.word)
            act(page, *step)
    for launch, url in going:
        page.goto(url)
        see(page, launch.ends[-1].word if launch.ends else "Succeeded")
        if not launch.ends:
            look(launch, launch.kind)
        assert_received(console, launch, url)
    reports.assert_none()


def launched(page: Page, launch: Launch, look: Callable[[Launch, str], None]) -> str:
    """Fill in the form and press the button that is nearest; answers the address of what was launched."""
    forms.open_form(page, launch.provider, launch.kind)
    launch.fill(page)
    expect(page.locator("#launch-button")).to_have_text(f"Launch {launch.kind}", timeout=10_000)
    look(launch, "launch")
    page.get_by_role("button", name=f"Launch {launch.kind}").last.click()
    if launch.asks:
        page.get_by_role("button", name=launch.asks).click()
    page.wait_for_url(re.compile(rf"/{launch.kind}s/(job|inst)_"))
    return page.url


def act(page: Page, verb: str, button: str, _word: str) -> None:
    """Ask for a step and confirm it; what cannot be undone wants the name typed."""
    page.locator(f"[data-act={verb}]").click()
    if verb == "terminate":
        page.get_by_label(re.compile("^Type ")).fill(page.locator("#head h1").inner_text())
    page.get_by_role("button", name=button, exact=True).click()


def assert_received(console: Console, launch: Launch, url: str) -> None:
    """The provider was sent just what was filled in, with our token in the field that keeps it."""
    remote_id = console.ask("GET", f"/workloads/{url.rstrip('/').rsplit('/', 1)[1]}")["remote_id"]
    [sent] = [found["create_body"] for found in console.resources(launch.provider) if found["id"] == remote_id]
    if launch.provider == "baseten":
        assert_as_documented(sent)
        return
    assert untokened(sent) == launch.wanted


def untokened(body: dict[str, Any]) -> dict[str, Any]:
    """The body without the token of the launch, wherever it travels."""
    marked = {name: TOKEN.sub("", text) for name, text in body.items() if name in ("name", "title")}
    kept = {key: value for key, value in body.get("annotations", {}).items() if not TOKEN.fullmatch(value)}
    return body | marked | ({"annotations": kept} if kept else {})


def assert_fits(page: Page) -> None:
    """Nothing makes the page wider than the window."""
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{page.url} is {width} px too wide"
