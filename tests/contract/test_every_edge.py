"""For every field of every provider: what its declaration allows is accepted, the first value beyond it is refused
beside the field; in the spec itself and in the form made from it. The API's part is in ``tests/api``."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gpuconsole.core.spec_forms import SpecForm
from gpuconsole.providers import registry
from gpuconsole.providers.problems import problems
from tests.contract.edges import Place, everywhere

EVERY = everywhere()
each = pytest.mark.parametrize("place", [place for _, place in EVERY], ids=[name for name, _ in EVERY])


def told_by_the_model(place: Place, spec: dict[str, Any]) -> dict[str, str]:
    """Problems by path."""
    try:
        place.provider.spec.read(spec)
    except ValidationError as exc:
        return {problem.path: problem.message for problem in problems(exc)}
    return {}


def told_by_the_form(place: Place, spec: dict[str, Any]) -> dict[str, str]:
    """Problems by input name."""
    wire = {key: value for key, value in spec.items() if key != "provider"}
    form = SpecForm.from_wire(place.provider.spec, wire, fixed={"provider": place.provider.slug})
    return {name: located.message for name, located in form.located.items()}


def beside(place: Place, told: dict[str, str]) -> dict[str, str]:
    """Those at the field or its row, or below it where it is a list or an object."""
    return {p: text for p, text in told.items() if p in place.names or p.startswith(f"{place.name}.")}


def assert_accepted(place: Place, value: Any) -> None:
    spec = place.spec(value)
    for told in (told_by_the_model(place, spec), told_by_the_form(place, spec)):
        texts = beside(place, told)
        if value is None:  # a rule about several fields may ask for this one after all
            texts = {path: text for path, text in texts.items() if not text.startswith("Required")}
        assert texts == {}, f"{value!r} is refused"


def assert_refused(place: Place, value: Any) -> None:
    spec = place.spec(value)
    for told in (told_by_the_model(place, spec), told_by_the_form(place, spec)):
        texts = beside(place, told)
        assert texts, f"{value!r} is not refused beside {place.name}, but: {told}"
        assert all(text.endswith((".", "?")) and "Input should" not in text for text in texts.values())


@each
def test_the_edges_are_accepted(place: Place) -> None:
    for value in place.edges():
        assert_accepted(place, value)
    if place.most_rows:
        told = told_by_the_model(place, place.spec([{}] * place.most_rows))
        assert not told.get(place.name, "").startswith("Takes at most")


@each
def test_the_first_value_beyond_an_edge_is_refused_beside_the_field(place: Place) -> None:
    values = place.beyond()
    assert values
    for value in values:
        assert_refused(place, value)


@each
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_anything_between_the_edges_is_accepted(place: Place, data: st.DataObject) -> None:
    if (good := place.good()) is not None:
        assert_accepted(place, data.draw(good))


def test_every_provider_is_looked_at() -> None:
    for slug in registry.SLUGS:
        assert sum(place.provider.slug == slug for _, place in EVERY) >= 5
