"""What a Novita instance may and may not be."""

from typing import Any

import pytest
from pydantic import ValidationError

from gpuconsole.providers.novita import PROVIDER
from gpuconsole.providers.novita.schemas import NovitaInstanceSpec
from gpuconsole.providers.problems import problems
from gpuconsole.providers.specs import read_pasted
from tests.contract.samples import DOCUMENTED_NOVITA

TOKEN = "gc-t3st0123456789abcdef"


def read(**fields: Any) -> NovitaInstanceSpec:
    return NovitaInstanceSpec.read({"provider": "novita", **DOCUMENTED_NOVITA, **fields})


def wrong(**fields: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        read(**fields)
    return {one.path: one.message for one in problems(caught.value)}


def sent(**fields: Any) -> dict[str, Any]:
    body: dict[str, Any] = PROVIDER.adapter.request(read(**fields), TOKEN).body
    return body


def test_the_documented_example_is_sent_as_it_stands_but_for_the_token() -> None:
    pasted = NovitaInstanceSpec.read(read_pasted(PROVIDER, DOCUMENTED_NOVITA))
    request = PROVIDER.adapter.request(pasted, TOKEN)
    assert (request.method, request.path) == ("POST", "/gpu-instance/openapi/v1/gpu/instance/create")
    assert request.body == {**DOCUMENTED_NOVITA, "name": f"{TOKEN}-gpu-test"}
    assert list(request.body) == list(DOCUMENTED_NOVITA)


def test_nine_fields_are_required_and_their_empty_texts_are_sent() -> None:
    nine = ("name", "productId", "gpuNum", "diskSize", "rootfsSize", "imageUrl", "ports", "command", "kind")
    least = {name: DOCUMENTED_NOVITA[name] for name in nine} | {"ports": "", "command": ""}
    spec = NovitaInstanceSpec.read({"provider": "novita", **least})
    assert PROVIDER.adapter.request(spec, TOKEN).body == least | {"name": f"{TOKEN}-gpu-test"}
    for name in nine:
        with pytest.raises(ValidationError) as caught:
            NovitaInstanceSpec.read({"provider": "novita"} | {key: least[key] for key in nine if key != name})
        assert [(one.path, one.message) for one in problems(caught.value)] == [(name, "Required.")]


def test_the_fields_of_the_current_revision_are_sent_too() -> None:
    current = {
        "imageAuthId": "73068571",
        "entrypoint": "/bin/sh",
        "month": 2,
        "billingMode": "monthly",
        "autoRenew": True,
        "autoRenewMonth": 12,
        "minCudaVersion": "12.4",
        "kind": "cpu",
    }
    assert sent(**current) == {**DOCUMENTED_NOVITA, **current, "name": f"{TOKEN}-gpu-test"}


def test_unknown_keys_are_kept_and_sent() -> None:
    assert sent(gpuTopology="ring")["gpuTopology"] == "ring"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "n" * 255),
        ("productId", "p" * 255),
        ("gpuNum", 1),
        ("gpuNum", 8),
        ("rootfsSize", 10),
        ("rootfsSize", 6144),
        ("diskSize", 0),
        ("imageUrl", "i" * 500),
        ("imageAuth", "s" * 10239),
        ("ports", ""),
        ("ports", "1/tcp,65535/http,2221/tcp,2225/tcp"),
        ("command", "c" * 2047),
        ("entrypoint", "e" * 2047),
        ("envs", [{"key": "k" * 511, "value": "v" * 4095}]),
        ("envs", [{"key": f"K{number}", "value": ""} for number in range(100)]),
        ("networkStorages", [{"Id": "x", "mountPoint": f"/network_{number}"} for number in range(30)]),
        ("networkStorages", [{"Id": "x", "mountPoint": "/" * 4095}]),
        ("tools", [{"name": "Jupyter", "port": "65535", "type": "tcp"}]),
        ("minCudaVersion", "11.8"),
        ("month", 0),
    ],
)
def test_what_is_just_within_the_limits_is_accepted(field: str, value: Any) -> None:
    assert sent(**{field: value})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", "n" * 256),
        ("productId", ""),
        ("productId", "p" * 256),
        ("productId", 26),
        ("gpuNum", 0),
        ("gpuNum", 9),
        ("gpuNum", "1"),
        ("cpuNum", -1),
        ("memory", -1),
        ("diskSize", -1),
        ("rootfsSize", 9),
        ("rootfsSize", 6145),
        ("imageUrl", ""),
        ("imageUrl", "i" * 501),
        ("imageAuth", "s" * 10240),
        ("ports", "8080"),
        ("ports", "8080/udp"),
        ("ports", "0/tcp"),
        ("ports", "65536/tcp"),
        ("ports", None),
        ("command", "c" * 2048),
        ("entrypoint", "e" * 2048),
        ("kind", "tpu"),
        ("month", -1),
        ("billingMode", "yearly"),
        ("minCudaVersion", "12"),
        ("minCudaVersion", "١٢.٤"),
    ],
)
def test_what_is_just_beyond_them_is_refused(path: str, value: Any) -> None:
    assert list(wrong(**{path: value})) == [path]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("envs", [{"key": f"K{number}", "value": ""} for number in range(101)]),
        ("envs.0.key", [{"key": "k" * 512, "value": ""}]),
        ("envs.0.value", [{"key": "K", "value": "v" * 4096}]),
        ("envs.0.value", [{"key": "K", "value": 1}]),
        ("envs.0.value.name", [{"key": "K", "value": {"name": ""}}]),
        ("envs.0.value", [{"key": "K"}]),
        ("envs.1.key", [{"key": "K", "value": "1"}, {"key": "K", "value": "2"}]),
        ("networkStorages", [{"Id": "x", "mountPoint": f"/{number}"} for number in range(31)]),
        ("networkStorages.0.mountPoint", [{"Id": "x", "mountPoint": ""}]),
        ("networkStorages.0.mountPoint", [{"Id": "x", "mountPoint": "/" * 4096}]),
        ("networkStorages.0.Id", [{"id": "x", "mountPoint": "/x"}]),
        ("tools.0.port", [{"name": "Jupyter", "port": 8888, "type": "http"}]),
        ("tools.0.port", [{"name": "Jupyter", "port": "65536", "type": "http"}]),
        ("tools.0.port", [{"name": "Jupyter", "port": "0", "type": "http"}]),
        ("tools.0.name", [{"name": "VSCode", "port": "8888", "type": "http"}]),
        ("tools.0.type", [{"name": "Jupyter", "port": "8888", "type": "udp"}]),
    ],
)
def test_rows_are_refused_at_the_row_and_cell(path: str, value: Any) -> None:
    assert list(wrong(**{path.partition(".")[0]: value})) == [path]


