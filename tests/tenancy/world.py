"""One team with everything that has an address, and people of every role who come to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.test import Client
from pydantic import SecretStr

from gpuconsole.accounts import invitations
from gpuconsole.accounts.models import Membership, TeamRole, User
from gpuconsole.inventory.models import FindingKind
from gpuconsole.notify import webhooks
from gpuconsole.notify.models import Webhook
from gpuconsole.notify.place import Place
from gpuconsole.projects import secrets
from gpuconsole.projects.models import ExchangeRate, ProjectMember, ProjectRole
from gpuconsole.spend.invoices import services as invoices
from gpuconsole.spend.models import InvoiceSource
from gpuconsole.workloads import ways
from gpuconsole.workloads.halts import services as halts
from gpuconsole.workloads.halts.reach import Reach
from gpuconsole.workloads.limits import alert_rules
from gpuconsole.workloads.limits.alert_rules import AlertTerms
from gpuconsole.workloads.models import Halt, HaltScope, InstanceEnd, LaunchRequest, Workload
from gpuconsole.workloads.presets import services as presets
from gpuconsole.workloads.presets.services import Content
from gpuconsole.workloads.requests import links
from gpuconsole.workloads.requests.asking import launch_or_ask
from gpuconsole.workloads.requests.links import Answer
from gpuconsole.workloads.states import State
from tests.contract.samples import sample
from tests.factories import add_member, make_project, make_team, make_token, set_budget, set_quota
from tests.factories_workloads import Lab, make_lab, make_spec
from tests.inventory.far import make_finding

ROLES = ("anonymous", "stranger", "outsider", "viewer", "member", "project_admin", "team_admin")
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass
class World:
    """The team's things by the names that addresses call them, and its people."""

    lab: Lab
    people: dict[str, User | None]
    names: dict[str, dict[str, Any]]
    """Values of an address's parts, by the first words of the address."""
    cookies: dict[str, str] = field(default_factory=dict)
    bearers: dict[str, dict[str, str]] = field(default_factory=dict)

    def let_in(self) -> None:
        """Sign everybody in once, so that who comes again and again is not signed in each time."""
        self.bearers = {role: self.bearer(role) for role in ROLES}
        signed_in = {role: self.browser(role).cookies for role in ROLES}
        self.cookies = {role: cookies.output(header="", sep=";") for role, cookies in signed_in.items()}

    def browser(self, role: str) -> Client:
        """A browser in which this person is signed in."""
        client = Client(raise_request_exception=True)
        if role in self.cookies:
            client.cookies.load(self.cookies[role])
        elif person := self.people[role]:
            client.force_login(person, backend=_BACKEND)
        return client

    def bearer(self, role: str) -> dict[str, str]:
        """Headers with a token of all scopes of this person."""
        person = self.people[role]
        if person is None:
            return {}
        if role in self.bearers:
            return self.bearers[role]
        team = Membership.objects.get(user=person).team
        return {"Authorization": f"Bearer {make_token(team, person)[1]}"}


def word(answer: Any) -> str:
    """The answer in the words of the rules."""
    if answer.status_code == 302 and answer["Location"].startswith("/sign-in/"):
        return "in"
    return "ok" if answer.status_code in (200, 201, 202, 204, 302, 409, 422) else str(answer.status_code)


def make_world() -> World:
    """The stranger owns another team; the outsider is in the team and in no project."""
    lab = make_lab()
    project = lab.project
    stranger_team = make_team()
    make_project(stranger_team)
    people: dict[str, User | None] = {
        "anonymous": None,
        "stranger": stranger_team.memberships.get(role=TeamRole.OWNER).user,
        "outsider": add_member(lab.team),
        "viewer": add_member(lab.team),
        "member": add_member(lab.team),
        "project_admin": add_member(lab.team),
        "team_admin": add_member(lab.team, TeamRole.ADMIN),
    }
    for role in (ProjectRole.VIEWER, ProjectRole.MEMBER):
        ProjectMember.objects.create(project=project, user=people[str(role)], role=role)
    ProjectMember.objects.create(project=project, user=people["project_admin"], role=ProjectRole.ADMIN)
    return World(lab, people, _names(lab, people))


