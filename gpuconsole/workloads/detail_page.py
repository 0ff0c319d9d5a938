"""One look at one workload by one person: what every part of its page is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import polling
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider
from gpuconsole.workloads.lists import Words
from gpuconsole.workloads.models import Workload

_LONGEST_CHOICE = 200


@dataclass(frozen=True, slots=True)
class Poll:
    """What a region needs to be asked again: its address, stamp, and whether it can still change."""

    url: str
    stamp: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The look itself."""

    request: HttpRequest
    viewer: Viewer
    workload: Workload
    words: Words
    now: datetime
    tab: str = ""

    @property
    def provider(self) -> Provider:
        return registry.get(self.workload.provider)

    @property
    def url(self) -> str:
        return f"{self.words.url}{self.workload.public_id}/"

    @property
    def is_settled(self) -> bool:
        """Nothing of it changes any more, its output and its record at the provider included."""
        return self.workload.is_final and self.workload.is_output_complete and not self.workload.intent

    def asked(self, name: str) -> str:
        """What the address says of a choice; empty where it says nothing."""
        return self.request.GET.get(name, "")[:_LONGEST_CHOICE].replace("\0", "")

    def link(self, **choices: str) -> str:
        """The address of this tab with other choices; an empty one is taken away."""
        params = {name: value for name, value in self.request.GET.items() if name != polling.PARAMETER}
        params = {name: value for name, value in {**params, **choices}.items() if value}
        return f"{self.request.path}?{urlencode(params)}" if params else self.request.path

    def poll(self) -> Poll:
        """Regions are asked for at the address of the page, so that what was chosen there stays chosen."""
        stamp = polling.stamp(
            self.request,
            f"workload:{self.workload.pk}",
            f"connection:{self.workload.connection_id}",
            fresh_s=None if self.is_settled else 30,
            watches=None if self.is_settled else (self.workload.connection_id, self.workload.pk),
        )
        return Poll(self.link(), stamp, not self.is_settled)


def look(request: HttpRequest, viewer: Viewer, workload: Workload, words: Words, tab: str = "") -> Page:
    """A look just now."""
    return Page(request, viewer, workload, words, timezone.now(), tab)