@pytest.mark.parametrize("number", [2222, 2223, 2224])
def test_the_ports_of_the_platform_cannot_be_published(number: int) -> None:
    assert "taken by the platform" in wrong(ports=f"8080/tcp,{number}/http")["ports"]
    tool = {"name": "Jupyter", "port": str(number), "type": "http"}
    assert "taken by the platform" in wrong(tools=[tool])["tools.0.port"]


def test_ports_are_published_once_over_ports_and_tools() -> None:
    assert wrong(ports="80/tcp,80/http") == {"ports": "80 is listed twice."}
    assert wrong(ports="8888/tcp") == {"tools.0.port": "8888 is already used by ports."}
    twice = [{"name": "Jupyter", "port": "8888", "type": "http"}] * 2
    assert wrong(tools=twice) == {"tools.1.port": "8888 is already used by tool 1."}


def test_ports_and_tools_together_are_at_most_fifteen() -> None:
    fourteen = ",".join(f"{number}/tcp" for number in range(1, 15))
    assert sent(ports=fourteen)
    assert wrong(ports=f"{fourteen},15/tcp") == {"ports": "Ports and tools together are at most 15, not 16."}


def test_ports_that_are_nearly_right_come_with_their_fix() -> None:
    with pytest.raises(ValidationError) as caught:
        read(ports="8080/TCP, 8081/http,")
    assert problems(caught.value)[0].fix == "8080/tcp,8081/http"


