"""Ways of which exactly one is sent: picked in the form, told on the wire by the fields that are there."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from gpuconsole.core.spec_forms import Layout, SpecForm, Values, nearest
from gpuconsole.core.spec_forms.build import build, index
from gpuconsole.core.spec_forms.codecs import same
from gpuconsole.core.spec_forms.fill import fill
from gpuconsole.core.spec_forms.parse import parse
from gpuconsole.providers.problems import problems
from gpuconsole.providers.specs import Choose, Spec, SpecPart, Way
from gpuconsole.providers.ui import Ui, Widget

SOURCE, RUNS = "~comes_from", "source.~runs"


class Command(SpecPart):
    text: str
    words: Annotated[list[str], Ui(widget=Widget.WORDS)] = []


class Module(SpecPart):
    name: str
    fast: bool = False


class Source(SpecPart):
    choose = (Choose("Runs", (Way("Command", ("command",)), Way("Module", ("module",)))),)

    command: Command | None = None
    module: Module | None = None


class TwoWays(Spec):
    choose = (
        Choose("Comes from", (Way("Saved", ("saved", "version"), "A saved one."), Way("Image", ("image",), "Any."))),
    )

    provider: Literal["ways"] = "ways"
    saved: Annotated[str | None, Ui(excludes=("image", "other"))] = None
    version: Annotated[str | None, Ui(excludes=("image",))] = None
    image: Annotated[str | None, Field(title="Image"), Ui(excludes=("saved", "version"))] = None
    other: str | None = None
    source: Source
    count: Annotated[int, Field(ge=1)] = 1


ROOT, NODES = build(TwoWays), index(TwoWays)
GOOD: dict[str, Any] = {"image": "i", "source": {"command": {"text": "go"}}}


def form(**inputs: str) -> SpecForm[TwoWays]:
    return SpecForm(TwoWays, Values({name.replace("__", "."): [text] for name, text in inputs.items()}))


def posted(inputs: dict[str, str]) -> SpecForm[TwoWays]:
    return SpecForm(TwoWays, Values({name: [text] for name, text in inputs.items()}))


def items(bound: SpecForm[TwoWays]) -> dict[str, Any]:
    return {one.name: one for section in Layout(bound).sections for one in section.every_item}


@pytest.mark.parametrize(
    ("wire", "told"),
    [
        ({"image": "i", "saved": "s"}, {"image": "Not together with saved."}),
        ({"image": "i", "version": "1"}, {"saved": "Required with version.", "image": "Not together with version."}),
        ({"version": "1"}, {"saved": "Required with version."}),
        ({"saved": None}, {"saved": "Required: saved or image."}),
    ],
)
def test_exactly_one_way_is_taken(wire: dict[str, Any], told: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        TwoWays.read({**wire, "source": GOOD["source"]})
    assert {one.path: one.message for one in problems(caught.value)} == told


@pytest.mark.parametrize("wire", [{"saved": "s"}, {"saved": "s", "version": "1"}, {"image": "i", "saved": None}])
def test_each_way_is_taken(wire: dict[str, Any]) -> None:
    assert TwoWays.read({**wire, "source": GOOD["source"]}).wire() == {**wire, "source": GOOD["source"]}


def test_only_the_fields_of_the_picked_way_are_shown_and_sent() -> None:
    found = posted({SOURCE: "Image", "image": "i", "saved": "typed before", RUNS: "Module", "source.module.name": "m"})
    assert found.wire == {"image": "i", "source": {"module": {"name": "m"}}}
    shown = {name for name, item in items(found).items() if item.is_shown}
    assert {"image", "source.module.name", "source.module.fast"} <= shown
    assert not shown & {"saved", "version", "source.command.text"}
    assert items(found)["saved"].show_when == f"{SOURCE}=Saved|"


def test_the_first_way_is_picked_until_another_is() -> None:
    shown = {name: item for name, item in items(form()).items() if item.is_shown}
    assert {"saved", "version", "source.command.text"} <= set(shown)
    assert shown[SOURCE].value == "Saved"
    assert items(posted({SOURCE: "no such way"}))[SOURCE].value == "Saved"


def test_the_pick_stands_before_its_fields_and_is_no_field_of_the_request() -> None:
    names = list(items(form()))
    assert names.index(SOURCE) == names.index("saved") - 1
    assert not NODES[SOURCE].ui.in_form
    assert [(one.label, one.help) for one in items(form())[SOURCE].options] == [
        ("Saved", "A saved one."),
        ("Image", "Any."),
    ]
    assert (items(form())[SOURCE].control, items(form())[RUNS].control) == ("cards", "radio")
    assert items(form())[SOURCE].wire == ""
    assert "~" not in str(posted({SOURCE: "Image", RUNS: "Module"}).wire)


def test_picks_and_hidden_fields_do_not_count_as_fields() -> None:
    layout = Layout(posted({SOURCE: "Image", RUNS: "Module"}))
    assert layout.required_count == 2
    assert layout.optional_count == 3


def test_fields_of_other_ways_need_not_disable_each_other() -> None:
    found = items(posted({SOURCE: "Image", "saved": "typed before"}))
    assert not found["image"].is_disabled
    assert found["saved"].enable_when == "other="


def test_the_head_of_the_picked_way_is_required_and_the_rest_is_not() -> None:
    shown = items(posted({SOURCE: "Saved", RUNS: "Module"}))
    assert (shown["saved"].is_required, shown["version"].is_required) == (True, False)
    assert (shown["source.module.name"].is_required, shown["source.module.fast"].is_required) == (True, False)


def test_a_way_that_is_left_empty_is_said_at_its_own_field() -> None:
    found = posted({SOURCE: "Image", RUNS: "Command", "source.command.text": "go"})
    assert {name: one.message for name, one in found.located.items()} == {"image": "Required: saved or image."}
    assert found.located["image"].is_missing


def test_an_object_that_is_picked_and_left_empty_asks_for_its_own_fields() -> None:
    found = posted({SOURCE: "Image", "image": "i", RUNS: "Module"})
    assert found.wire["source"] == {"module": {}}
    assert list(found.located) == ["source.module.name"]


def test_a_request_picks_the_way_that_it_goes() -> None:
    assert fill(ROOT, NODES, GOOD)[SOURCE] == ["Image"]
    assert fill(ROOT, NODES, {"version": "1"})[SOURCE] == ["Saved"]
    assert SOURCE not in fill(ROOT, NODES, {})


def test_a_request_that_goes_two_ways_is_kept_and_said() -> None:
    wire = {**GOOD, "saved": "s"}
    found = SpecForm.from_wire(TwoWays, wire)
    assert found.wire == wire
    assert Layout(found).extras == [("image", '"i"')]
    assert [line.message for line in Layout(found).errors] == ["Not together with saved."]


def test_the_nearest_spec_needs_no_way() -> None:
    found = nearest(TwoWays, {"count": 3, "source": {}})
    assert found is not None
    assert (found.count, found.saved, found.image) == (3, None, None)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("--suite mmlu --shots 5", ["--suite", "mmlu", "--shots", "5"]),
        ("'two words' x\\ y ''", ["two words", "x y", ""]),
    ],
)
def test_words_are_split_as_a_shell_does(typed: str, words: list[str]) -> None:
    found = posted(
        {SOURCE: "Image", "image": "i", RUNS: "Command", "source.command.text": "go"} | {"source.command.words": typed}
    )
    assert found.wire["source"]["command"]["words"] == words
    assert items(found)["source.command.words"].note == f"Split as a shell does: {len(words)} arguments."
    assert fill(ROOT, NODES, found.wire) == fill(ROOT, NODES, SpecForm.from_wire(TwoWays, found.wire).wire)


def test_an_open_quote_is_said_at_its_field() -> None:
    found = posted({"source.command.text": "go", "source.command.words": "'open"})
    assert found.located["source.command.words"].message == "A quote is opened and never closed."


JSON = st.none() | st.booleans() | st.integers(-3, 9) | st.text("ab~ '\n", max_size=4) | st.just([])
WORDS = st.lists(st.text("ab '\"\\\n$", max_size=4), max_size=3)
COMMANDS = st.fixed_dictionaries({}, optional={"text": JSON, "words": WORDS | JSON, "zz": JSON})
MODULES = st.fixed_dictionaries({}, optional={"name": JSON, "fast": JSON})
SOURCES = st.fixed_dictionaries({"command": COMMANDS | JSON}) | st.fixed_dictionaries(
    {"module": MODULES | JSON}, optional={"command": COMMANDS | JSON}
)
WIRES = st.fixed_dictionaries(
    {"source": SOURCES},
    optional={"saved": JSON, "version": JSON, "image": JSON, "count": JSON, "~comes_from": JSON},
)


@given(WIRES)
@settings(max_examples=400)
def test_any_request_goes_through_the_form_unchanged(wire: dict[str, Any]) -> None:
    parsed = parse(ROOT, NODES, fill(ROOT, NODES, wire))
    assert not parsed.problems
    assert same(parsed.wire, wire)


def test_the_schema_says_that_one_way_is_sent() -> None:
    heads = [one["required"] for one in TwoWays.model_json_schema()["allOf"][0]["oneOf"]]
    assert heads == [["saved"], ["image"]]
    assert "allOf" in TwoWays.model_json_schema()["$defs"]["Source"]
