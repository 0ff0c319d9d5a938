"""What each polled part of a workload's page shows."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext as _

from gpuconsole.providers.features import Feature
from gpuconsole.workloads import (
    access,
    acts,
    auto_stop,
    checkpoints,
    connecting,
    failure_card,
    figures,
    log_view,
    metric_charts,
    notes,
    queries,
    record_menu,
    timeline,
)
from gpuconsole.workloads.detail_page import Page
from gpuconsole.workloads.lists import Link, attempt_words, late_words
from gpuconsole.workloads.models import Event
from gpuconsole.workloads.services import EXTENDABLE
from gpuconsole.workloads.states import Kind

EVENTS_SHOWN, EVENTS_ON_PHONE, EVENTS_ON_TAB = 12, 4, 500
CHECKPOINTS_SHOWN = 20
HEAD_EVERY_S = 2
"""With a look at the provider every two seconds, a change is on the open page within five (`bench latency`)."""


def head(page: Page) -> dict[str, Any]:
    """Header and key figures."""
    workload = page.workload
    buttons = acts.of(page.viewer, workload, page.url)
    return {
        "workload": workload,
        "words": page.words,
        "provider": page.provider,
        "product": _(page.provider.product),
        "favicon": favicon(page),
        "window_title": window_title(page),
        "attempt_text": attempt_words(workload),
        "parts_badge": connecting.badge(workload),
        "late_badge": late_words(workload, page.now),
        "age": None if workload.is_final else workload.seen_at,
        "look_url": "" if workload.is_final or not workload.remote_id else f"{page.url}look/",
        "is_look_new": workload.connection.has_fresh_answer(page.now),
        "acts": [act for act in buttons if not act.is_more],
        "more_acts": [act for act in buttons if act.is_more],
        "menu": record_menu.of(page.viewer, workload, page.url),
        "removed_text": _("removed at {provider}").format(provider=page.provider.name) if workload.removed_at else "",
        "notes": notes.of(workload, page.provider, page.now, has_card=not page.tab),
        "kin": failure_card.kin(workload),
        "figures": figures.of(workload, page.now, _extend_url(page)),
        "poll": page.poll(),
        "head_every": HEAD_EVERY_S,
    }


def window_title(page: Page) -> str:
    """What the window is called: the state first, as far as a tab shows it."""
    return f"{page.workload.state_word.label} · {page.workload.name} · gpuconsole"


def favicon(page: Page) -> str:
    """The address of the small picture that tells the state."""
    return static(f"img/state-{page.workload.state}.svg")


def failure(page: Page) -> dict[str, Any]:
    """The card that says why it ended; an empty place while there is nothing to say."""
    card = failure_card.of(page.viewer, page.workload, page.url, page.now)
    return {**card, "workload": page.workload, "poll": page.poll()}


def drawn_timeline(page: Page) -> dict[str, Any]:
    """The full timeline, in the scale that the person wants, with the phases of one attempt."""
    workload = page.workload
    scale = page.viewer.user.preferences.get("timeline", "time")
    asked = page.asked("attempt")
    number = int(asked) if asked.isascii() and asked.isdigit() else None
    chosen = timeline.find(workload.phases, number)["attempt"]
    attempts = [attempt["attempt"] for attempt in workload.phases]
    return {
        "timeline": timeline.full(workload, page.now, scale=scale),
        "phases": timeline.phase_table(workload, page.now, queries.usual_phases(workload), chosen),
        "chosen": chosen,
        "attempt_links": {number: page.link(attempt=str(number)) for number in attempts} if len(attempts) > 1 else {},
        "legend": timeline.legend(),
        "scale": scale,
        "scales": (("time", _("To scale")), ("even", _("Even steps"))),
        "scale_url": f"{page.url}scale/",
        "poll": page.poll(),
    }


def events(page: Page) -> dict[str, Any]:
    """The newest events; on a tab of their own as many as a page can show."""
    limit = EVENTS_ON_TAB if page.tab else EVENTS_SHOWN
    found = list(page.workload.events.select_related("by").order_by("-id")[: limit + 1])
    return {
        "events": [_event(event) for event in found[:limit]],
        "more_events_url": f"{page.url}events/" if len(found) > limit and not page.tab else "",
        "all_events_url": f"{page.url}events/" if len(found) > EVENTS_ON_PHONE and not page.tab else "",
        "poll": page.poll(),
    }


def guards(page: Page) -> dict[str, Any]:
    """What will end it."""
    may_act = access.may_act(page.viewer, page.workload)
    return {"auto_stop": auto_stop.of(page.workload, page.url, page.now, may_act=may_act), "poll": page.poll()}


def parts(page: Page) -> dict[str, Any]:
    """Nodes or workers, and the ways in."""
    workload = page.workload
    usual = queries.usual_steps(workload) if connecting.is_starting(workload) else {}
    ports, ways = connecting.ports(workload), connecting.ways(workload)
    return {
        "workers": connecting.workers(workload, usual, page.now),
        "worker_strips": connecting.strips(workload, page.now),
        "parts_words": connecting.part_words(Kind(workload.kind)),
        "tells_nodes": page.provider.tells_nodes,
        "ways": ways,
        "main_way": next((way for way in ways if way.is_page), None),
        "try_it": connecting.try_it(workload, page.provider),
        "ports": ports,
        "answers": connecting.answers(ports),
        "ways_url": f"{page.url}ways/",
        "provider": page.provider,
        "may_show": access.may_act(page.viewer, workload),
        "workload": workload,
        "poll": page.poll(),
    }


def log(page: Page) -> dict[str, Any]:
    """The log, or why there is none."""
    return log_view.context(page.request, page.workload, page.url)


def metrics(page: Page) -> dict[str, Any]:
    """Charts of the chosen range, or their numbers; or why there are none."""
    if Feature.METRICS not in page.provider.features:
        default = _("{provider} offers no metrics.").format(provider=page.provider.name)
        return {"no_metrics": absent(page, Feature.METRICS) or default}
    asked, is_table = page.asked("range"), page.tab == "metrics" and page.asked("as") == "table"
    board = metric_charts.board(page.workload, page.now, asked)
    return {
        "board": board,
        "table": metric_charts.table(page.workload, page.now, asked) if is_table else None,
        "ranges": [
            Link(metric_charts.range_word(slug), page.link(range=slug), slug == board.range)
            for slug in metric_charts.RANGES
        ],
        "charts_url": page.link(**{"as": ""}),
        "table_url": page.link(**{"as": "table"}) if page.tab else f"{page.url}metrics/?as=table&range={board.range}",
        "idle": auto_stop.idle_words(page.workload, page.now),
        "poll": page.poll(),
        "workload": page.workload,
    }


def saved(page: Page) -> dict[str, Any]:
    """The newest checkpoints."""
    if Feature.CHECKPOINTS not in page.provider.features:
        return {"has_checkpoints": False, "no_checkpoints": absent(page, Feature.CHECKPOINTS)}
    found = list(checkpoints.newest_first(page.workload))
    return {
        "has_checkpoints": True,
        "checkpoints": found[:CHECKPOINTS_SHOWN],
        "checkpoint_count": len(found),
        "provider": page.provider,
        "workload": page.workload,
        "poll": page.poll(),
    }


def absent(page: Page, feature: Feature) -> str:
    """Why the provider has no such feature, as it declares it; empty where it says nothing."""
    told = page.provider.absent.get(feature, "")
    return _(told) if told else ""


def _extend_url(page: Page) -> str:
    may = page.workload.state in EXTENDABLE and access.may_act(page.viewer, page.workload)
    return f"{page.url}extend/" if may else ""


def _event(event: Event) -> dict[str, Any]:
    title = event.text
    if event.by:
        title = _("{event} by {person}").format(event=event.text, person=event.by.display_name)
    return {
        "at": event.at,
        "state": event.state,
        "title": title,
        "detail": event.detail,
        "status": event.remote_status,
    }
