"""A team with very many jobs: a few through the product's own code, the others by SQL from one of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from gpuconsole.accounts.models import Team, TeamRole, User
from gpuconsole.projects.models import Project
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab, make_lab, make_user

_TABLE = Workload._meta.db_table
_PROJECTS, _PEOPLE, _LIVE = 8, 20, 30
"""So many run, newer than all that has ended: more than half a page, as in life."""


@dataclass(frozen=True)
class Shop:
    """Whose jobs they are, the one that all others are made from, and who looks at them."""

    lab: Lab
    team: Team
    first: Workload
    admin: User
    member: User
    projects: list[int]
    people: list[int]


def stock() -> Shop:
    """A team with projects and people, one job that has ended and some that run."""
    lab = make_lab()
    projects = [lab.project.pk] + [
        Project.objects.create(team=lab.team, name=f"Project {n}", slug=f"project-{n}", may_never_end=True).pk
        for n in range(_PROJECTS - 1)
    ]
    people = [make_user(lab.team).pk for _ in range(_PEOPLE)]
    first = lab.workload("baseten", State.SUCCEEDED, name="first", labels=["bench"])
    member = make_user(lab.team, TeamRole.MEMBER, project="member", **{"project-1": "viewer"})
    return Shop(lab, lab.team, first, lab.owner, member, projects, [*people, lab.owner.pk])


def fill(shop: Shop, count: int) -> None:
    """Add ended jobs until there are so many; the indexes are made anew, as it is faster to sort them once."""
    have = Workload.objects.count()
    each = _each(shop)
    columns = [field.column for field in Workload._meta.local_fields if not field.primary_key]
    values = [each.get(column, column) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexdef NOT LIKE '%% UNIQUE %%'",
            [_TABLE],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute(
            f"INSERT INTO {_TABLE} ({', '.join(columns)}) SELECT {', '.join(values)}"
            f" FROM {_TABLE}, generate_series(%s, %s) AS n WHERE id = %s",
            [have, count, shop.first.pk],
        )
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute(f"VACUUM ANALYZE {_TABLE}")
        cursor.execute("ANALYZE")
    for number in range(_LIVE):
        shop.lab.workload("baseten", State.RUNNING, name=f"running-{number}", labels=["bench"])


def _each(shop: Shop) -> dict[str, str]:
    """What differs from row to row, as SQL over ``n``; all else is the first row's."""
    projects, people = (f"ARRAY{[*found]}" for found in (shop.projects, shop.people))
    created = "now() - (random() * 200) * interval '1 day' - interval '8 days'"
    return {
        "public_id": "'job_' || lpad(to_hex(n::bigint), 26, '0')",
        "token": "'gc-' || lpad(to_hex(n::bigint), 20, '0')",
        "remote_id": "'r-' || md5(n::text)",
        "name": "(ARRAY['sweep', 'eval', 'sft', 'nerf', 'asr'])[mod(n, 5) + 1] || '-' || n",
        "state": "(ARRAY['succeeded', 'failed', 'cancelled', 'succeeded', 'succeeded'])[mod(n, 5) + 1]",
        "project_id": f"({projects})[mod(n, {len(shop.projects)}) + 1]",
        "owner_id": f"({people})[mod(n, {len(shop.people)}) + 1]",
        "gpu_model": "(ARRAY['H100', 'A100', 'L4', 'RTX 4090'])[mod(n, 4) + 1]",
        "cost_closed": "round((random() * 400)::numeric, 6)",
        "created_at": created,
        "ended_at": "now() - random() * interval '8 days'",
        "labels": "ARRAY['bench', 'seed-' || mod(n, 997)]",
        "request": "'{}'",
        "remote": "'{}'",
        "evidence": "'{}'",
    }
