"""What a browser and axe complain about on a walk."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage

_CUT_OFF = ("htmx:afterRequest", "htmx:sendAbort")
"""What htmx logs as errors where leaving the page, or a newer request, cut one off; a lost one says `sendError` too."""


@dataclass
class Reports:
    """Complaints by kind; all must be empty at the end of a walk."""

    csp: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    """What axe found, and pages that are wider than the window."""

    def hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.csp.append(f"{message.text[:120]} {message.location}")
        elif message.text.startswith(_CUT_OFF):
            return
        elif message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.errors.append(message.text)

    def assert_none(self) -> None:
        everything = [*self.csp, *self.errors, *self.looks]
        assert not everything, "\n".join(everything)
