"""Labels of work that is there: set on one, or added to and taken from many at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gpuconsole.accounts.models import Team, User
from gpuconsole.audit import services as audit
from gpuconsole.core import versions
from gpuconsole.core.errors import Refused
from gpuconsole.workloads import bulk
from gpuconsole.workloads.labels import tidy
from gpuconsole.workloads.locking import locked, locked_many
from gpuconsole.workloads.models import Workload


def label(*, workload: Workload, labels: Sequence[str], by: User | None) -> Workload:
    """Give it these labels in place of those it had. Raises Refused for what is no label."""
    wanted = tidy(labels)
    with locked(workload.pk) as row:
        before = row.labels
        if wanted == before:
            return row
        row.labels = wanted
        row.save(update_fields=["labels"])
        versions.bump(*row.topics)
        audit.record(
            "workload.label",
            by=by,
            team=row.project.team,
            project=row.project,
            target=row,
            before={"labels": before},
            after={"labels": wanted},
        )
    return row


def label_many(
    *, team: Team, pks: Collection[int], add: Sequence[str] = (), remove: Sequence[str] = (), by: User | None
) -> int:
    """Add labels to and take them from many of one team's workloads; how many were changed.

    Raises Refused for what is no label, and where one would have too many: then none is changed.
    """
    added, gone = tidy(add), set(tidy(remove))
    with locked_many(pks) as rows:
        changed = [row for row in rows.values() if _relabel(row, added, gone)]
        bulk.update(changed, ["labels"])
        versions.bump(*{topic for row in changed for topic in row.topics})
        if changed:
            ids = [row.public_id for row in changed]
            audit.record(
                "workload.label_many",
                by=by,
                team=team,
                before={"taken away": sorted(gone)} if gone else {},
                after={"added": added, "workloads": ids},
            )
    return len(changed)


def _relabel(row: Workload, added: Sequence[str], gone: Collection[str]) -> bool:
    kept = [one for one in row.labels if one not in gone]
    try:
        wanted = tidy([*kept, *added])
    except Refused as refused:
        raise Refused(f"{row.name}: {refused.message}", code=refused.code, field="add") from refused
    if wanted == row.labels:
        return False
    row.labels = wanted
    return True
