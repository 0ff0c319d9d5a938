"""What a Fireworks batch job may and may not be."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gpuconsole.core.spec_forms import SpecForm
from gpuconsole.providers.fireworks import PROVIDER
from gpuconsole.providers.fireworks.fields import TOKEN_ANNOTATION
from gpuconsole.providers.fireworks.schemas import FireworksJobSpec
from gpuconsole.providers.masking import MASK
from gpuconsole.providers.preview import preview
from gpuconsole.providers.problems import problems
from gpuconsole.providers.specs import read_pasted
from tests.contract.samples import DOCUMENTED_FIREWORKS

TOKEN = "gc-t3st0123456789abcdef"
BASE: dict[str, Any] = {
    "account_id": "acme",
    "nodePoolId": "h100-pool",
    "imageRef": "i",
    "shellExecutor": {"command": "x"},
}
PYTHON = {"targetType": "MODULE", "target": "train"}


def read(**fields: Any) -> FireworksJobSpec:
    """A spec near the shortest one; fields that are given as None are left out."""
    chosen = {name: value for name, value in (BASE | fields).items() if value is not None}
    return FireworksJobSpec.read({"provider": "fireworks", **chosen})


def told(**fields: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        read(**fields)
    return {one.path: one.message for one in problems(caught.value)}


def body(**fields: Any) -> Any:
    return PROVIDER.adapter.request(read(**fields), TOKEN).body


def test_the_documented_example_is_sent_as_it_stands_with_the_token_beside_its_annotation() -> None:
    spec = FireworksJobSpec.read({"provider": "fireworks", "account_id": "acme", **DOCUMENTED_FIREWORKS})
    sent = PROVIDER.adapter.request(spec, TOKEN)
    annotations = {"gpuconsole.example/launch-id": "01JD3K9Q6W2V8T", TOKEN_ANNOTATION: TOKEN}
    assert (sent.method, sent.path) == ("POST", "/v1/accounts/acme/batchJobs")
    assert sent.body == DOCUMENTED_FIREWORKS | {"annotations": annotations}
    assert list(sent.body) == list(DOCUMENTED_FIREWORKS)


@pytest.mark.parametrize("wrap", [lambda job: job, lambda job: {"batchJob": job}, lambda job: {"batch_job": job}])
def test_the_documented_example_is_pasted_with_or_without_a_wrapper(wrap: Any) -> None:
    assert read_pasted(PROVIDER, wrap(DOCUMENTED_FIREWORKS)) == {"provider": "fireworks", **DOCUMENTED_FIREWORKS}


def test_quirk_1_fields_that_the_seed_leaves_out_are_there() -> None:
    """``nodePoolId``, which is required, and all that is inside the executors (client code)."""
    assert told(nodePoolId=None) == {"nodePoolId": "Required."}
    assert told(shellExecutor={}) == {"shellExecutor.command": "Required."}
    assert told(shellExecutor=None, notebookExecutor={}) == {"notebookExecutor.notebookFilename": "Required."}
    assert told(shellExecutor=None, pythonExecutor={"args": ["a"]}) == {
        "pythonExecutor.targetType": "Required.",
        "pythonExecutor.target": "Required.",
    }


@pytest.mark.parametrize(("field", "middle"), [("nodePoolId", "nodePools"), ("environmentId", "environments")])
def test_quirk_2_ids_are_short_and_a_resource_name_is_offered_its_last_part(field: str, middle: str) -> None:
    changes = {"imageRef": None, "environmentId": "e"} | {field: f"accounts/acme/{middle}/mine"}
    with pytest.raises(ValidationError) as caught:
        read(**changes)
    assert [(one.path, one.fix) for one in problems(caught.value)] == [(field, "mine")]


def test_quirk_8_the_body_is_the_job_itself() -> None:
    """No wrapper (client code); the account stands in the path."""
    assert not {"batchJob", "account_id", "provider"} & set(body())


def test_quirk_9_zero_is_no_number_of_ranks_and_a_default_is_not_sent() -> None:
    """Zero values vanish in the vendor's JSON, so they would mean one rank and not shared (client code)."""
    assert told(numRanks=0) == {"numRanks": "Must be at least 1."}
    assert not {"numRanks", "shared", "envVars"} & set(body())
    assert (read().numRanks, read().shared, read().envVars) == (1, False, {})


