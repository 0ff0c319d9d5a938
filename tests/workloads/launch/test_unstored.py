"""A secret that is typed where a secret's name belongs: refused beside its field, shown to nobody else, kept sealed."""

from __future__ import annotations

import json

import pytest

from gpuconsole.core import crypto
from gpuconsole.projects import secrets
from gpuconsole.workloads import drafts
from gpuconsole.workloads.models import Draft, Workload
from tests.contract.samples import sample
from tests.workloads.launch.conftest import Desk, posted_by

TYPED = "hf_SUPERSECRETVALUE1234567"
REFUSAL = "The project has no secret of this name."


def novita() -> dict[str, object]:
    return sample("novita") | {"imageAuth": TYPED, "envs": [{"key": "T", "value": {"name": TYPED}}]}


def test_it_is_refused_beside_each_field_and_no_preview_shows_it(desk: Desk) -> None:
    answer = desk.post("novita", "launch/", desk.fill("novita", novita()))
    page = answer.content.decode()
    assert (answer.status_code, page.count(REFUSAL)) == (422, 2)
    assert "The exact request stands here as soon as every field is right." in page
    assert not Workload.objects.exists()


def test_the_draft_is_sealed_for_its_own_row(desk: Desk) -> None:
    desk.post("novita", "draft/", desk.fill("novita", novita()))
    kept = Draft.objects.get()
    assert TYPED.encode() not in bytes(kept.inputs)
    assert drafts.values(kept)["imageAuth"] == [TYPED]
    assert posted_by(desk.page("novita"))["imageAuth"] == [TYPED]
    kept.pk += 1
    with pytest.raises(crypto.SealBroken):
        drafts.sealing.read(kept, "inputs")


def test_json_that_cannot_be_read_yet_is_sealed_too(desk: Desk) -> None:
    desk.post("novita", "check/", {"json": f'{{"imageAuth": "{TYPED}'}, **{"HX-Request": "true"})
    assert TYPED.encode() not in bytes(Draft.objects.get().inputs)


def test_a_draft_whose_seal_is_broken_is_none(desk: Desk) -> None:
    desk.post("novita", "draft/", desk.fill("novita"))
    Draft.objects.update(inputs=b"\x01broken")
    assert 'id="draft-note"' not in desk.page("novita")
    desk.post("novita", "draft/", desk.fill("novita"))
    assert drafts.values(Draft.objects.get())["name"] == [sample("novita")["name"]]


def test_a_name_that_is_stored_is_taken(desk: Desk) -> None:
    secrets.put(project=desk.project, name="hf", value=TYPED, by=desk.user)
    spec = json.loads(json.dumps(novita()).replace(TYPED, "hf"))
    assert desk.post("novita", "launch/", desk.fill("novita", spec)).status_code == 302
