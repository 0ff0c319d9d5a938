"""Thousands of workloads at five providers that change all the time: copies of one launch each, in both worlds."""

from __future__ import annotations

import random
import string
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from django.db import connection as database

from gpuconsole.connections.models import Connection
from gpuconsole.workloads.models import Workload
from tests.contract.samples import sample

WIDTH_S = 100.0
"""Where 1 % change each second, each one changes once in so long."""


@dataclass(frozen=True)
class Kind:
    """How one provider's work lives: ``changes`` in a life that passes by itself; 0: its owner has it go round."""

    slug: str
    make_id: Callable[[], str]
    changes: int = 0
    waits_s: float = 0
    """From its launch until it runs."""
    changes_a_stir: int = 0
    is_stopped_first: bool = False

    def run_s(self, share: float) -> int:
        """So long it must run that so many of them change each second."""
        return max(1, round(self.life_s(share) - self.waits_s))

    def life_s(self, share: float) -> float:
        """From its launch to its end."""
        return self.changes / share


KINDS = (
    Kind("baseten", lambda: "".join(random.choices(string.ascii_lowercase + string.digits, k=10)), 4, 230),
    Kind("cortecs", lambda: f"instance-{uuid.uuid4().hex[:12]}", changes_a_stir=3, is_stopped_first=True),
    Kind("fireworks", lambda: str(random.randrange(10**9, 10**10)), 3, 68),
    Kind("novita", lambda: uuid.uuid4().hex[:16], changes_a_stir=3),
    Kind("otoy", lambda: str(uuid.uuid4()), 3, 119),
)


def spec(kind: Kind, share: float) -> dict[str, Any]:
    """A launch of this kind whose life is as long as it must be."""
    wanted, run_s = sample(kind.slug), kind.run_s(share) if kind.changes else 0
    if kind.slug == "baseten":
        wanted["training_job"]["runtime"]["start_commands"] = [f"sleep {run_s}"]
    elif kind.slug == "fireworks":
        wanted |= {"pythonExecutor": None, "shellExecutor": {"command": f"sleep {run_s}"}}
    elif kind.slug == "otoy":
        container = wanted["parameters"]["parameters"]
        container["env"] = {**(container.get("env") or {}), "SIM_RUN_S": str(run_s)}
        wanted |= {"gpu_count": 1, "max_retry_count": 0, "max_node_count": 1, "max_timeout_run_ms": 86_400_000}
    elif kind.slug == "novita":
        wanted |= {"command": "sleep infinity"}
    return wanted


@dataclass
class Crowd:
    """The copies of one launch, here and there."""

    kind: Kind
    connection: Connection
    model: Workload
    far: httpx.Client
    size: int
    share: float
    _owed: float = 0.0
    ids: set[str] = field(default_factory=set)

    @property
    def _template(self) -> str:
        return f"bench_{self.kind.slug}"

    def keep_template(self) -> None:
        """Keep the model's row as it is: it goes on living as all others do."""
        with database.cursor() as cursor:
            table = Workload._meta.db_table
            cursor.execute(f"CREATE TABLE {self._template} AS SELECT * FROM {table} WHERE id = %s", [self.model.pk])

    def begin(self) -> None:
        """All of them, at ages that are spread over a life."""
        ages = [random.uniform(0, self.kind.life_s(self.share)) for _ in range(self.size)]
        self._bring(sorted(ages, reverse=True) if self.kind.changes else [random.uniform(600, 3000) for _ in ages])

    def go_on(self, seconds: float) -> None:
        """So many new ones as have ended meanwhile, or so many that go round."""
        changes = self.kind.changes or self.kind.changes_a_stir
        self._owed += self.size * self.share / changes * seconds
        count, self._owed = int(self._owed), self._owed % 1
        if self.kind.changes:
            self._bring([0.0] * count)
            return
        if self.kind.is_stopped_first:
            self._stir({"state": "stopped", "count": self.size})
        self._stir({"state": "running", "count": count})

    def _stir(self, asked: dict[str, Any]) -> None:
        self.far.post("/_sim/stir", json={"provider": self.kind.slug, **asked}).raise_for_status()

    def _bring(self, ages_s: Sequence[float]) -> None:
        if not ages_s:
            return
        ids = [self.kind.make_id() for _ in ages_s]
        asked = {"provider": self.kind.slug, "like": self.model.remote_id, "ids": ids, "ages_s": list(ages_s)}
        self.far.post("/_sim/crowd", json=asked).raise_for_status()
        self._insert(ids)
        self.ids.update(ids)

    def _insert(self, ids: Sequence[str]) -> None:
        each = {
            "id": "nextval(pg_get_serial_sequence('{table}', 'id'))",
            "public_id": "'job_' || replace(gen_random_uuid()::text, '-', '')",
            "token": "'gc-' || left(replace(gen_random_uuid()::text, '-', ''), 20)",
            "remote_id": "fresh.id",
            "created_at": "now()",
            "state_at": "now()",
        }
        table = Workload._meta.db_table
        columns = [field.column for field in Workload._meta.local_fields]
        values = [each.get(column, column).format(table=table) for column in columns]
        with database.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
                f" FROM {self._template}, unnest(%s::text[]) AS fresh (id)",
                [list(ids)],
            )


def insert_finished(crowds: Sequence[Crowd], count: int) -> None:
    """Ended work beside the active, in the same projects and on the same connections."""
    each = {
        "id": "nextval(pg_get_serial_sequence('{table}', 'id'))",
        "public_id": "'old_' || replace(gen_random_uuid()::text, '-', '')",
        "token": "'gc-' || left(replace(gen_random_uuid()::text, '-', ''), 20)",
        "remote_id": "'old-' || n",
        "state": "(ARRAY['succeeded', 'failed', 'cancelled'])[mod(n, 3) + 1]",
        "created_at": "now() - interval '30 days' + n * interval '1 second'",
        "state_at": "now() - interval '29 days' + n * interval '1 second'",
        "ended_at": "now() - interval '29 days' + n * interval '1 second'",
        "intent": "''",
        "is_log_complete": "true",
        "is_output_complete": "true",
        "due_at": "NULL::timestamptz",
        "billed_tariff": "''",
        "billed_since": "NULL::timestamptz",
    }
    table = Workload._meta.db_table
    columns = [field.column for field in Workload._meta.local_fields]
    values = [each.get(column, column).format(table=table) for column in columns]
    with database.cursor() as cursor:
        for crowd in crowds:
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
                f" FROM {crowd._template}, generate_series(1, %s) AS n",
                [count // len(crowds)],
            )
        cursor.execute("ANALYZE")
