"""Where work comes from and who may: offers, connections, projects, tokens, people, and the first steps."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from gpuconsole.accounts import invitations, tokens
from gpuconsole.accounts.models import ApiToken, Scope, TeamRole
from gpuconsole.audit import services as audit
from gpuconsole.audit.models import Record, Result
from gpuconsole.catalog import published, refresh
from gpuconsole.catalog.models import Offer, OfferPrice
from gpuconsole.connections.models import CheckState, Connection, Health
from gpuconsole.projects import secrets
from gpuconsole.workloads.limits import services as limits
from gpuconsole.workloads.limits.terms import LimitTerms
from gpuconsole.workloads.presets import services as presets
from gpuconsole.workloads.presets.services import Content
from tests import factories as make
from tests.contract.conftest import far_side
from tests.contract.samples import sample
from tests.factories_workloads import Lab
from tests.gallery.entry import HOSTILE, Scene
from tests.gallery.samples import LONG_NAME
from tests.gallery.scenes.common import named, people, research_lab, sandboxed

CONNECTED = ("baseten", "cortecs", "novita", "otoy")
STEPS = {0: ("1.00",), 1: ("1.30", "1.10", "1.04"), 2: ("0.80", "0.9", "0.96"), 3: ("1.2", "1.00")}


def offers() -> Scene:
    """A team with everything that the simulator offers, a past for each price, and one odd price."""
    lab, now = research_lab(), timezone.now()
    published.load(now)
    Connection.objects.filter(team=lab.team).update(removed_at=now)
    Offer.objects.filter(connection__team=lab.team).delete()
    for slug in CONNECTED:
        connection, far = make.make_connection(lab.team, provider=slug), far_side(slug)
        refresh.save_offers(connection, far.adapter.offers(), now)
        far.adapter.close()
    mine = Offer.objects.filter(connection__team=lab.team)
    for offer in mine.exclude(hourly_price=None):
        for at, factor in enumerate(STEPS[offer.pk % 4], start=1):
            price = (offer.hourly_price or Decimal(0)) * Decimal(factor)
            at_day = now - timedelta(days=30 - at * 6)
            OfferPrice.objects.create(offer=offer, at=at_day, hourly_price=price, currency=offer.currency)
    mine.filter(pk=mine.filter(provider="baseten").latest("pk").pk).update(doubt="zero", hourly_price=0)
    ids = list(mine.exclude(hourly_price=None).order_by(F("hourly_price"), "pk").values_list("public_id", flat=True))
    picked = "&".join(f"o={ids[at]}" for at in (0, 3, 8))
    return Scene(lab.team, people(lab), {"offer": ids[0], "picked": picked})


def settled() -> Scene:
    """Connections in every health, tokens, secrets, presets, invitations, and an audit log with refusals."""
    lab, now = research_lab(), timezone.now()
    persons = people(lab)
    make.make_project(lab.team, name=f"x{HOSTILE}", by=lab.owner)
    make.make_project(lab.team, name=LONG_NAME, by=lab.owner)
    _connections(lab.team.pk)
    _tokens(lab)
    secret = secrets.put(project=lab.project, name="hf_token", value="hf_secret-value", by=lab.owner)
    content = Content(spec=sample("cortecs"))
    kept = {"team": lab.team, "project": lab.project, "content": content, "by": lab.owner, "secret_names": ()}
    preset = presets.save(name="standard", description="The usual endpoint", **kept)
    presets.save(name=LONG_NAME, **kept)
    invitation, link = invitations.invite(team=lab.team, email="new@example.org", role=TeamRole.MEMBER, by=lab.owner)
    terms = LimitTerms(measure="gpus", limit=Decimal(8))
    quota = limits.add_quota(team=lab.team, project=lab.project, terms=terms, by=lab.owner, why="H100 week")
    limits.change_quota(
        quota=quota,
        terms=LimitTerms(measure="gpus", limit=Decimal(16), consequence="warn"),
        by=lab.owner,
        why="Conformer-large run until 24 Nov",
    )
    refused = {"team": lab.team, "project": lab.project, "result": Result.REFUSED, "why": "Over quota."}
    audit.record("workload.launch", by=persons["member"], **refused)
    audit.record("workload.lost", by=None, team=lab.team, project=lab.project)
    sandboxed(lab)
    opened = Record.objects.filter(team=lab.team, action="quota.change").latest("id")
    token = ApiToken.objects.filter(team=lab.team).latest("pk")
    member = lab.team.memberships.get(user=persons["member"])
    connection = lab.connections["cortecs"]
    places = {
        "connection": connection.public_id,
        "project": lab.project.slug,
        "secret": secret.public_id,
        "preset": preset.public_id,
        "join": link.rstrip("/").rpartition("/")[2],
        "opened": opened.public_id,
        "token": token.public_id,
        "membership": str(member.pk),
        "since": f"{now:%Y-%m-%d}",
    }
    assert invitation.pk
    return Scene(lab.team, persons, places)


def _connections(team: int) -> None:
    now = timezone.now()
    mine = Connection.objects.filter(team=team)
    usual = {"health": Health.HEALTHY, "health_at": now - timedelta(days=2), "synced_at": now, "hint": "9fA2"}
    mine.update(**usual)
    steps = [
        {"name": "Reach the server", "is_ok": True, "detail": "TLS 1.3", "took_ms": 184},
        {"name": "Sign in", "is_ok": False, "detail": "401: the key is not known.", "took_ms": 96},
    ]
    failed = {"check_state": CheckState.FAILED, "check_steps": steps, "checked_at": now}
    rotated = {"rotated_at": now - timedelta(minutes=2), "old_until": now + timedelta(minutes=8)}
    refused = {"health": Health.REFUSED, "health_text": "It answered 401: the key is not known."}
    mine.filter(provider="cortecs").update(**failed, **rotated, **refused)


def _tokens(lab: Lab) -> None:
    now = timezone.now()
    for name, scopes, of, days in (
        ("asr-nightly", [Scope.LAUNCH], lab.project, 6),
        (LONG_NAME, [Scope.READ], None, 200),
        (f"laptop{HOSTILE}", [Scope.ADMIN], None, -2),
    ):
        token, _ = tokens.make(team=lab.team, user=lab.owner, name=name, scopes=scopes, project=of)
        ApiToken.objects.filter(pk=token.pk).update(expires_at=now + timedelta(days=days), last_used_at=now)


def fresh() -> Scene:
    """A team whose owner has done nothing yet."""
    owner = named(make.make_user(), "Researcher A")
    team = make.make_team(owner, name="Research lab")
    published.load(timezone.now())
    return Scene(team, {"owner": owner, "anonymous": None})


def connected() -> Scene:
    """A team with a project and connections, in which nothing was launched."""
    lab = research_lab()
    sandboxed(lab)
    return Scene(lab.team, people(lab), {"project": lab.project.slug})


def alone() -> Scene:
    """Somebody who is in no team."""
    team = make.make_team()
    return Scene(team, {"owner": named(make.make_user(), "Researcher Z"), "anonymous": None})
