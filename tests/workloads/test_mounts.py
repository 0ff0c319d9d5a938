"""What a spec mounts into its container, as the page of the work tells it."""

from __future__ import annotations

from django.utils import timezone

from gpuconsole.catalog.refresh import save_choices
from gpuconsole.providers.otoy.schemas import OtoyJobSpec
from gpuconsole.providers.remote import Choice
from gpuconsole.workloads import mounts
from gpuconsole.workloads.models import Workload
from tests import factories
from tests.contract.samples import sample


def told(workload: Workload) -> list[tuple[str, str]]:
    return [(one.path, one.what) for one in mounts.of(workload)]


def test_weights_and_volumes_that_are_on_are_told_and_others_are_not() -> None:
    runtime = {
        "cache_config": {"enabled": False},
        "checkpointing_config": {"enabled": True, "checkpoint_path": "/mnt/ckpts", "volume_size_gib": 200},
    }
    job = {
        "image": {"base_image": "i"},
        "weights": [{"source": "hf://a/b", "mount_location": "/app/base"}],
        "runtime": runtime,
    }
    spec = {"provider": "baseten", "training_project_name": "p", "training_job": job}
    workload = Workload(provider="baseten", spec=spec)
    assert told(workload) == [("/app/base", "hf://a/b"), ("/mnt/ckpts", "checkpoints, 200 GiB")]


def test_nothing_is_told_of_work_whose_spec_nobody_knows() -> None:
    assert told(Workload(provider="baseten", spec={})) == []


def test_data_images_are_told_with_their_tags() -> None:
    wire = sample("otoy")
    wire["parameters"]["parameters"]["volumes"] = [
        {"image": "acme/data", "tag": "v1", "mount": "/data"},
        {"image": "x"},
    ]
    assert [(one.path, one.what) for one in OtoyJobSpec.read(wire).mounts()] == [("/data", "acme/data:v1")]


def test_network_storages_go_by_their_names(db: None) -> None:
    connection = factories.make_connection(factories.make_team(), provider="novita")
    save_choices(connection, "network_storages", [Choice("e797", "datasets-shared, 100 GB")], timezone.now())
    rows = [{"Id": "e797", "mountPoint": "/network_0"}, {"Id": "b924", "mountPoint": "/network_1"}]
    spec = sample("novita") | {"diskSize": 60, "networkStorages": rows}
    workload = Workload(provider="novita", connection=connection, spec=spec)
    assert told(workload) == [
        ("/workspace", "local, 60 GB"),
        ("/network_0", "datasets-shared, 100 GB"),
        ("/network_1", "b924"),
    ]