def test_quirk_11_no_package_of_the_vendors_is_needed() -> None:
    """Its batch-job methods were taken out of them (client code)."""
    assert "fireworks" not in (Path(__file__).parents[3] / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    "source", [{"imageRef": "i"}, {"environmentId": "e"}, {"environmentId": "e", "snapshotId": "7"}]
)
def test_the_image_comes_from_one_place(source: dict[str, str]) -> None:
    sent = body(**({"imageRef": None} | source))
    assert {name: sent[name] for name in ("imageRef", "environmentId", "snapshotId") if name in sent} == source


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ({}, ["environmentId"]),
        ({"snapshotId": "7"}, ["environmentId"]),
        ({"imageRef": "i", "environmentId": "e"}, ["imageRef"]),
        ({"imageRef": "i", "snapshotId": "7"}, ["environmentId", "imageRef"]),
        ({"imageRef": "i", "environmentId": "e", "snapshotId": "7"}, ["imageRef"]),
    ],
)
def test_two_places_or_none_are_refused(source: dict[str, str], wrong: list[str]) -> None:
    assert list(told(**({"imageRef": None} | source))) == wrong


@pytest.mark.parametrize(
    "executor",
    [
        {"pythonExecutor": PYTHON | {"args": ["--epochs", "3"]}},
        {"pythonExecutor": PYTHON | {"targetType": "FILENAME"}},
        {"notebookExecutor": {"notebookFilename": "report.ipynb"}},
        {"shellExecutor": {"command": "bash run.sh"}},
    ],
)
def test_each_executor_is_sent_with_its_own_fields(executor: dict[str, Any]) -> None:
    sent = body(**({"shellExecutor": None} | executor))
    assert {name: value for name, value in sent.items() if name.endswith("Executor")} == executor


def test_one_executor_is_needed_and_two_are_refused() -> None:
    assert told(shellExecutor=None) == {
        "pythonExecutor": "Required: pythonExecutor, notebookExecutor or shellExecutor."
    }
    assert told(pythonExecutor=PYTHON) == {"shellExecutor": "Not together with pythonExecutor."}


def test_the_zero_value_of_an_enumeration_is_no_choice() -> None:
    wrong = told(shellExecutor=None, pythonExecutor=PYTHON | {"targetType": "TARGET_TYPE_UNSPECIFIED"})
    assert wrong == {"pythonExecutor.targetType": "Must be one of MODULE or FILENAME."}


@pytest.mark.parametrize("name", ["a" * 63, "ä" * 63])
def test_a_display_name_has_at_most_63_characters(name: str) -> None:
    assert body(displayName=name)["displayName"] == name
    assert list(told(displayName=name + "x")) == ["displayName"]


@pytest.mark.parametrize(
    "key",
    ["owner", "a", "A.b_c-9", "x" * 63, "lab.example.org/owner", "a/b", f"{'a' * 60}.{'b' * 60}/{'n' * 63}"],
)
def test_annotation_keys_that_kubernetes_takes(key: str) -> None:
    assert body(annotations={key: ""})["annotations"] == {key: "", TOKEN_ANNOTATION: TOKEN}


