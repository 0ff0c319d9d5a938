"""What a Cortecs dedicated instance may and may not be."""

from typing import Any

import pytest
from pydantic import ValidationError

from gpuconsole.providers.cortecs import PROVIDER
from gpuconsole.providers.cortecs.schemas import CortecsInstanceSpec
from gpuconsole.providers.problems import problems

MODEL = "cortecs--phi-4-FP8-Dynamic"


def read(**fields: Any) -> CortecsInstanceSpec:
    return CortecsInstanceSpec.read({"provider": "cortecs", "model_id": MODEL, **fields})


def test_all_five_keys_are_sent_null_where_nothing_was_chosen() -> None:
    """As the vendor's client does; null says "use the default" (checked)."""
    assert PROVIDER.adapter.request(read(num_workers=2), "token").body == {
        "model_id": MODEL,
        "hardware_type_id": None,
        "context_length": None,
        "billing_interval": None,
        "num_workers": 2,
    }


def test_no_field_takes_the_token() -> None:
    """There is no name, label, tag or metadata field (client code)."""
    assert "token" not in str(PROVIDER.adapter.request(read(), "token").body)
    assert not PROVIDER.keeps_token


def test_null_is_a_choice_like_none() -> None:
    nothing = read(hardware_type_id=None, context_length=None, billing_interval=None, num_workers=None)
    assert nothing.arguments() == read().arguments()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("num_workers", 0),
        ("num_workers", 9),
        ("num_workers", "2"),
        ("context_length", 0),
        ("context_length", 1.5),
        ("billing_interval", "per_day"),
        ("hardware_type_id", ""),
        ("hardware_type_id", 1),
        ("model_id", ""),
        ("model_id", "  "),
        ("model_id", None),
        ("model_id", "meta-llama/Llama"),
    ],
)
def test_each_field_has_its_rule(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        read(**{field: value})
    assert [one.path for one in problems(caught.value)] == [field]


def test_a_slash_in_a_model_is_written_as_two_dashes() -> None:
    with pytest.raises(ValidationError) as caught:
        read(model_id="meta-llama/Llama")
    assert problems(caught.value)[0].fix == "meta-llama--Llama"
