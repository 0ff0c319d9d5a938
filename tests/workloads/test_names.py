"""Names of clones and retries."""

import pytest

from gpuconsole.workloads import names
from tests.factories_workloads import Lab


def test_names_are_counted_up(lab: Lab) -> None:
    counted = {
        "sft-r12": "sft-r13",
        "r9": "r10",
        "sft": "sft-2",
        "sft-2": "sft-3",
        "llama3-8b": "llama3-8b-2",
        "car7": "car7-2",
        "x" * 200: "x" * 199 + "2",
    }
    assert {name: names.next_free(lab.project, name) for name in counted} == counted


@pytest.mark.parametrize(
    ("name", "free"), [("n" * 63, "n" * 62 + "2"), ("n" * 61 + "-9", "n" * 61 + "10"), ("a", "a-2")]
)
def test_a_name_is_cut_to_the_characters_that_the_provider_takes(lab: Lab, name: str, free: str) -> None:
    assert names.next_free(lab.project, name, longest=63) == free


def test_a_spec_is_renamed_only_where_it_has_a_name() -> None:
    spec = {"training_job": {"name": "a", "n": 1}}
    assert names.renamed(spec, "training_job.name", "b") == {"training_job": {"name": "b", "n": 1}}
    assert spec["training_job"]["name"] == "a"
    assert names.renamed({"training_job": {}}, "training_job.name", "b") == {"training_job": {}}
    assert names.renamed(spec, "", "b") == spec
