"""What a request says by field: values at paths, and places where secrets are named."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from gpuconsole.core.spec_forms.build import build
from gpuconsole.core.spec_forms.said import ABSENT, said, value_at, with_value, without
from gpuconsole.providers.specs import SpecPart
from gpuconsole.providers.ui import Ui, Widget


class Ref(SpecPart):
    name: Annotated[str, Ui(secret=True)]


class Mount(SpecPart):
    path: str
    login: Annotated[str | Ref | None, Ui(secret=True)] = None


class Example(SpecPart):
    plain: str = ""
    key: Annotated[str | None, Ui(secret=True)] = None
    login: Ref | None = None
    env: dict[str, str | Ref] = Field(default_factory=dict)
    mounts: list[Mount] = Field(default_factory=list)


class Pair(SpecPart):
    key: str
    value: str | Ref


class Listed(SpecPart):
    envs: Annotated[list[Pair], Ui(widget=Widget.PAIRS)] = Field(default_factory=list)


def test_secrets_in_a_list_of_keys_and_values_are_found_at_their_places() -> None:
    wire = {"envs": [{"key": "A", "value": "text"}, {"key": "B", "value": {"name": "hf"}}, "odd", {"key": "C"}]}
    found = [one for one in said(build(Listed), wire) if one.is_secret]
    assert [(one.path, one.value) for one in found] == [("envs.1.value.name", "hf")]
    assert without(wire, [one.parts for one in found])["envs"][1] == {"key": "B", "value": {}}


WIRE: dict[str, Any] = {
    "plain": "p",
    "key": "a",
    "login": {"name": "b"},
    "env": {"X": "text", "Y": {"name": "c"}},
    "mounts": [{"path": "/", "login": "d"}, {"path": "/x", "login": {"name": "e"}}, {"path": "/y"}],
    "unknown": {"key": "f"},
}


def test_secrets_are_found_in_objects_rows_and_maps() -> None:
    found = {one.path: one.value for one in said(build(Example), WIRE) if one.is_secret}
    assert found == {
        "key": "a",
        "login.name": "b",
        "env.Y.name": "c",
        "mounts.0.login": "d",
        "mounts.1.login.name": "e",
    }


def test_what_is_taken_out_is_gone_and_the_rest_stays() -> None:
    places = [one.parts for one in said(build(Example), WIRE) if one.is_secret]
    left = without(WIRE, places)
    assert left["mounts"] == [{"path": "/"}, {"path": "/x", "login": {}}, {"path": "/y"}]
    assert (left["login"], left["env"], left["unknown"]) == ({}, {"X": "text", "Y": {}}, {"key": "f"})
    assert WIRE["key"] == "a"


@pytest.mark.parametrize("wire", [{"login": "text", "env": 1, "mounts": {"a": 1}}, {"mounts": [1, None]}, {}])
def test_what_is_misshapen_holds_nothing(wire: dict[str, Any]) -> None:
    assert list(said(build(Example), wire)) == []


_PATHS = st.sampled_from(["a", "a.b", "a.b.c", "d", "a.e"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.dictionaries(st.sampled_from("abcde"), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from("abcde"), _JSON, max_size=4), _PATHS, _JSON)
def test_a_value_that_is_put_is_there_and_one_that_is_taken_is_not(wire: dict[str, Any], path: str, value: Any) -> None:
    assert value_at(with_value(wire, path, value), path) == value
    assert value_at(with_value(wire, path, ABSENT), path) is ABSENT
