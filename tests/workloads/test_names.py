"""Names of clones and retries."""

import pytest

from gpuconsole.workloads import names


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("sft-r12", "sft-r13"),
        ("r9", "r10"),
        ("sft", "sft-2"),
        ("sft-2", "sft-3"),
        ("llama3-8b", "llama3-8b-2"),
        ("car7", "car7-2"),
        ("x" * 200, "x" * 199 + "2"),
    ],
)
def test_names_are_counted_up(name: str, counted: str) -> None:
    assert names.counted_up(name) == counted


def test_a_spec_is_renamed_only_where_it_has_a_name() -> None:
    spec = {"training_job": {"name": "a", "n": 1}}
    assert names.renamed(spec, "training_job.name", "b") == {"training_job": {"name": "b", "n": 1}}
    assert spec["training_job"]["name"] == "a"
    assert names.renamed({"training_job": {}}, "training_job.name", "b") == {"training_job": {}}
    assert names.renamed(spec, "", "b") == spec
