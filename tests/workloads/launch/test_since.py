"""A clone, or a preset, opens the form with every value and says what is not as it was."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from gpuconsole.catalog.models import ChoiceSet, Offer
from gpuconsole.connections.models import Connection
from gpuconsole.projects import secrets
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.workloads.models import Preset, Workload
from gpuconsole.workloads.names import renamed
from gpuconsole.workloads.presets import services
from gpuconsole.workloads.presets.services import Content
from tests import factories
from tests.contract.samples import sample
from tests.workloads.launch.conftest import Desk, posted_by


def launched(desk: Desk, slug: str = "baseten", spec: dict[str, Any] | None = None) -> Workload:
    desk.post(slug, "launch/", desk.fill(slug, spec))
    return Workload.objects.get()


def changes(desk: Desk, workload: Workload) -> list[str]:
    """The sentences under *Changed since* on the form of a clone."""
    page = desk.page(workload.provider, f"?clone={workload.public_id}")
    if 'id="changes"' not in page:
        assert "nothing has changed since" in page
        return []
    part = page[page.index('id="changes"') :]
    return re.findall(r"<li>(.*?)</li>", part[: part.index("</ul>")])


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_a_clone_of_what_is_still_so_says_that_nothing_changed(desk: Desk, slug: str) -> None:
    spec = sample(slug)
    workload = launched(desk, slug, spec)
    assert changes(desk, workload) == []
    inputs = posted_by(desk.page(slug, f"?clone={workload.public_id}"))
    desk.post(slug, "launch/", {**inputs, "confirmed": ["1"]})
    again = Workload.objects.exclude(pk=workload.pk).get().spec
    path = registry.get(slug).name_path
    assert renamed(again, path, "one") == renamed(spec, path, "one")


def test_another_price_is_told_with_both(desk: Desk) -> None:
    workload = launched(desk)
    Offer.objects.filter(hardware_id=workload.hardware_id).update(hourly_price="20.00")

    assert changes(desk, workload) == ["The price was $13.00 per hour and is $20.00 per hour now."]


def test_a_price_that_is_not_known_any_more_is_told(desk: Desk) -> None:
    workload = launched(desk)
    Offer.objects.filter(hardware_id=workload.hardware_id).update(hourly_price=None)

    assert changes(desk, workload) == ["The price was $13.00 per hour and is not known now."]


def test_hardware_out_of_stock_is_told(desk: Desk) -> None:
    workload = launched(desk)
    Offer.objects.filter(hardware_id=workload.hardware_id).update(is_available=False)

    assert changes(desk, workload) == [f"{workload.hardware_id} is out of stock just now."]


def test_hardware_that_is_not_offered_any_more_is_told(desk: Desk) -> None:
    workload = launched(desk, "cortecs")
    Offer.objects.filter(connection=desk.connections["cortecs"], hardware_id=workload.hardware_id).delete()

    assert f"{workload.hardware_id} is not on offer any more." in changes(desk, workload)


def test_a_choice_that_is_gone_is_told_with_its_field(desk: Desk) -> None:
    workload = launched(desk, "cortecs")
    models = ChoiceSet.objects.get(connection=desk.connections["cortecs"], name="models")
    models.choices = [one for one in models.choices if one["value"] != workload.spec["model_id"]]
    models.save()

    assert f"Model: {workload.spec['model_id']} is not offered any more." in changes(desk, workload)
    page = desk.page("cortecs", f"?clone={workload.public_id}")
    assert posted_by(page)["model_id"] == [workload.spec["model_id"]]


def test_a_removed_connection_is_told_with_what_is_used_instead(desk: Desk) -> None:
    workload = launched(desk)
    own = desk.connections["baseten"]
    Connection.objects.filter(pk=own.pk).update(removed_at=timezone.now())
    assert f"The connection {own.name} was removed: there is no other for this project." in changes(desk, workload)

    other = factories.make_connection(desk.project.team, provider="baseten")
    assert f"The connection {own.name} was removed: {other.name} is used instead." in changes(desk, workload)


def test_an_archived_project_is_told(desk: Desk) -> None:
    workload = launched(desk)
    factories.make_project(desk.project.team, name="other", by=desk.user)
    Project.objects.filter(pk=desk.project.pk).update(archived_at=timezone.now())

    assert "nerf is archived: pick another project to charge." in changes(desk, workload)


def test_a_secret_that_was_removed_is_told(desk: Desk) -> None:
    secret = secrets.put(project=desk.project, name="hf_token", value="value-of-it", by=desk.user)
    spec = sample("baseten")
    spec["training_job"]["runtime"]["environment_variables"]["HF"] = {"name": "hf_token"}
    workload = launched(desk, spec=spec)
    assert changes(desk, workload) == []

    secrets.remove(secret=secret, by=desk.user)
    assert changes(desk, workload) == ["nerf has no secret named hf_token."]


def test_a_key_that_the_form_has_no_field_for_is_told_and_kept(desk: Desk) -> None:
    spec = sample("baseten")
    spec["training_job"]["workspace"] = {"a": 1}
    workload = launched(desk, spec=spec)

    [told] = changes(desk, workload)
    assert "has no field training_job.workspace: it is kept as an extra field" in told


def test_a_default_that_changed_is_told_with_both(desk: Desk) -> None:
    said = {key: value for key, value in sample("cortecs").items() if key != "num_workers"}
    workload = launched(desk, "cortecs", said)
    assert workload.defaults["num_workers"] == 1
    Workload.objects.update(defaults={**workload.defaults, "num_workers": 2, "gone": 1})

    assert changes(desk, workload) == ["Workers, left out: the default was 2 and is 1 now."]


def test_a_preset_keeps_price_and_hardware_as_of_saving(desk: Desk) -> None:
    content = Content(spec=sample("baseten"), connection=desk.connections["baseten"])
    preset = services.save(
        team=desk.project.team, project=None, name="mine", content=content, by=desk.user, secret_names=()
    )
    assert (str(preset.hourly_price), preset.currency, preset.hardware_id) == ("12.999600", "USD", "H100:2")
    Offer.objects.filter(hardware_id=preset.hardware_id).update(hourly_price="20.00")
    page = desk.page("baseten", f"?preset={preset.public_id}")
    assert "The price was $13.00 per hour and is $20.00 per hour now." in page
    Preset.objects.update(hardware_id="H100:4")
    assert "It took H100:4 and takes H100:2 now." in desk.page("baseten", f"?preset={preset.public_id}")

    services.update(preset=preset, by=desk.user, secret_names=(), content=content)
    assert "Changed since" not in desk.page("baseten", f"?preset={preset.public_id}")


@pytest.mark.parametrize("said", [{}, {"gpu_name": "x" * 5000, "gpu_count": 10**30}])
def test_a_preset_of_half_a_spec_or_of_a_mad_one_is_kept_without_a_price(desk: Desk, said: dict[str, Any]) -> None:
    content = Content(spec={"provider": "otoy", **said}, connection=desk.connections["otoy"])
    preset = services.save(
        team=desk.project.team, project=None, name="odd", content=content, by=desk.user, secret_names=()
    )
    assert preset.hourly_price is None
    assert desk.page("otoy", f"?preset={preset.public_id}")


def test_a_preset_says_what_changed_since_it_was_saved(desk: Desk) -> None:
    content = Content(spec=sample("baseten"), connection=desk.connections["baseten"])
    preset = services.save(
        team=desk.project.team, project=None, name="mine", content=content, by=desk.user, secret_names=()
    )
    assert "Changed since" not in desk.page("baseten", f"?preset={preset.public_id}")

    Connection.objects.filter(pk=desk.connections["baseten"].pk).update(removed_at=timezone.now())
    page = desk.page("baseten", f"?preset={preset.public_id}")
    assert "was removed: there is no other for this project." in page
    assert Preset.objects.get().connection == desk.connections["baseten"]
