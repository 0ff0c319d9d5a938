"""Looks at pages as people do: both themes, four widths, a screen reader's rules; each is loaded once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Response

from gpuconsole.accounts.models import Team, User
from tests.gallery.entry import HOSTILE_MARK, Entry, Scene

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WIDTHS = (1440, 1100, 720, 390)
"""720 is also what a window of 1440 px has left at 200 % zoom."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = Path(__file__).with_name("looks.js")


class Studio:
    """A browser with one page, and the scenes that were made so far."""

    def __init__(self, browser: Browser, url: str, folder: Path | None) -> None:
        self.url, self.folder = url, folder
        self.context = browser.new_context(reduced_motion="reduce")  # no colour is read while it still changes
        for script in (AXE_FILE_PATH, LOOKS):
            self.context.add_init_script(path=script)
        self.page = self.context.new_page()
        self._complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._complaints.append(str(error)))
        self._person: User | None = None
        self._scenes: dict[Callable[[], Scene], Scene] = {}

    def close(self) -> None:
        self.context.close()

    def scene(self, make: Callable[[], Scene]) -> Scene:
        """Made at its first use, and again should a test have emptied the database."""
        found = self._scenes.get(make)
        if found is None or not Team.objects.filter(pk=found.team.pk).exists():
            found = self._scenes[make] = make()
        return found

    def address(self, entry: Entry) -> str:
        """Below the server's own."""
        return entry.at.format(**self.scene(entry.scene).places)

    def look(self, entry: Entry) -> list[str]:
        """Everything that is wrong with the page, in all its looks."""
        source = self.open(entry)
        wrong = [*self._of_source(source), *self._of_structure(entry)]
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            wrong += [f"{width} px: {said}" for said in self.page.evaluate("looks.wide()")]
            if width == WIDTHS[0]:
                wrong += [f"axe, light: {one}" for one in self.page.evaluate("rules => looks.broken(rules)", RULES)]
            self._shoot(entry, "light", width)
        self.theme("dark")
        wrong += [f"axe, dark: {one}" for one in self.page.evaluate("looks.illegible()")]  # all else is the same page
        if self.folder:
            for width in WIDTHS:
                self.page.set_viewport_size({"width": width, "height": 900})
                self._shoot(entry, "dark", width)
        return wrong + self._complaints

    def open(self, entry: Entry) -> str:
        """Go there as the entry's person, do what leads into the state; gives the answer's text."""
        address = self.address(entry)
        self.sign_in(self.scene(entry.scene).people.get(entry.who))
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        self._complaints.clear()
        answer = self.page.goto(self.url + address, wait_until="load")
        assert isinstance(answer, Response) and answer.status == entry.status, f"{address}: {answer and answer.status}"
        source = answer.text()
        if entry.then:
            entry.then(self.page)
            self.page.wait_for_load_state()  # a page that it led to has its styles
        self.theme("light")
        return source

    def sign_in(self, person: User | None) -> None:
        """With a fresh session, unless the same person goes on and has not narrowed what they see to a project."""
        if person is not None and person == self._person and "project=" not in self.page.url:
            return
        self.page.goto("about:blank")  # else the page before would go on asking, as somebody who may not
        self.context.clear_cookies()
        self._person = person
        if person is not None:
            self.context.add_cookies([session(self.url, person)])

    def theme(self, name: str) -> None:
        self.page.evaluate("name => { document.documentElement.dataset.theme = name }", name)

    def _of_source(self, source: str) -> list[str]:
        banned = ("style=", "<style", "<script>", "javascript:")
        return [f"the source has {word}" for word in banned if word in source]

    def _of_structure(self, entry: Entry) -> list[str]:
        found = self.page.evaluate("mark => looks.facts(mark)", HOSTILE_MARK)
        wrong = [] if found["heads"] == 1 else [f"{found['heads']} h1"]
        wrong += [] if found["mains"] == 1 else [f"{found['mains']} main"]
        wrong += [] if not found["hostile"] else ["a name was taken for markup"]
        return wrong + [f"does not say {words!r}" for words in entry.says if words not in self.page.inner_text("body")]

    def _shoot(self, entry: Entry, theme: str, width: int) -> None:
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            name = f"{entry.name}-{theme}-{width}.png"
            self.page.screenshot(path=self.folder / name, full_page=True, animations="disabled")

    def _hear(self, message: ConsoleMessage) -> None:
        place = message.location["url"]
        is_document = place == self.page.url and "Failed to load resource" in message.text  # a status that is meant
        if message.type == "error" and not place.endswith("/favicon.ico") and not is_document:
            self._complaints.append(message.text)


def session(url: str, person: User) -> Any:
    """A cookie with which this person is signed in."""
    client = Client()
    client.force_login(person, backend=BACKEND)
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}


def cookie(live_server: Any, person: User) -> Any:
    """The same for the gallery's own server."""
    return session(live_server.url, person)
