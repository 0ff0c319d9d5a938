"""The launch form of a Novita instance: the documented body, ports as rows, secrets by name, thirty mounts."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from gpuconsole.core.spec_forms import SpecForm
from gpuconsole.projects import secrets
from gpuconsole.providers.novita import PROVIDER
from gpuconsole.workloads.models import Workload
from tests.contract.samples import DOCUMENTED_NOVITA, sample
from tests.workloads.launch.conftest import Desk, posted_by

TOKEN = "gc-t3st0123456789abcdef"
NINE = {"name", "productId", "gpuNum", "diskSize", "rootfsSize", "imageUrl", "ports", "command"}
"""Required and asked for; the ninth, kind, is sent without asking."""


def launched(desk: Desk, inputs: dict[str, Any]) -> Workload:
    answer = desk.post("novita", "launch/", inputs | {"confirmed": ["1"]})
    assert answer.status_code in (200, 302), answer.content.decode()
    return Workload.objects.get()


def sent(workload: Workload) -> dict[str, Any]:
    body: dict[str, Any] = PROVIDER.adapter.request(PROVIDER.spec.read(workload.spec), TOKEN).body
    return body


def test_sections_stand_as_in_the_picture_with_the_true_wire_names(desk: Desk) -> None:
    page = desk.page("novita")
    heads = [section.name for section in PROVIDER.spec.sections]
    found = [head for head in re.findall(r"<h2[^>]*>([^<]+)</h2>", page) if head in heads]
    assert found == heads
    wires = set(re.findall(r'<code class="wire" title="([^"]+)"', page))
    asked = {name for name in DOCUMENTED_NOVITA if name != "kind"}
    assert asked | {"imageAuthId", "entrypoint", "billingMode", "month", "autoRenew", "minCudaVersion"} <= wires
    assert "kind is always gpu" in page
    assert 'value="26"' in page
    assert 'value="us-ca-6"' in page


def test_the_documented_body_is_launched_by_form_exactly(desk: Desk) -> None:
    inputs = desk.fill("novita", DOCUMENTED_NOVITA)
    assert inputs["ports.0.port"] == ["8080"]
    assert inputs["ports.1.type"] == ["http"]
    assert inputs["envs.0.key"] == ["test"]
    workload = launched(desk, inputs)
    assert sent(workload) == {**DOCUMENTED_NOVITA, "name": f"{TOKEN}-gpu-test"}
    assert (workload.name, workload.kind, workload.hardware_id) == ("gpu-test", "instance", "26")


def test_the_documented_body_is_launched_from_the_json_view_exactly(desk: Desk) -> None:
    workload = launched(desk, desk.fill("novita", {"name": "x"}) | {"json": json.dumps(DOCUMENTED_NOVITA)})
    assert sent(workload) == {**DOCUMENTED_NOVITA, "name": f"{TOKEN}-gpu-test"}


def test_what_is_left_empty_goes_as_an_empty_text(desk: Desk) -> None:
    inputs = posted_by(desk.page("novita"))
    least = {"name": ["n"], "productId": ["26"], "gpuNum": ["1"], "diskSize": ["0"], "rootfsSize": ["30"]}
    ours = {name: value for name, value in desk.fill("novita").items() if name.startswith("guards.") or name == "key"}
    workload = launched(desk, inputs | least | {"imageUrl": ["infrai/pytorch:2.2.1"]} | ours)
    body = {"name": f"{TOKEN}-n", "productId": "26", "gpuNum": 1, "diskSize": 0, "rootfsSize": 30}
    assert sent(workload) == body | {"imageUrl": "infrai/pytorch:2.2.1", "ports": "", "command": "", "kind": "gpu"}


def test_only_what_nobody_can_guess_has_to_be_filled_in(desk: Desk) -> None:
    form = SpecForm.from_wire(PROVIDER.spec, {}, fixed={"provider": "novita"})
    assert {name for name, error in form.located.items() if error.is_missing} == NINE - {"ports", "command"}


def test_thirty_mounts_are_launched_and_the_thirty_first_is_refused(desk: Desk) -> None:
    storage = "e797ce8f-f4ff-4b3b-b7a8-6972d96f46f2"
    mounts = [{"Id": storage, "mountPoint": f"/network_{number}"} for number in range(31)]
    inputs = desk.fill("novita", sample("novita") | {"networkStorages": mounts})
    answer = desk.post("novita", "launch/", inputs)
    assert answer.status_code == 422
    assert "Takes at most 30." in answer.content.decode()
    inputs = desk.fill("novita", sample("novita") | {"networkStorages": mounts[:30]})
    assert sent(launched(desk, inputs))["networkStorages"] == mounts[:30]


def test_a_mount_point_that_is_used_twice_is_said_at_its_row(desk: Desk) -> None:
    inputs = desk.fill("novita") | {
        "networkStorages.1": ["row"],
        "networkStorages.1.Id": ["6a1c0c1e-1111-4222-8333-0123456789ab"],
        "networkStorages.1.mountPoint": ["/network_0"],
    }
    page = desk.post("novita", "launch/", inputs).content.decode()
    assert "/network_0 is used by row 1." in page
    assert 'href="#f-networkStorages-1-mountPoint"' in page


def test_secrets_are_picked_by_name_and_never_in_the_preview(desk: Desk) -> None:
    secrets.put(project=desk.project, name="ghcr", value="robot:registry-password", by=desk.user)
    secrets.put(project=desk.project, name="hf", value="hf_s3cr3t-value", by=desk.user)
    inputs = desk.fill("novita") | {
        "imageAuth": ["ghcr"],
        "envs.1.key": ["HF_TOKEN"],
        "envs.1.kind": ["secret"],
        "envs.1.secret": ["hf"],
    }
    drawn = html.unescape(desk.post("novita", "check/", inputs).content.decode())
    assert "••• ghcr" in drawn
    assert "••• hf" in drawn
    workload = launched(desk, inputs)
    assert workload.spec["imageAuth"] == "ghcr"
    assert workload.spec["envs"][1] == {"key": "HF_TOKEN", "value": {"name": "hf"}}
    assert not any(value in drawn + json.dumps(workload.spec) for value in ("registry-password", "hf_s3cr3t-value"))


def test_a_login_of_nobody_is_refused(desk: Desk) -> None:
    answer = desk.post("novita", "launch/", desk.fill("novita") | {"imageAuth": ["nobody"], "confirmed": ["1"]})
    assert "The project has no secret of this name." in answer.content.decode()
    assert not Workload.objects.exists()


@pytest.mark.parametrize(
    ("inputs", "place", "text"),
    [
        ({"ports.0.port": ["2222"]}, "ports.0.port", "taken by the platform"),
        ({"ports.0.port": ["many"]}, "ports.0.port", "Must be a whole number."),
        ({"ports.0.port": ["8888"]}, "tools.0.port", "already used by ports"),
        ({"diskSize": ["7000"]}, "diskSize", "Must be at most 6144 with this product."),
        ({"clusterId": ["as-sgp-2"]}, "networkStorages.0.Id", "It stands in us-ca-6"),
        ({"billingMode": ["monthly"]}, "billingMode", "onDemand, spot can be had"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(
    desk: Desk, inputs: dict[str, list[str]], place: str, text: str
) -> None:
    page = desk.post("novita", "launch/", desk.fill("novita") | inputs).content.decode()
    assert f'id="f-{place.replace(".", "-")}-help"' in page
    assert text in html.unescape(page)


def test_a_price_is_shown_as_soon_as_a_product_is_picked(desk: Desk) -> None:
    inputs = posted_by(desk.page("novita")) | {"productId": ["4090.16c62g"], "guards.project": [desk.project.slug]}
    assert "$0.35" in desk.post("novita", "check/", inputs).content.decode()


def test_an_offer_opens_the_form_with_its_product_and_count(desk: Desk) -> None:
    page = desk.page("novita", "?offer=4090.16c62g+%C3%97+8")
    inputs = posted_by(page)
    assert (inputs["productId"], inputs["gpuNum"]) == (["4090.16c62g"], ["8"])


def test_the_chooser_finds_a_machine_with_eight_gpus(desk: Desk) -> None:
    page = desk.client.get("/launch/?kind=machine&gpus=8").content.decode()
    assert "8 × RTX" in page  # which one is cheapest depends on what is in stock at this hour
    [link] = re.findall(r'href="/launch/novita/instance/(\?offer=[^"]*)"', page)
    assert posted_by(desk.page("novita", html.unescape(link)))["gpuNum"] == ["8"]