def _names(lab: Lab, people: dict[str, User | None]) -> dict[str, dict[str, Any]]:
    owner, member = lab.owner, people["member"]
    assert member is not None
    halt = _halted(lab)
    job = lab.workload("baseten", State.FAILED, by=member)
    instance = lab.workload("cortecs", State.RUNNING, by=member)
    Workload.objects.filter(pk=instance.pk).update(**ways.columns(instance, {"Password": SecretStr("way-in-1")}))
    stray = make_finding(instance, mark="unknown")
    ghost = make_finding(instance, FindingKind.GHOST, workload=instance)
    theirs = make_finding(instance, workload=job, remote_id="stray-of-theirs")
    secret = secrets.put(project=lab.project, name="hf_token", value="hf_secret-value", by=owner)
    invitation, link = invitations.invite(team=lab.team, email="new@example.org", role=TeamRole.MEMBER, by=owner)
    preset = presets.save(
        team=lab.team,
        project=lab.project,
        name="standard",
        content=Content(spec=sample("cortecs")),
        by=owner,
        secret_names=(),
    )
    request = _asked(lab, member)
    content = b"resource_id,from,to,amount,currency\ny,2026-11-01,2026-11-02,1,USD\n"
    by_file = {"content": content, "source": InvoiceSource.FILE}
    invoice = invoices.import_file(connection=lab.connections["cortecs"], **by_file, by=owner)
    token, _ = make_token(lab.team, owner)
    offer = lab.connections["cortecs"].offers.get()
    rate = {"rate": "1.1", "source": "test"}
    ExchangeRate.objects.get_or_create(rate, currency="EUR", to_currency="USD", on=job.created_at.date())
    for place in (Place(lab.team), Place(lab.team, lab.project)):
        webhooks.save(place=place, by=owner, url="https://example.com/hook", occasions=(), is_on=True)
    team_hook, project_hook = (row.public_id for row in Webhook.objects.filter(team=lab.team).order_by("pk"))
    set_budget(lab.project, 9999)
    set_budget(lab.project, 9999, wide=True)
    spare = add_member(lab.team)
    in_project = ProjectMember.objects.create(project=lab.project, user=spare, role=ProjectRole.VIEWER)
    at_settings = {"slug": lab.project.slug}
    dear = AlertTerms(amount=Decimal(500))
    own, wide = (
        alert_rules.add(team=lab.team, project=project, terms=dear, by=owner) for project in (lab.project, None)
    )
    quota, team_quota = (set_quota(lab.project, "workloads", 99, wide=is_wide).public_id for is_wide in (False, True))
    return {
        "jobs/": {"public_id": job.public_id, "tab": "spec", "verb": "retry", "settlement": "give_up"},
        "instances/": {"public_id": instance.public_id, "tab": "spec", "verb": "stop", "settlement": "give_up"},
        "jobs/views/": {"slug": "of-somebody-else"},
        "instances/views/": {"slug": "of-somebody-else"},
        "requests/by-link/": {"token": links.path(request, Answer.DECLINE, owner).rstrip("/").rpartition("/")[2]},
        "requests/": {"public_id": request.public_id, "limits": request.limits},
        "catalogue/": {"public_id": offer.public_id},
        "reconcile/": {"public_id": stray.public_id},
        "reconcile/<slug:public_id>/ended/": {"public_id": ghost.public_id},
        "reconcile/<slug:public_id>/ignore/": {"public_id": theirs.public_id},
        "api/v1/findings/": {"id": stray.public_id},
        "api/v1/findings/<id>/mark-ended": {"id": ghost.public_id},
        "api/v1/findings/<id>/ignore": {"id": theirs.public_id},
        "api/v1/connections/": {"id": lab.connections["cortecs"].public_id},
        "connections/": {"public_id": lab.connections["cortecs"].public_id},
        "launch/presets/": {"public_id": preset.public_id},
        "launch/": {"slug": "cortecs", "kind": "instance"},
        "projects/<slug:slug>/settings/members/": at_settings | {"pk": in_project.pk},
        "projects/<slug:slug>/settings/secrets/": at_settings | {"public_id": secret.public_id},
        "projects/<slug:slug>/settings/quotas/": at_settings | {"public_id": quota, "pk": own.pk},
        "projects/<slug:slug>/settings/providers/": at_settings,
        "projects/<slug:slug>/settings/presets/": at_settings,
        "projects/<slug:slug>/settings/webhooks/": at_settings,
        "projects/": at_settings,
        "team/quotas/": {"public_id": team_quota, "pk": wide.pk},
        "team/invitations/": {"public_id": invitation.public_id},
        "team/members/": {"pk": Membership.objects.get(team=lab.team, user=spare).pk},
        "account/tokens/": {"public_id": token.public_id},
        "words/": {"language": "en", "version": "0"},
        "join/": {"token": link.rstrip("/").rpartition("/")[2]},
        "account/second-factor/webauthn/keys/": {"pk": 1},
        "account/password/reset/": {"uidb36": "1", "key": "wrong"},
        "api/v1/offers/": {"id": offer.public_id},
        "api/v1/providers/": {"slug": "cortecs"},
        "api/v1/projects/": at_settings | {"id": quota},
        "api/v1/projects/<slug>/webhooks/": at_settings | {"id": project_hook},
        "api/v1/team/": {"id": team_quota},
        "api/v1/team/webhooks/": {"id": team_hook},
        "stop-everything/": {"public_id": halt.public_id},
        "api/v1/halts/": {"id": halt.public_id},
        "api/v1/presets/": {"id": preset.public_id},
        "api/v1/views/": {"kind": "job", "slug": "of-somebody-else"},
        "api/v1/requests/": {"id": request.public_id},
        "costs/invoices/": {"public_id": invoice.public_id},
        "api/v1/invoices/": {"id": invoice.public_id},
        "api/v1/workloads/": {"id": instance.public_id},
        "api/(": {"rest": "nothing"},
    }


def _halted(lab: Lab) -> Halt:
    """Everything in the project was stopped before there was anything, and launches were held for a moment."""
    reach = Reach(HaltScope.PROJECT, lab.team, project=lab.project)
    told = {"reach": reach, "by": lab.owner, "instances": InstanceEnd.STOP, "holds_launches": True}
    return halts.release(halt=halts.stop_everything(**told), by=lab.owner)


def _asked(lab: Lab, member: User) -> LaunchRequest:
    """A launch of the member's that waits for an admin of the project."""
    quota = set_quota(lab.project, "gpus", 0, kind="job", consequence="ask")
    spec, connection = make_spec("baseten"), lab.connections["baseten"]
    found = launch_or_ask(
        project=lab.project, connection=connection, spec=spec, name="asked", by=member, stop_after_s=3600
    )
    assert isinstance(found, LaunchRequest) and found.limits == [quota.public_id]
    return found
