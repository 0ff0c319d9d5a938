"""`manage.py bench shift [--seconds N]`: how far open pages shift while everything on them changes.

A console of its own with workers and simulator, and a browser with one page of each kind that polls, side by side,
each seen from its first paint on. Meanwhile work is launched, runs, writes logs, is stopped, started, guarded, renamed,
fails and ends; a provider falters and recovers, prices jump, a stray turns up. Told is the sum of all layout shifts of
each page as the browser reports them, which is never less than the largest session window that CLS is; and how often
its regions were drawn anew, since a page that did not change proves nothing.
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench._browser import chromium
from tests.bench._figures import Figure, report
from tests.bench._shift_changes import Stage
from tests.bench._shift_pages import Seen, Window
from tests.console import running_console

_MOST_SHIFT = 0.02


def main(words: list[str]) -> int:
    """Print a table and, as the last line, one JSON object; answers 1 for a missed target."""
    parser = argparse.ArgumentParser(prog="manage.py bench shift")
    parser.add_argument("--seconds", type=float, default=60, help="how long the pages are watched")
    parser.add_argument("--shots", type=Path, help="folder for a picture of each page at the end")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder, running_console(Path(folder) / "data") as console:
        stage = Stage(console)
        stage.set()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
            window = Window(browser, console)
            pages = window.opened(stage.pages())
            stage.play(asked.seconds)
            seen = [window.look(name, page, asked.shots) for name, page in pages.items()]
            browser.close()
    print(f"{stage.acts} acts in {asked.seconds:g} s, {stage.refused} of them refused")
    return report(_figures(seen))


def _figures(seen: list[Seen]) -> list[Figure]:
    for one in seen:
        print(f"{one.name:20}{one.drawn:4} times drawn anew  {len(one.shifts):3} shifts  {one.total:.4f}")
        for shift in sorted(one.shifts, key=lambda shift: -shift.value)[:3]:
            print(f"{'':22}{shift.value:.4f} at {shift.at_s:.1f} s: {'; '.join(shift.moved)[:300]}")
    return [
        *(Figure(f"{one.name}_shift", round(one.total, 4), _MOST_SHIFT) for one in seen),
        Figure("pages_that_never_changed", sum(one.is_live and not one.drawn for one in seen), 0),
        Figure("pages_whose_shifts_are_not_seen", sum(not one.would_be_seen for one in seen), 0),
    ]
