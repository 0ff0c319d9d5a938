"""What came in by JSON or a clone goes out of the form as it was."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpuconsole.core.spec_forms.build import build, index
from gpuconsole.core.spec_forms.codecs import same
from gpuconsole.core.spec_forms.fill import fill
from gpuconsole.core.spec_forms.parse import parse
from gpuconsole.core.spec_forms.values import Values
from tests.core.spec_forms.example import FULL, ExampleSpec

ROOT, NODES = build(ExampleSpec), index(ExampleSpec)
SENT = {"ports": "", "kind": "gpu"}
"""Required fields that go with their default where a request lacks them."""


def there_and_back(wire: dict[str, Any]) -> dict[str, Any]:
    parsed = parse(ROOT, NODES, fill(ROOT, NODES, wire))
    assert not parsed.problems
    return parsed.wire


def test_the_full_example_needs_no_extra_fields_but_for_what_the_form_leaves_out() -> None:
    values = fill(ROOT, NODES, FULL)
    assert {name: values[name] for name in values if name.endswith("+")} == {"+": ['{"hidden": true}']}
    assert there_and_back(FULL) == FULL


@pytest.mark.parametrize(
    "part",
    [
        {"image": {"base": "i", "login": None}},
        {"image": {"base": "i", "workspace": {"a": 1}}},
        {"size": {}},
        {"size": {"gpu": {}}},
        {"weights": []},
        {"weights": [{}]},
        {"variables": {}},
        {"variables": {"A": 1, "B": "x"}},
        {"commands": ["cat <<EOF\nx\nEOF", "b"]},
        {"commands": ["", "b"]},
        {"env": []},
        {"env": [{"key": "", "value": "1"}]},
        {"env": [{"value": "1", "key": "A"}]},
        {"env": [{"key": "A", "value": "1", "more": 2}]},
        {"env": [{"key": "A", "value": {"name": ""}}]},
        {"env": {"A": "1"}},
        {"ports": "80"},
        {"ports": "80/tcp/x,"},
        {"ports": "080/tcp"},
        {"ports": "80/tcp, 81/http"},
        {"ports": ["80/tcp"]},
        {"kind": "cpu"},
        {"cache": {"enabled": False}},
        {"cache": {"affinity": True}},
        {"cache": {"enabled": False, "path": "/x"}},
        {"image": {"base": "i", "login": {"method": "TOKEN", "role": "not for this method"}}},
        {"checkpoints": [{"typ": "latest", "name": "not for this one"}]},
        {"size": {"memory": "128G", "nodes": "2", "share": 1.0}},
        {"remote": {}},
        {"remote": None, "name": ""},
    ],
)
def test_what_the_form_cannot_show_is_kept_beside_it(part: dict[str, Any]) -> None:
    wire = SENT | {"project_id": "p1", "image": {"base": "i"}} | part
    assert same(there_and_back(wire), wire)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.text(max_size=8).filter(lambda t: "\0" not in t),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=5,
)


def wires(example: Any) -> st.SearchStrategy[Any]:
    """Values near an example: parts left out, replaced by anything, with keys that nobody knows."""
    if isinstance(example, dict):
        known = st.fixed_dictionaries({}, optional={key: wires(value) for key, value in example.items()})
        return st.one_of(known, known, JSON, st.builds(lambda a, b: a | {"zz": b}, known, JSON))
    if isinstance(example, list):
        return st.one_of(st.lists(wires(example[0]), max_size=3), JSON)
    return st.one_of(st.just(example), JSON)


@given(wires(FULL))
@settings(max_examples=400)
def test_any_request_goes_through_the_form_unchanged(wire: Any) -> None:
    if isinstance(wire, dict):
        image = wire.get("image")
        whole = SENT | wire | {"image": image if isinstance(image, dict) else {"base": "i"}}
        assert same(there_and_back(whole), whole)


def test_windows_line_ends_and_empty_lines_do_not_reach_the_request() -> None:
    parsed = parse(ROOT, NODES, Values(commands=["a\r\n\r\nb\r\n"]))
    assert parsed.wire["commands"] == ["a", "b"]
