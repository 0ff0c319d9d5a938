"""Strays of all five providers: seen twice before they are shown, with price and mark, and never a launch of ours."""

from __future__ import annotations

import pytest

from gpuconsole.inventory.models import Finding, FindingKind, Mark
from gpuconsole.providers import registry
from tests.contract.samples import sample
from tests.inventory.far import launch_elsewhere, look, shown
from tests.sync.bench import Engine


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_what_nobody_here_launched_is_shown_after_two_looks(engine: Engine, slug: str) -> None:
    ours = engine.launch(sample(slug), stop_after_s=7200)
    engine.sync(slug)
    theirs = launch_elsewhere(engine, slug)
    engine.pass_time(600)
    engine.sync(slug)
    assert shown() == []
    engine.pass_time(31)
    engine.sync(slug)
    print(
        [
            (
                f.kind,
                f.remote_id == theirs.id,
                f.name,
                f.mark,
                f.state,
                f.remote_status,
                f.hourly_price,
                f.hourly_now,
                f.currency,
                f.gpu_model,
                f.gpu_count,
                f.hardware_id,
                f.is_estimated,
                f.said_started_at,
                f.differences,
                f.story,
            )
            for f in Finding.objects.all()
        ]
    )
    look(engine, slug, 2)
    print([(f.kind, f.state, f.differences) for f in Finding.objects.all()])
    [found] = shown()
    assert (found.kind, found.remote_id, found.mark) == (FindingKind.STRAY, theirs.id, Mark.NONE)
    assert engine.fresh(ours).remote_id
