"""Problems of a spec are told in plain words, at the field's own path."""

from typing import Any

import pytest
from pydantic import ValidationError

from gpuconsole.providers import registry
from gpuconsole.providers.problems import Problem, problems
from tests.contract.samples import sample


def found(slug: str, **changes: Any) -> list[Problem]:
    with pytest.raises(ValidationError) as caught:
        registry.get(slug).spec.read(sample(slug) | changes)
    return problems(caught.value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0, "Must be at least 1."),
        (9, "Must be at most 8."),
        ("2", "Must be a whole number."),
        (2.5, "Must be a whole number."),
        (True, "Must be a whole number."),
        ([1], "Must be a whole number."),
    ],
)
def test_a_number_that_is_none(value: Any, message: str) -> None:
    assert found("cortecs", num_workers=value) == [Problem("num_workers", message)]


def test_a_missing_field_is_required() -> None:
    spec = sample("cortecs")
    del spec["model_id"]
    with pytest.raises(ValidationError) as caught:
        registry.get("cortecs").spec.read(spec)
    assert problems(caught.value) == [Problem("model_id", "Required.")]


def test_a_word_that_is_not_in_the_list() -> None:
    told = found("cortecs", billing_interval="per_year")
    assert told == [Problem("billing_interval", "Must be one of per_minute or per_hour.")]


def test_a_fix_is_offered_where_it_is_known() -> None:
    told = found("cortecs", model_id="meta-llama/Llama-3")
    assert told[0].fix == "meta-llama--Llama-3"
    assert told[0].fix in told[0].message


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_no_database_takes_is_refused(text: str) -> None:
    assert [problem.path for problem in found("cortecs", model_id=text)] == ["model_id"]


def test_such_text_is_refused_in_extra_fields_too() -> None:
    assert [problem.path for problem in found("cortecs", later={"deep": ["a\0"]})] == ["later.deep.0"]
    assert [problem.path for problem in found("cortecs", later=float("nan"))] == ["later"]
    assert [problem.path for problem in found("cortecs", later={"a\0": 1})] == ["later"]


def test_endless_nesting_is_refused() -> None:
    deep: Any = "end"
    for _ in range(200):
        deep = [deep]
    assert [problem.path for problem in found("cortecs", later=deep)] == ["later.0"]


@pytest.mark.parametrize("slug", registry.SLUGS)
@pytest.mark.parametrize("value", [None, 3, "text", [], {"x": 1}])
def test_a_field_of_any_wrong_kind_is_told_at_its_path(slug: str, value: Any) -> None:
    spec = registry.get(slug).spec
    other_ways = {field for one in spec.choose for way in one.ways for field in way.fields}
    elsewhere = {"training_project_id", "training_project_name", *other_ways}
    for name in spec.model_fields:
        try:
            spec.read(sample(slug) | {name: value})
        except ValidationError as exc:
            told = problems(exc)
            assert told
            assert all(one.message.endswith(".") and one.message[0].isupper() for one in told)
            assert all(one.path.split(".")[0] in {name, *elsewhere} for one in told)


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_keys_that_we_do_not_know_are_kept_and_sent(slug: str) -> None:
    spec = registry.get(slug).spec.read(sample(slug) | {"future_field": {"deep": [1]}})
    assert spec.wire()["future_field"] == {"deep": [1]}


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_a_spec_that_is_written_and_read_again_is_the_same(slug: str) -> None:
    spec = registry.get(slug).spec.read(sample(slug))
    assert registry.get(slug).spec.read(spec.wire()).wire() == spec.wire() == sample(slug)
