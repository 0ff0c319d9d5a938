"""Labels of work that is there: on its page, and of many at once."""

from __future__ import annotations

import pytest
from django.test import Client

from gpuconsole.audit.models import Record
from gpuconsole.core.errors import Refused
from gpuconsole.workloads import services
from gpuconsole.workloads.labels import LONGEST, MOST, tidy
from tests.factories_workloads import Lab


def test_labels_are_kept_once_and_without_blanks_around() -> None:
    assert tidy([" a ", "b  c", "", "a"]) == ["a", "b c"]


@pytest.mark.parametrize("labels", [["x" * (LONGEST + 1)], [str(n) for n in range(MOST + 1)], ["a\0b"]])
def test_what_is_no_label_is_refused(labels: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        tidy(labels)
    assert refused.value.field == "labels"


def test_the_page_shows_the_labels_takes_others_and_keeps_what_was_typed(lab: Lab) -> None:
    row, visitor = lab.workload("baseten", labels=["old"]), Client()
    visitor.force_login(lab.owner)
    url = f"/jobs/{row.public_id}/labels/"
    assert ">old</textarea>" in visitor.get(url).content.decode()
    refused = visitor.post(url, {"labels": "x" * 99})
    assert refused.status_code == 422
    assert "x" * 99 in refused.content.decode()
    visitor.post(url, {"labels": "sweep\r\n llama \r\n\r\nsweep"})
    row.refresh_from_db()
    assert row.labels == ["sweep", "llama"]
    record = Record.objects.get(action="workload.label")
    assert (record.before, record.after) == ({"labels": ["old"]}, {"labels": ["sweep", "llama"]})


def test_many_are_labelled_at_once_or_none(lab: Lab) -> None:
    some = lab.launch("baseten", labels=["a", "b"]), lab.launch("cortecs")
    full = lab.launch("baseten", labels=[str(n) for n in range(MOST)])
    pks = [row.pk for row in some]
    changed = services.label_many(team=lab.team, pks=pks, add=["c"], remove=["a"], by=lab.owner)
    assert changed == 2
    for row in some:
        row.refresh_from_db()
    assert [row.labels for row in some] == [["b", "c"], ["c"]]
    assert Record.objects.get(action="workload.label_many").after["added"] == ["c"]
    with pytest.raises(Refused, match="too many"):
        services.label_many(team=lab.team, pks=[*pks, full.pk], add=["d"], by=lab.owner)
    some[0].refresh_from_db()
    assert some[0].labels == ["b", "c"]
