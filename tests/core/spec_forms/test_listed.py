"""Values with words of their own, spans of time with a default, and fields that are needed where they show."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from gpuconsole.core.spec_forms import Layout, Option, OptionList, SpecForm, Surroundings, Values
from gpuconsole.core.spec_forms.field import BoundField
from gpuconsole.providers.ui import Listed, Ui, Widget

_MODES = (Listed("ONCE", "Once", "Ends by itself."), Listed("ALWAYS", "Always", "Runs until it is stopped."))
_PLACES = (Listed("eu-1", "eu-1", group="Europe"), Listed("us-1", "Virginia", group="America"))


class Example(BaseModel):
    mode: Annotated[Literal["ONCE", "ALWAYS"], Field(title="Mode"), Ui(widget=Widget.RADIO, listed=_MODES)]
    wait_ms: Annotated[
        int | None, Field(title="Wait"), Ui(widget=Widget.QUANTITY, unit="ms", units=("min", "h", "s"))
    ] = 300_000
    limit_s: Annotated[
        int | None,
        Field(title="Limit"),
        Ui(show_when=("mode", ("ONCE",)), required_if="mode is ONCE", needed_when_shown=True),
    ] = None
    places: Annotated[list[Literal["eu-1", "us-1", "us-2"]], Ui(choices="places", listed=_PLACES)] = []


def field(name: str, around: Surroundings | None = None, **inputs: str) -> BoundField:
    form = SpecForm(Example, Values({key: [value] for key, value in inputs.items()}), around=around)
    found = next(item for section in Layout(form).sections for item in section.items if item.name == name)
    assert isinstance(found, BoundField)
    return found


def test_listed_values_show_their_words_and_what_they_mean_on_cards() -> None:
    mode = field("mode", mode="ONCE")
    assert [(one.value, one.label, one.help) for one in mode.radio_options] == [
        ("ONCE", "Once", "Ends by itself."),
        ("ALWAYS", "Always", "Runs until it is stopped."),
    ]
    assert mode.has_cards
    assert mode.note == ""


def test_listed_values_stand_under_their_headings_and_others_under_none() -> None:
    groups = field("places").option_groups
    assert [(group.label, [one.label for one in group.options]) for group in groups] == [
        ("Europe", ["eu-1"]),
        ("America", ["Virginia"]),
        ("", ["Us-2"]),
    ]


def test_live_choices_take_the_place_of_listed_values() -> None:
    live = Surroundings({"places": OptionList((Option("eu-1", "eu-1", help="3 nodes", group="Europe"),))})
    assert [one.help for one in field("places", live).options] == ["3 nodes"]


def test_the_default_of_a_span_is_told_in_a_handy_unit() -> None:
    assert (field("wait_ms").placeholder, field("wait_ms").note) == ("5", "Default 5 min; sends nothing.")
    assert field("wait_ms", **{"wait_ms.unit": "h"}).placeholder == "5 min"
    assert field("wait_ms", wait_ms="2", **{"wait_ms.unit": "h"}).note == "Sends 7\u202f200\u202f000 ms."


def test_a_field_that_its_rule_makes_needed_is_marked_so() -> None:
    assert field("limit_s").is_required
    assert not field("wait_ms").is_required