def test_each_storage_needs_a_mount_point_of_its_own() -> None:
    rows = [{"Id": "a", "mountPoint": "/network_0"}, {"Id": "b", "mountPoint": "/network_0"}]
    text = "/network_0 is used by row 1. Each needs its own mount point."
    assert wrong(networkStorages=rows) == {"networkStorages.1.mountPoint": text}
    assert list(wrong(networkStorages=[{"Id": "a", "mountPoint": "/workspace"}])) == ["networkStorages.0.mountPoint"]
    assert sent(networkStorages=[{"Id": "a", "mountPoint": "/workspace"}], diskSize=0)


def test_the_seeds_flat_storage_is_accepted_and_sent_as_a_row() -> None:
    """Quirk 1 and 2: networkStorageId and networkStorageMountPoint are read, Id and mountPoint are sent."""
    body = sent(networkStorages=[], networkStorageId="e7", networkStorageMountPoint="/data")
    assert body["networkStorages"] == [{"Id": "e7", "mountPoint": "/data"}]
    assert not {"networkStorageId", "networkStorageMountPoint"} & set(body)
    assert sent(networkStorages=[], networkStorageId="e7")["networkStorages"][0]["mountPoint"] == "/network"
    both = {"networkStorageId": "e7", "networkStorageMountPoint": "/data"}
    assert list(wrong(**both)) == list(both)
    assert list(wrong(networkStorages=[], networkStorageMountPoint="/data")) == ["networkStorageId"]


def test_rows_in_the_seeds_old_names_are_read_when_pasted() -> None:
    old = {"networkStorageId": "e7", "networkStorageMountPoint": "/data"}
    pasted = read_pasted(PROVIDER, {**DOCUMENTED_NOVITA, "networkStorages": [old]})
    assert pasted["networkStorages"] == [{"Id": "e7", "mountPoint": "/data"}]


def test_billing_rules() -> None:
    assert list(wrong(month=1, billingMode="spot")) == ["month"]
    assert list(wrong(autoRenew=True)) == ["autoRenew"]
    assert list(wrong(autoRenewMonth=1, billingMode="monthly")) == ["autoRenewMonth"]
    assert list(wrong(autoRenewMonth=13, autoRenew=True, billingMode="monthly")) == ["autoRenewMonth"]
    assert sent(month=1, autoRenew=True)["month"] == 1
    assert "autoRenewMonth" not in sent(autoRenewMonth=None)


def test_a_login_of_ours_and_one_of_theirs_exclude_each_other() -> None:
    assert list(wrong(imageAuth="ghcr", imageAuthId="73068571")) == ["imageAuth"]


def test_a_login_itself_does_not_belong_into_a_spec() -> None:
    assert "Store it as a secret" in wrong(imageAuth="me:password")["imageAuth"]


def test_secrets_are_named_and_never_shown() -> None:
    envs = [{"key": "HF_TOKEN", "value": {"name": "hf"}}, {"key": "EPOCHS", "value": "3"}]
    spec = read(imageAuth="ghcr", envs=envs)
    assert spec.secret_names() == {"ghcr", "hf"}
    body = PROVIDER.adapter.request(spec, TOKEN).body
    assert body["imageAuth"] == "••• ghcr"
    assert body["envs"] == [{"key": "HF_TOKEN", "value": "••• hf"}, {"key": "EPOCHS", "value": "3"}]
    assert read().secret_names() == frozenset()


def test_the_token_stands_in_the_name_and_long_names_are_cut_at_the_end() -> None:
    assert sent(name="")["name"] == TOKEN
    assert sent(name="n" * 255)["name"] == f"{TOKEN}-{'n' * 255}"[:255]


def test_a_pasted_name_loses_the_token_of_another_launch() -> None:
    assert read_pasted(PROVIDER, {"name": f"{TOKEN}-train"})["name"] == "train"
    assert read_pasted(PROVIDER, {"name": TOKEN})["name"] == ""


def test_ports_are_one_text_and_a_tools_port_is_a_text_too() -> None:
    """Quirk 3."""
    body = sent()
    assert body["ports"] == "8080/tcp,8081/http"
    assert body["tools"][0]["port"] == "8888"


def test_the_command_says_that_it_may_run_again_and_how_long_ones_are_started() -> None:
    """Quirk 11 and 12."""
    told = NovitaInstanceSpec.model_fields["command"].description or ""
    assert "may be repeated" in told
    assert "Fetch longer scripts" in told
    assert wrong(command="c" * 2048) == {"command": "Must have at most 2047 characters."}
