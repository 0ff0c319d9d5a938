"""`manage.py bench latency`: how long people wait, on one machine with web, worker and simulator.

From the click on *Launch* in a browser's form to the arrival of the create call at the provider; and from a change at
the provider to the open page that shows it, asked as the page's own script asks.
"""

import argparse
import html
import json
import random
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from tests.bench._browser import hidden, signed_in
from tests.bench._figures import Figure, percentile, report
from tests.console import Console, running_console, wait_until

_MOST_CALL_MS, _MOST_SHOWN_S = 400, 5
_JITTER = 0.1  # of the script's polling
_FORM = "/launch/baseten/job/"


def main(words: list[str]) -> int:
    """Print a table and, as the last line, one JSON object; answers 1 for a missed target."""
    parser = argparse.ArgumentParser(prog="manage.py bench latency")
    parser.add_argument("--launches", type=int, default=40)
    parser.add_argument("--changes", type=int, default=10)
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder, running_console(Path(folder) / "data") as console:
        bench = Bench(console, signed_in(console), httpx.Client(base_url=console.answer("simulator"), timeout=20))
        bench.wait_for_catalogue()
        calls_ms = sorted(bench.launches(asked.launches))
        shown_s = sorted(bench.changes(asked.changes))
    print(f"launch click to create call, {len(calls_ms)} times: p50 {percentile(calls_ms, 0.5):.0f} ms")
    print(f"change at the provider to the open page, {len(shown_s)} times: p50 {percentile(shown_s, 0.5):.1f} s")
    return report(
        [
            Figure("click_to_create_call_p95_ms", round(percentile(calls_ms, 0.95)), _MOST_CALL_MS),
            Figure("change_to_open_page_max_s", round(shown_s[-1], 2), _MOST_SHOWN_S),
        ]
    )


@dataclass
class Bench:
    """A console that runs, a browser that is signed in to it, and the far side's control surface."""

    console: Console
    browser: httpx.Client
    far: httpx.Client

    def wait_for_catalogue(self) -> None:
        """Until a worker has seen the prices: before that nothing can be checked at a launch."""
        api = httpx.Client(headers={"Authorization": f"Bearer {self.console.answer('token')}"})
        url = f"{self.browser.base_url}/api/v1/offers?provider=baseten"
        wait_until(lambda: bool(api.get(url).json()["items"]), timeout_s=60)

    def launches(self, count: int) -> Iterator[float]:
        """Milliseconds from each click to its create call; a stranger's pause lies between two clicks."""
        for number in range(count):
            name = f"bench-{number}"
            clicked_at = self.launch(name, seconds=5)
            wait_until(lambda name=name: self._call(name) is not None, timeout_s=30)
            call = self._call(name)
            assert call is not None
            yield (datetime.fromisoformat(call["at"]).timestamp() - clicked_at) * 1000
            time.sleep(random.uniform(0.1, 0.9))

    def changes(self, count: int) -> Iterator[float]:
        """Seconds from each end at the provider to the answer that shows it, polled as the open page polls."""
        for number in range(count):
            self.launch(name := f"open-{number}", seconds=3600)
            page = self._page_of(name)
            wait_until(lambda page=page: _state(self._region(page)) == "Running", timeout_s=300)
            region = self._region(page)
            due_at, changed_at = _due(region), time.time() + random.uniform(0, 3)
            is_changed = False
            while _state(region) == "Running":
                if not is_changed and time.time() >= changed_at:
                    self.far.post("/_sim/clock", json={"advance_s": 7200}).raise_for_status()
                    changed_at, is_changed = time.time(), True
                if time.time() >= due_at:
                    region = self._region(page, region)
                    due_at = _due(region)
                time.sleep(0.02)
            yield time.time() - changed_at

    def launch(self, name: str, seconds: int) -> float:
        """Fill in the form and press its button; the moment of the press."""
        page = self.browser.get(_FORM)
        fields = hidden(page.text) | {
            "tried": "1",
            "confirmed": "1",
            "training_project_name": "bench",
            "training_job.name": name,
            "training_job.image.base_image": "busybox",
            "training_job.compute.accelerator.accelerator": "H100",
            "training_job.compute.accelerator.count": "1",
            "training_job.runtime.start_commands": f"sleep {seconds}",
        }
        pressed_at = time.time()
        answer = self.browser.post(f"{_FORM}launch/", data=fields)
        assert answer.status_code == 302, re.findall(r'class="error[^>]*>([^<]+)', answer.text) or answer.text[:2000]
        self._opened = answer.headers["Location"]
        return pressed_at

    def _page_of(self, name: str) -> str:
        return str(self._opened)

    def _call(self, name: str) -> dict[str, Any] | None:
        found = self.far.get("/_sim/requests", params={"provider": "baseten", "method": "POST", "path": "/jobs"}).json()
        calls = [call for call in found["requests"] if f'-{name}"' in json.dumps(call["body"])]
        return calls[0] if calls else None

    def _region(self, page: str, before: str = "") -> str:
        """The head of the page: as first loaded, or asked again with its stamp; unchanged is as it was."""
        if not before:
            return _head(self.browser.get(page).text)
        stamp = json.loads(html.unescape(re.findall(r"hx-vals='([^']+)'", before)[0]))["v"]
        headers = {"HX-Request": "true", "HX-Target": "head"}
        answer = self.browser.get(page, params={"v": stamp}, headers=headers)
        return before if answer.status_code == 204 else _head(answer.text)


def _head(text: str) -> str:
    return text[text.index('<div id="head"') :].partition("</dl>")[0]


def _due(region: str) -> float:
    every = re.search(r'data-poll="(\d+)"', region)
    return time.time() + (int(every[1]) if every else 10) * (1 + random.random() * _JITTER)


def _state(region: str) -> str:
    found = re.search(r'class="pill[^"]*"[^>]*>.*?([A-Z][a-z]+)\s*</', region, re.DOTALL)
    assert found, region[:1500]
    return found[1]