@pytest.mark.parametrize(
    "key",
    [
        *("", "-a", "a-", "a b", "x" * 64, "a/", "/a", "Lab.example.org/a", "a..b/c", "a/b/c", "ä", "-a.b/c"),
        f"{'.'.join(['a' * 63] * 4)}/n",
        *("fireworks.ai/team", "kubernetes.io/x", "k8s.io/x", TOKEN_ANNOTATION),
    ],
)
def test_annotation_keys_that_break_a_rule_are_told_at_their_row(key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read(annotations={"fine": "1", key: "2"})
    assert [one.path for one in problems(caught.value)] == [f"annotations.{key}"]
    form = SpecForm.from_wire(
        FireworksJobSpec, BASE | {"annotations": {"fine": "1", key: "2"}}, fixed={"provider": "fireworks"}
    )
    if key:
        assert list(form.located) == ["annotations.1.key"]


def test_the_reserved_prefix_says_so() -> None:
    assert told(annotations={"fireworks.ai/team": "evals"}) == {
        "annotations.fireworks.ai/team": "Keys that start with fireworks.ai/ are reserved."
    }


def test_annotations_together_have_at_most_256_kib() -> None:
    assert body(annotations={"a": "x" * (256 * 1024 - 1)})
    assert told(annotations={"a": "x" * (256 * 1024)}) == {"annotations": "All annotations together may have 256 KiB."}


@pytest.mark.parametrize("name", ["", "A=B"])
def test_a_variable_needs_a_name_that_a_process_can_have(name: str) -> None:
    assert list(told(envVars={name: "x"})) == [f"envVars.{name}"]


@pytest.mark.parametrize("value", [1, True, None, ["x"]])
def test_a_variable_is_text_or_names_a_secret(value: Any) -> None:
    assert list(told(envVars={"A": value})) == ["envVars.A"]
    assert told(envVars={"A": {}}) == {"envVars.A.name": "Required."}


@pytest.mark.parametrize("role", ["arn:aws:iam::123456789012:role/train", "arn:aws-us-gov:iam::123456789012:role/a/b"])
def test_a_role_is_an_arn(role: str) -> None:
    assert body(role=role)["role"] == role
    for wrong in (role.replace("123456789012", "12"), role.replace(":role/", ":user/"), "train", role + " "):
        assert list(told(role=wrong)) == ["role"]


@pytest.mark.parametrize("ranks", [1, 2**31 - 1])
def test_ranks_are_a_32_bit_number(ranks: int) -> None:
    assert body(numRanks=ranks)["numRanks"] == ranks
    for wrong in (2**31, -1, "2", 1.5, True):
        assert list(told(numRanks=wrong)) == ["numRanks"]


@pytest.mark.parametrize(
    "name", ["name", "createTime", "startTime", "endTime", "createdBy", "state", "status", "updateTime"]
)
def test_what_the_server_sets_is_not_sent(name: str) -> None:
    assert told(**{name: "x"}) == {name: "Fireworks sets this itself: leave it out."}


def test_an_answer_of_fireworks_can_be_pasted() -> None:
    """Its account is in its name; what the server set goes, and so do the marks of the launch that made it."""
    answer = {
        **DOCUMENTED_FIREWORKS,
        "name": "accounts/acme/clusters/c1/batchJobs/482913",
        "displayName": TOKEN,
        "annotations": {"a": "b", TOKEN_ANNOTATION: TOKEN},
        "state": "CREATING",
        "status": "",
        "createdBy": "rita@acme.example",
    }
    pasted = read_pasted(PROVIDER, answer)
    wanted = {key: value for key, value in DOCUMENTED_FIREWORKS.items() if key != "displayName"}
    assert pasted == {"provider": "fireworks", "account_id": "acme", **wanted, "annotations": {"a": "b"}}


def test_snake_case_and_numbers_in_quotes_are_read_as_the_vendors_parser_reads_them() -> None:
    pasted = {
        "node_pool_id": "p",
        "num_ranks": "8",
        "env_vars": {"a_b": "1"},
        "python_executor": {"target_type": "MODULE", "target": "m"},
        "future_field": 1,
    }
    assert FireworksJobSpec.from_body(pasted) == {
        "nodePoolId": "p",
        "numRanks": 8,
        "envVars": {"a_b": "1"},
        "pythonExecutor": {"targetType": "MODULE", "target": "m"},
        "future_field": 1,
    }


def test_keys_that_we_do_not_know_are_sent_inside_executors_too() -> None:
    assert body(shellExecutor={"command": "x", "shell": "zsh"})["shellExecutor"] == {"command": "x", "shell": "zsh"}


def test_the_token_is_the_label_where_nobody_chose_one() -> None:
    assert body()["displayName"] == TOKEN
    assert body(displayName="mine")["displayName"] == "mine"


def test_a_preview_names_secrets_and_holds_no_value() -> None:
    spec = read(envVars={"SEED": "7", "HF_TOKEN": {"name": "hf-read-token"}})
    assert spec.secret_names() == {"hf-read-token"}
    shown = preview(PROVIDER, spec, token=TOKEN, secrets=["hf-read-token"])
    assert shown.request.body["envVars"] == {"SEED": "7", "HF_TOKEN": f"{MASK} hf-read-token"}
    assert "Bearer $FIREWORKS_API_KEY" in shown.curl
    assert shown.url == "https://api.fireworks.ai/v1/accounts/acme/batchJobs"


def test_the_form_says_every_field_and_says_it_back() -> None:
    wire = {
        **BASE,
        **DOCUMENTED_FIREWORKS,
        "role": "arn:aws:iam::123456789012:role/train",
        "envVars": {"A": "1", "T": {"name": "hf"}},
    }
    del wire["shellExecutor"]
    form = SpecForm.from_wire(FireworksJobSpec, wire, fixed={"provider": "fireworks"})
    assert form.wire == wire | {"provider": "fireworks"}
    assert not [name for name in form.values if name.endswith("+")]
    assert form.values.last("pythonExecutor.args") == "--suite full"
    assert form.spec is not None
