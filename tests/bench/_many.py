"""Fills a database with one team's finished work: one row through the product's own code, the others by SQL from it."""

from __future__ import annotations

from django.db import connection

from gpuconsole.accounts.models import TeamRole, User
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab, make_lab, make_user

_EACH = {
    "public_id": "'job_' || lpad(to_hex({pk}::bigint * 1000000 + n), 26, '0')",
    "token": "'gc-' || lpad(to_hex({pk}::bigint * 1000000 + n), 20, '0')",
    "remote_id": "remote_id || '-' || n",
    "name": "'sweep-' || n",
    "state": "(ARRAY['succeeded', 'failed', 'cancelled'])[mod(n, 3) + 1]",
    "created_at": "created_at - interval '30 days' + n * interval '1 second'",
    "labels": "ARRAY['bench', 'seed-' || mod(n, 7)]",
}
"""What differs from row to row; all else is the first row's."""


def lab_with(count: int) -> tuple[Lab, User]:
    """A team with so many ended jobs and fifty newer that run, and a member of its project who is no admin."""
    lab = make_lab()
    reader = make_user(lab.team, TeamRole.MEMBER, project="viewer")
    first = lab.workload("baseten", State.SUCCEEDED, name="first", labels=["bench"])
    columns = [field.column for field in Workload._meta.local_fields if not field.primary_key]
    values = [_EACH.get(column, column).format(pk=first.pk) for column in columns]
    table = Workload._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
            f" FROM {table}, generate_series(1, %s) AS n WHERE id = %s",
            [count, first.pk],
        )
    for number in range(50):
        lab.workload("baseten", State.RUNNING, name=f"running-{number}", labels=["bench"])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return lab, reader
