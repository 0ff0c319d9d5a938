"""Who is answered what at every address: a word for each of world.ROLES, for a look and for an act.

``in``: led to sign-in; ``ok``: answered or led on, if only to be told that the form is incomplete; else the status.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.contract.samples import sample
from tests.tenancy.world import World


@dataclass(frozen=True)
class Rule:
    """The words for GET and for POST, what is posted, and what stands behind the question mark."""

    get: str
    post: str
    body: Callable[[World], dict[str, Any]] = lambda world: {}
    query: Mapping[str, str] = field(default_factory=dict)

    def posting(self, body: Callable[[World], dict[str, Any]]) -> Rule:
        """The same with a body."""
        return replace(self, body=body)


def everybody(word: str) -> str:
    """The same for every role."""
    return " ".join([word] * 7)


# in the order of world.ROLES: anonymous, stranger, outsider, viewer, member, project_admin, team_admin
_SIGNED_IN = "in ok ok ok ok ok ok"
_IN_PROJECT = "in 404 404 ok ok ok ok"
_ACTS_IN_PROJECT = "in 404 404 403 ok ok ok"
_SETTLES_PROJECT = "in 404 404 403 403 ok ok"
_SETTLES_TEAM = "in 404 403 403 403 403 ok"
_OWN_TEAM = "in ok 403 403 403 403 ok"  # the stranger settles a team of their own
_ADMIN_SEES = "in 404 404 404 404 404 ok"
_NOT_POSTED = "in 405 405 405 405 405 405"
_ABSENT = "in 404 404 404 404 404 404"

PAGE = Rule(_SIGNED_IN, _NOT_POSTED)
FORM = Rule(_SIGNED_IN, _SIGNED_IN)
PRESS = Rule(_NOT_POSTED, _SIGNED_IN)
WORK = Rule(_IN_PROJECT, _NOT_POSTED)
WORK_ACT = Rule(_ACTS_IN_PROJECT, _ACTS_IN_PROJECT)
PROJECT_FORM = Rule(_IN_PROJECT, _SETTLES_PROJECT)
PROJECT_PRESS = Rule(_NOT_POSTED, _SETTLES_PROJECT)
PROJECT_ASK = Rule(_SETTLES_PROJECT, _SETTLES_PROJECT)
TEAM_PRESS = Rule(_NOT_POSTED, _SETTLES_TEAM)
TEAM_ASK = Rule(_SETTLES_TEAM, _SETTLES_TEAM)
OWN_TEAM_FORM = Rule(_OWN_TEAM, _OWN_TEAM)
OPEN = Rule(everybody("ok"), everybody("405"))
OPEN_FORM = Rule(everybody("ok"), everybody("ok"))
NOWHERE = Rule(everybody("404"), everybody("404"))
NO_VIEW = Rule(_NOT_POSTED, _ABSENT)  # one that somebody else has is none
NO_SECOND_FACTOR = Rule(_ABSENT, _ABSENT)

READ = Rule("401 ok ok ok ok ok ok", everybody("405"))
READ_OFFER = Rule("401 404 ok ok ok ok ok", everybody("405"))
READ_WORK = Rule("401 404 404 ok ok ok ok", everybody("405"))
_OWN_TEAM_READ = "401 ok 403 403 403 403 ok"
ACT = Rule(everybody("405"), "401 404 404 403 ok ok ok")
DECIDE = Rule(everybody("405"), "401 404 404 403 403 ok ok")
_ADMINS_ACT = Rule(everybody("405"), "401 404 404 404 404 404 ok")
_QUOTAS = Rule("401 404 404 ok ok ok ok", "401 404 404 403 403 ok ok")
_TEAM_HOOK_ACT = Rule(everybody("405"), "401 404 403 403 403 403 ok")
_TEAM_QUOTAS = Rule("401 ok 403 403 403 403 ok", "401 ok 403 403 403 403 ok")


_LIMIT_ACTS = ("save/", "add/", "budget/", "alerts/", "alerts/add/", "providers/")
_RECORD_ACTS = ("labels/", "rename/", "project/", "delete-record/")
_LIMIT_REMOVALS = ("budget/remove/", "alerts/<int:pk>/remove/", "<str:public_id>/remove/")


def _launch(world: World) -> dict[str, Any]:
    return {"connection": world.lab.connections["cortecs"].public_id, "spec": sample("cortecs")}


def _preset(world: World) -> dict[str, Any]:
    return {"name": "shared", "project": world.lab.project.slug, "spec": sample("cortecs")}


def _view(world: World) -> dict[str, Any]:
    return {"kind": "job", "name": "Dear", "query": {"sort": "-cost"}}


def _limits(world: World) -> dict[str, Any]:
    return {"limit": world.names["requests/"]["limits"]}


def _halt(world: World) -> dict[str, Any]:
    return {"scope": "project", "project": world.lab.project.slug, "instances": "stop"}


def _reason(world: World) -> dict[str, Any]:
    return {"reason": "Not now."}


def _aside(world: World) -> dict[str, Any]:
    return {"reason": "A demo.", "until": f"{timezone.now() + timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}"}


def _quota(world: World) -> dict[str, Any]:
    return {"measure": "gpus", "kind": "job", "limit": 5}


def _invoice(world: World) -> dict[str, Any]:
    content = "resource_id,from,to,amount,currency\nx,2026-11-01,2026-11-02,1,USD\n"
    return {"connection": world.lab.connections["cortecs"].public_id, "content": content}


def _password(world: World) -> dict[str, Any]:
    return {"way": "Password"}


def _shared(kind: str) -> dict[str, Rule]:
    return {
        **_within(
            f"{kind}/",
            {"": PAGE, "export.csv": PAGE, "filter/": PAGE, "columns/": FORM, "views/": FORM, "bulk/": PRESS},
        ),
        **_within(f"{kind}/views/<slug:slug>/", dict.fromkeys(("rename/", "remove/"), NO_VIEW)),
        f"{kind}/<slug:public_id>/": WORK,
        f"{kind}/<slug:public_id>/menu/": WORK,
        f"{kind}/<slug:public_id>/log/": WORK,
        f"{kind}/<slug:public_id>/log/find/": WORK,
        f"{kind}/<slug:public_id>/log.txt": WORK,
        f"{kind}/<slug:public_id>/spec.json": WORK,
        f"{kind}/<slug:public_id>/extend/": WORK_ACT,
        f"{kind}/<slug:public_id>/guards/": WORK_ACT,
        f"{kind}/<slug:public_id>/look/": Rule(_NOT_POSTED, _IN_PROJECT),
        f"{kind}/<slug:public_id>/ways/": Rule(_NOT_POSTED, _ACTS_IN_PROJECT).posting(_password),
        f"{kind}/(?P<public_id>[\\w-]+)/(?P<verb>stop|start|restart|terminate|retry|delete)/": WORK_ACT,
        f"{kind}/<slug:public_id>/edit/": WORK_ACT,
        **_within(f"{kind}/<slug:public_id>/", dict.fromkeys(_RECORD_ACTS, WORK_ACT)),
        f"{kind}/<slug:public_id>/record.json": WORK,
        f"{kind}/<slug:public_id>/scale/": Rule(_NOT_POSTED, _IN_PROJECT),
        f"{kind}/<slug:public_id>/decide/": WORK,
        f"{kind}/<slug:public_id>/decide/check/": Rule(_NOT_POSTED, _ACTS_IN_PROJECT),
        f"{kind}/(?P<public_id>[\\w-]+)/decide/(?P<settlement>adopt|send_again|give_up)/": WORK_ACT,
        f"{kind}/<slug:public_id>/<slug:tab>/": WORK,
    }


def _within(prefix: str, rules: dict[str, Rule]) -> dict[str, Rule]:
    return {prefix + tail: rule for tail, rule in rules.items()}


_FORM_OF = "launch/<slug:slug>/<slug:kind>/"
_PRESET = "launch/presets/<slug:public_id>/"
_REQUEST = "requests/<slug:public_id>/"
_HALT = "stop-everything/<slug:public_id>/"
_CONNECTION = "connections/<str:public_id>/"
_FINDING = "reconcile/<slug:public_id>/"
_PROJECT = "projects/<slug:slug>/settings/"

EXPECTED: dict[str, Rule] = {
    "": PAGE,
    "setup/": PAGE,
    "search/": PAGE,
    "launch/": PAGE,
    "launch/import/": FORM,
    "launch/presets/": PAGE,
    _PRESET: PROJECT_FORM,
    f"{_PRESET}remove/": PROJECT_ASK,
    **_within(_FORM_OF, {"": PAGE, "check/": PRESS, "edit/": PRESS, "draft/": FORM, "launch/": PRESS}),
    f"{_FORM_OF}preset/": PRESS,
    **_shared("jobs"),
    **_shared("instances"),
    "requests/": PAGE,
    "requests/by-link/<str:token>/": OPEN_FORM,  # the link itself is the right to decide
    _REQUEST: WORK,
    f"{_REQUEST}approve/": PROJECT_PRESS.posting(_limits),
    f"{_REQUEST}decline/": PROJECT_PRESS.posting(_reason),
    f"{_REQUEST}withdraw/": Rule(_NOT_POSTED, "in 404 404 403 ok 403 403"),
    "stop-everything/": FORM,  # everybody has work of their own; the wider scopes: tests/workloads/halts/test_pages.py
    "stop-everything/reports/": PAGE,
    _HALT: WORK,
    **_within(_HALT, {"again/": PROJECT_PRESS, "release/": PROJECT_PRESS}),
    "catalogue/": PAGE,
    "catalogue/compare/": PAGE,
    "catalogue/export.csv": PAGE,
    "catalogue/<slug:public_id>/": Rule("in 404 ok ok ok ok ok", _NOT_POSTED),
    **_within("costs/", {"": PAGE, "export.csv": PAGE, "focus.csv": PAGE}),
    "reconcile/": PAGE,
    "reconcile/check/": Rule(_NOT_POSTED, _OWN_TEAM),
    # of what no record explains, nobody but the team's admins is told
    f"{_FINDING}": Rule(_ADMIN_SEES, _NOT_POSTED),
    **_within(_FINDING, {"adopt/": Rule(_ADMIN_SEES, _ADMIN_SEES), "terminate/": Rule(_ADMIN_SEES, _ADMIN_SEES)}),
    f"{_FINDING}take-back/": Rule(_NOT_POSTED, _ADMIN_SEES),
    # of what concerns a project's work, its people are told and its admins settle it
    f"{_FINDING}ignore/": Rule(_SETTLES_PROJECT, _SETTLES_PROJECT),
    f"{_FINDING}ended/": Rule("in 404 404 403 403 403 ok", "in 404 404 403 403 403 ok"),
    "connections/": PAGE,
    "connections/new/": OWN_TEAM_FORM,
    "connections/look/": PRESS,
    "connections/sandbox/": Rule(_NOT_POSTED, _OWN_TEAM),
    _CONNECTION: Rule("in 404 ok ok ok ok ok", _NOT_POSTED),
    **_within(_CONNECTION, {"settings/": TEAM_PRESS, "test/": TEAM_PRESS, "fall-back/": TEAM_PRESS}),
    **_within(_CONNECTION, {"rotate/": TEAM_ASK, "remove/": TEAM_ASK}),
    f"{_CONNECTION}look/": Rule(_NOT_POSTED, "in 404 ok ok ok ok ok"),
    "projects/": PAGE,
    "projects/new/": OWN_TEAM_FORM,
    "projects/switch/": Rule(_NOT_POSTED, _IN_PROJECT).posting(lambda world: {"project": world.lab.project.slug}),
    **_within(_PROJECT, {"": PROJECT_FORM, "quotas/": WORK, "members/": PROJECT_FORM, "secrets/": PROJECT_FORM}),
    **_within(_PROJECT, {"providers/": Rule(_IN_PROJECT, "in 404 404 403 403 403 ok"), "presets/": WORK}),
    **_within(_PROJECT, {"archive/": PROJECT_ASK, "unarchive/": PROJECT_PRESS}),
    **_within(_PROJECT, {"members/<int:pk>/role/": PROJECT_PRESS, "members/<int:pk>/remove/": PROJECT_PRESS}),
    f"{_PROJECT}secrets/<str:public_id>/remove/": PROJECT_ASK,
    **_within(f"{_PROJECT}quotas/", dict.fromkeys((*_LIMIT_ACTS, *_LIMIT_REMOVALS, "members/"), PROJECT_PRESS)),
    "team/quotas/": Rule(_OWN_TEAM, _NOT_POSTED),
    **_within("team/quotas/", dict.fromkeys(_LIMIT_ACTS, Rule(_NOT_POSTED, _OWN_TEAM))),
    **_within("team/quotas/", dict.fromkeys(_LIMIT_REMOVALS, TEAM_PRESS)),
    "team/notifications/": Rule(_OWN_TEAM, _NOT_POSTED),
    **_within("team/notifications/webhook/", dict.fromkeys(("", "test/"), Rule(_NOT_POSTED, _OWN_TEAM))),
    **_within("team/notifications/webhook/", dict.fromkeys(("secret/", "remove/"), OWN_TEAM_FORM)),
    f"{_PROJECT}webhooks/": Rule(_SETTLES_PROJECT, _NOT_POSTED),
    **_within(f"{_PROJECT}webhooks/webhook/", dict.fromkeys(("", "test/"), PROJECT_PRESS)),
    **_within(f"{_PROJECT}webhooks/webhook/", dict.fromkeys(("secret/", "remove/"), PROJECT_ASK)),
    "team/": PAGE,
    "team/switch/": Rule(_NOT_POSTED, "in 404 ok ok ok ok ok").posting(lambda world: {"team": world.lab.team.slug}),
    "team/settings/": OWN_TEAM_FORM,
    "team/invite/": Rule(_NOT_POSTED, _OWN_TEAM),
    "team/invitations/<str:public_id>/revoke/": TEAM_PRESS,
    "team/members/<int:pk>/role/": TEAM_PRESS,
    "team/members/<int:pk>/remove/": TEAM_ASK,
    **_within("audit/", {"": Rule(_OWN_TEAM, _NOT_POSTED), "export.csv": Rule(_OWN_TEAM, _NOT_POSTED)}),
    "costs/invoices/": Rule(_OWN_TEAM, _NOT_POSTED),
    "costs/invoices/reconciliation.csv": Rule(_OWN_TEAM, _NOT_POSTED),
    "costs/invoices/import/": OWN_TEAM_FORM,
    "costs/invoices/read/": Rule(_NOT_POSTED, _OWN_TEAM),
    "costs/invoices/<str:public_id>/remove/": TEAM_ASK,
    "account/tokens/": PAGE,
    "account/tokens/new/": FORM,
    "account/tokens/done/": PRESS,
    "account/tokens/<str:public_id>/revoke/": Rule(_ADMIN_SEES, _ADMIN_SEES),
    "account/": FORM,
    "account/theme/": Rule(everybody("405"), everybody("ok")),
    "account/sessions/": FORM,
    "account/confirm/": FORM,
    "account/password/change/": FORM,
    "account/password/set/": FORM,
    **_within(
        "account/second-factor/",
        {
            "": PAGE,
            "authenticate/": FORM,
            "reauthenticate/": FORM,
            "totp/activate/": FORM,
            "totp/deactivate/": NO_SECOND_FACTOR,
            "recovery-codes/": Rule(_ABSENT, _NOT_POSTED),
            "recovery-codes/generate/": FORM,
            "recovery-codes/download/": NO_SECOND_FACTOR,
            "webauthn/": PAGE,
            "webauthn/add/": FORM,
            "webauthn/reauthenticate/": FORM,
            "webauthn/keys/<int:pk>/remove/": FORM,  # led to confirm the password first
            "webauthn/keys/<int:pk>/edit/": FORM,
        },
    ),
    "sign-in/": OPEN_FORM,
    "sign-out/": Rule(_SIGNED_IN, everybody("in")),
    "join/<str:token>/": OPEN_FORM,  # the link itself is the right to come in
    "account/sign-up/": OPEN_FORM,  # says that it is shut
    "account/inactive/": OPEN,
    "account/password/reset/": OPEN_FORM,
    "account/password/reset/sent/": OPEN,
    "account/password/reset/done/": OPEN,
    "account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/": OPEN_FORM,
    "healthz/": OPEN,
    "csp-report/": Rule(everybody("405"), everybody("400")),
    "words/<str:language>/<str:version>.js": Rule(everybody("404"), everybody("405")),  # English needs no catalogue
    "api/docs/": OPEN_FORM,
    "api/docs": OPEN_FORM,
    "api/(?P<rest>.*)": NOWHERE,
    "api/v1/": NOWHERE,
    "api/v1/openapi.json": OPEN_FORM,
    "api/v1/me": READ,
    "api/v1/projects": READ,
    "api/v1/projects/<slug>": READ_WORK,
    "api/v1/connections": READ,
    "api/v1/connections/<id>": READ_OFFER,
    "api/v1/connections/<id>/look": Rule(everybody("405"), "401 404 ok ok ok ok ok"),
    "api/v1/connections/<id>/inventory": Rule("401 404 ok ok ok ok ok", "401 404 403 403 403 403 ok"),
    "api/v1/findings": READ,
    "api/v1/findings/<id>": Rule("401 404 404 404 404 404 ok", everybody("405")),
    **_within("api/v1/findings/<id>/", dict.fromkeys(("terminate", "take-back"), _ADMINS_ACT)),
    "api/v1/findings/<id>/adopt": _ADMINS_ACT.posting(lambda world: {"project": world.lab.project.slug}),
    "api/v1/findings/<id>/ignore": DECIDE.posting(_aside),
    "api/v1/findings/<id>/mark-ended": Rule(everybody("405"), "401 404 404 403 403 403 ok"),
    "api/v1/providers": READ,
    "api/v1/providers/<slug>": READ,
    "api/v1/offers": READ,
    **_within("api/v1/offers/<id>", {"": READ_OFFER, "/prices": READ_OFFER}),
    "api/v1/workloads": READ,
    **_within("api/v1/costs", {"": READ, ".csv": READ, "/focus.csv": READ}),
    "api/v1/presets": Rule("401 ok ok ok ok ok ok", "401 404 404 403 403 ok ok").posting(_preset),
    "api/v1/presets/<id>": READ_WORK,
    "api/v1/views": Rule("401 ok ok ok ok ok ok", "401 ok ok ok ok ok ok").posting(_view),
    "api/v1/views/<kind>/<slug>": Rule("401 404 404 404 404 404 404", everybody("405")),
    # another team's connection is none that is known: told beside its field
    "api/v1/invoices": Rule(_OWN_TEAM_READ, "401 ok 403 403 403 403 ok").posting(_invoice),
    "api/v1/invoices/<id>": Rule(everybody("405"), everybody("405")),  # to delete only
    "api/v1/reconciliation": Rule(_OWN_TEAM_READ, everybody("405")),
    "api/v1/projects/<slug>/workloads": ACT.posting(_launch),
    "api/v1/projects/<slug>/workloads/preview": ACT.posting(_launch),
    "api/v1/requests": READ,
    "api/v1/requests/<id>": READ_WORK,
    **_within("api/v1/requests/<id>/", dict.fromkeys(("approve", "decline"), DECIDE.posting(_reason))),
    "api/v1/requests/<id>/trim": DECIDE.posting(lambda world: {"guards": {"stop_after_s": 60}}),
    "api/v1/requests/<id>/withdraw": Rule(everybody("405"), "401 404 404 403 ok 403 403"),
    "api/v1/halts": Rule("401 ok ok ok ok ok ok", "401 404 404 403 403 ok ok").posting(_halt),
    "api/v1/halts/reach": READ,
    **_within("api/v1/halts/<id>", {"": READ_WORK, "/entries": READ_WORK, "/again": DECIDE, "/release": DECIDE}),
    "api/v1/projects/<slug>/workloads/estimate": ACT.posting(_launch),
    "api/v1/projects/<slug>/quotas": _QUOTAS.posting(_quota),
    "api/v1/projects/<slug>/quotas/<id>": READ_WORK,
    "api/v1/projects/<slug>/budget": _QUOTAS.posting(lambda world: {"amount": 5}),
    "api/v1/team/quotas": _TEAM_QUOTAS.posting(_quota),
    "api/v1/team/quotas/<id>": Rule("401 404 403 403 403 403 ok", everybody("405")),
    "api/v1/team/webhooks": _TEAM_QUOTAS.posting(lambda world: {"url": "https://example.com/hook"}),
    "api/v1/team/webhooks/<id>": Rule("401 404 403 403 403 403 ok", everybody("405")),
    **_within(
        "api/v1/team/webhooks/<id>/",
        dict.fromkeys(("test", "secret"), Rule(everybody("405"), "401 404 403 403 403 403 ok")),
    ),
    "api/v1/projects/<slug>/webhooks": Rule("401 404 404 403 403 ok ok", "401 404 404 403 403 ok ok").posting(
        lambda world: {"url": "https://example.com/hook"}
    ),
    "api/v1/projects/<slug>/webhooks/<id>": Rule("401 404 404 403 403 ok ok", everybody("405")),
    **_within("api/v1/projects/<slug>/webhooks/<id>/", dict.fromkeys(("test", "secret"), DECIDE)),
    "api/v1/team/budget": replace(_TEAM_QUOTAS, get="401 404 403 403 403 403 ok").posting(lambda world: {"amount": 5}),
    **_within("api/v1/workloads/<id>", dict.fromkeys(("", "/events", "/logs"), READ_WORK)),
    "api/v1/workloads/<id>/logs/search": replace(READ_WORK, query={"q": "loss"}),
    **_within(
        "api/v1/workloads/<id>/", dict.fromkeys(("stop", "start", "restart", "terminate", "retry", "delete"), ACT)
    ),
    "api/v1/workloads/<id>/decision": READ_WORK,
    **_within("api/v1/workloads/<id>/decision/", dict.fromkeys(("check", "send-again", "give-up"), ACT)),
    "api/v1/workloads/<id>/decision/adopt": ACT.posting(lambda world: {"remote_id": "remote-1"}),
    "api/v1/workloads/<id>/edit": ACT.posting(lambda world: {"changes": {"priority": 3}}),
    "api/v1/workloads/<id>/look": Rule(everybody("405"), "401 404 404 ok ok ok ok"),
    "api/v1/workloads/<id>/ways": ACT.posting(_password),
    "api/v1/workloads/<id>/guards": ACT.posting(lambda world: {"stop_at_cost": 50}),
    "api/v1/workloads/<id>/project": ACT.posting(lambda world: {"project": world.lab.project.slug}),
    "api/v1/workloads/<id>/delete-record": ACT.posting(lambda world: {"name": "work"}),
    "api/v1/workloads/<id>/extend": ACT.posting(lambda world: {"ends_by": "2030-01-01T00:00:00Z"}),
}
