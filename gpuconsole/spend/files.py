"""The two files, for pages and API alike."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import StreamingHttpResponse

from gpuconsole.core import csv_files
from gpuconsole.core.days import Span, day_of
from gpuconsole.spend import exports, focus
from gpuconsole.spend.currencies import rates_to
from gpuconsole.spend.rows import rows
from gpuconsole.spend.scope import Seen

CSV, FOCUS = "csv", "focus"


def of(seen: Seen, span: Span, now: datetime, kind: str) -> StreamingHttpResponse:
    """A file of the span, up to today."""
    team = seen.team
    last = min(span.last, day_of(now, team.time_zone))
    found = rows(seen.scope, Span(span.first, max(last, span.first - timedelta(days=1)), team.time_zone), now)
    rates = rates_to(team.currency)
    lines = focus.lines(found, team, rates) if kind == FOCUS else exports.lines(found, rates)
    name = f"{'focus' if kind == FOCUS else 'costs'}-{team.slug}-{span.first}-to-{span.last}.csv"
    return csv_files.answer(name, lines)
