"""What was spent, what may be spent, what was invoiced, and who asks for more."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from gpuconsole.projects.models import ProjectRole
from gpuconsole.spend import rollup
from gpuconsole.workloads.limits import alert_rules
from gpuconsole.workloads.limits.alert_rules import AlertTerms
from gpuconsole.workloads.models import UsageInterval, Via, Workload
from gpuconsole.workloads.requests import links, services
from gpuconsole.workloads.requests.links import Answer
from gpuconsole.workloads.states import State
from tests import factories as make
from tests.factories_workloads import Lab, make_user, sent
from tests.gallery.entry import HOSTILE, Scene
from tests.gallery.samples import LONG_NAME
from tests.gallery.scenes.common import PEOPLE, named, people, research_lab, sandboxed, scene
from tests.spend.conftest import HOUR, Book, give_budget
from tests.spend.invoices.test_reconciling import billed, used
from tests.workloads.requests.conftest import Desk, make_desk

NAMES = ("chat-post-training", "vision-foundation", "speech-asr", "infra-evals", f"rl{HOSTILE}", LONG_NAME)
DAYS = 34


def spent() -> Scene:
    """Some weeks of work of six projects and three people, in two currencies, some of it failed or not priced."""
    lab = research_lab()
    book, now = Book(lab.team, lab.owner, lab.project, lab.connections), timezone.now()
    projects = [make.make_project(lab.team, name=name, by=lab.owner) for name in NAMES]
    persons = [lab.owner, *(named(make_user(lab.team), name) for name in PEOPLE[1:3])]
    row = book.used(now - 30 * HOUR, now - 29 * HOUR, price=None)
    for day in range(DAYS):
        for place, project in enumerate(projects):
            start = now - timedelta(days=day, hours=1 + place)
            state = State.FAILED if (day + place) % 7 == 0 else State.SUCCEEDED
            facts = {"project": project, "owner": persons[place % 3], "currency": "EUR" if place == 4 else "USD"}
            price = Decimal(30 + 9 * place + (day * 7 + place * 5) % 40)
            if day % 11 == 0:
                row = book.used(start - HOUR, start, price=price, state=state, name=f"run-{day}-{place}", **facts)
            else:
                book.used(start - HOUR, start, price=price, workload=row, project=project)
    Workload.objects.filter(team=lab.team).update(is_sandbox=True)
    book.used(now - 2 * HOUR, None, project=projects[0], name="still-running")
    for project, budget in zip([*projects, lab.project], (1500, 2500, 2000, 2000, 2200, 4000, 100), strict=True):
        give_budget(project, budget)
    rollup.roll_up(lab.team)
    return Scene(lab.team, people(lab))


def limited() -> Scene:
    """A project with limits of every measure, one of them full, a budget that will not last, people and a token."""
    lab = research_lab()
    persons = people(lab)
    _spend(lab)
    for number in range(4):
        lab.workload("baseten", name=LONG_NAME if number else "asr-conformer-large-v4")
    quotas = (
        ("gpus", 16, {}),
        ("gpus", 8, {"gpu_model": "H100"}),
        ("workloads", 6, {"kind": "job", "each_member": True}),
        ("workloads", 2, {"kind": "instance", "consequence": "ask"}),
        ("run_s", 86_400, {"kind": "job"}),
        ("gpu_hours", 900, {"consequence": "warn"}),
        ("hourly_price", 200, {}),
    )
    for measure, limit, terms in quotas:
        make.set_quota(lab.project, measure, limit, **terms)
    make.set_quota(lab.project, "gpus", 40, wide=True)
    make.set_quota(lab.project, "providers", allowed=["baseten", "cortecs", "otoy"])
    make.set_budget(lab.project, 2000, stops_at_120=True)
    make.set_budget(lab.project, 9000, wide=True)
    alert_rules.add(team=lab.team, project=lab.project, terms=AlertTerms(amount=Decimal(100)), by=lab.owner)
    for role, name in zip((ProjectRole.ADMIN, ProjectRole.MEMBER), PEOPLE[4:], strict=True):
        named(make.add_to_project(lab.project, role), name)
    make.make_token(lab.team, lab.owner, project=lab.project)
    sandboxed(lab)
    return Scene(lab.team, persons, {"project": lab.project.slug})


def _spend(lab: Lab) -> None:
    now = timezone.now()
    job = lab.workload("baseten", State.CANCELLED)
    UsageInterval.objects.bulk_create(
        UsageInterval(
            workload=job,
            project=lab.project,
            started_at=now - timedelta(days=day, hours=1),
            ended_at=now - timedelta(days=day),
            billed_s=3600,
            cost=Decimal(120 + day),
            hourly_price=120 + day,
            currency="USD",
            rounding="second",
        )
        for day in range(14)
    )


def invoiced() -> Scene:
    """A row for most reasons why an invoice and the record differ."""
    lab = research_lab()
    exact, dear, rounded = (used(sent(lab.launch("baseten", name=f"train-{n}"))) for n in range(3))
    used(sent(lab.launch("baseten", name="not-on-the-invoice")))
    used(sent(lab.launch("cortecs", name="no-invoice-yet")))
    billed(
        lab,
        "baseten",
        {"resource_id": exact.remote_id, "amount": "26", "what": "compute", "hourly_price": "13", "name": ""},
        {"resource_id": dear.remote_id, "amount": "28.6", "what": "compute", "hourly_price": "14.3", "name": ""},
        {"resource_id": rounded.remote_id, "amount": "26.21", "what": "compute", "hourly_price": "", "name": ""},
        {"resource_id": "tj-9f3", "amount": "8.67", "what": "compute", "hourly_price": "6.5", "name": f"x{HOSTILE}"},
        {"resource_id": "vol-1", "amount": "1.2", "what": "storage", "hourly_price": "", "name": "datasets"},
    )
    invoice = lab.connections["baseten"].invoices.get()
    return scene(lab, invoice=invoice.public_id)


def asking_desk() -> Desk:
    """A desk with a request that was declined, one that waits, and one that is dear and long."""
    desk = make_desk()
    desk.lab.team.name = "Research lab"
    desk.lab.team.save()
    sandboxed(desk.lab)
    make.set_budget(desk.lab.project, 400, "USD", when_spent="ask")
    make.set_quota(desk.lab.project, "workloads", 10, wide=True)
    gone = desk.ask(name="eval-mmlu-nightly")
    services.decline(request=gone, by=desk.admin, via=Via.PAGE, reason="Use the queue at night.")
    desk.ask(name="llama3-8b-sft-r13", why="The last run for the paper: the deadline is on Monday.")
    desk.ask(name=LONG_NAME, stop_after_s=40 * 3600)
    return desk


def asked() -> Scene:
    """Launch requests in each of their states, for whoever decides."""
    desk = asking_desk()
    dear, waiting, declined = desk.lab.project.launch_requests.order_by("-id")
    ids = {"dear": dear.public_id, "waiting": waiting.public_id, "declined": declined.public_id}
    link = links.path(waiting, Answer.DECLINE, desk.admin)
    persons = {"owner": desk.admin, "member": desk.member, "anonymous": None}
    return Scene(desk.lab.team, persons, {**ids, "link": link, "spent_link": "/requests/by-link/wrong/"})
