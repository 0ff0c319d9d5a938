"""What a provider refuses is tied to the field that it names, and its clone opens with that said beside the field."""

import copy
import html
import re
from typing import Any

import pytest
from django.test import Client

from gpuconsole.catalog.models import ChoiceSet
from gpuconsole.providers import registry
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Fault, ReasonCode, State
from tests.contract.samples import sample
from tests.sync.bench import Engine

REFUSED: dict[str, tuple[str, Any]] = {
    "baseten": ("training_job.compute.memory", "900Ti"),
    "cortecs": ("model_id", "nobody--nothing"),
    "fireworks": ("nodePoolId", "nobodys-pool"),
    "novita": ("diskSize", 7000),
    "otoy": ("max_retry_count", 2**60),
}
"""A value that we let pass where the catalogue does not tell yet, and the provider does not."""


def refused(engine: Engine, slug: str) -> Workload:
    path, value = REFUSED[slug]
    spec = copy.deepcopy(sample(slug))
    *parents, last = path.split(".")
    place = spec
    for key in parents:
        place = place.setdefault(key, {})
    place[last] = value
    ChoiceSet.objects.filter(connection=engine.connect(slug)).delete()
    row = engine.launch(spec, stop_after_s=3600)
    engine.sync(slug)
    return engine.fresh(row)


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_the_reason_names_the_field_by_its_path(engine: Engine, slug: str) -> None:
    row = refused(engine, slug)
    assert (row.state, row.reason_code, row.reason_fault) == (State.FAILED, ReasonCode.REJECTED, Fault.YOU)
    assert row.reason_field == REFUSED[slug][0]
    assert row.reason_text.startswith(f"{row.reason_field}: {registry.get(slug).name}")


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_a_clone_says_it_beside_the_field_and_may_be_sent_all_the_same(engine: Engine, slug: str) -> None:
    row = refused(engine, slug)
    client = Client()
    client.force_login(engine.user)
    page = client.get(f"/launch/{slug}/{row.kind}/?clone={row.public_id}").content.decode()
    said = html.escape(row.reason_text.removeprefix(f"{row.reason_field}: "), quote=True)
    notes = re.findall(r'<div class="error" id="([^"]+)"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert [place for place, text in notes if said in text], (said, notes)
    assert re.search(r"Fix \d fields? to launch", page)
