"""From posted inputs to the request, its errors at their inputs, and what the sections show."""

from __future__ import annotations

from typing import Any

import pytest

from gpuconsole.core.spec_forms import SECRETS, Layout, Option, OptionList, SpecForm, Surroundings, Values, nearest
from gpuconsole.core.spec_forms.bind import BoundRows
from gpuconsole.core.spec_forms.field import BoundField
from gpuconsole.core.spec_forms.pairs import BoundPairs
from gpuconsole.providers import registry
from tests.core.spec_forms.example import FULL, ExampleSpec

BASE = {"project_id": ["p"], "image.base": ["i"]}


def form(**inputs: Any) -> SpecForm[ExampleSpec]:
    listed = {name.replace("__", "."): value if isinstance(value, list) else [value] for name, value in inputs.items()}
    return SpecForm(ExampleSpec, Values({**BASE, **listed}))


def item(bound: SpecForm[ExampleSpec], name: str) -> Any:
    return next(one for section in Layout(bound).sections for one in section.every_item if one.name == name)


def test_defaults_are_not_sent_and_a_typed_default_is() -> None:
    assert "size" not in form(size__nodes="").wire
    assert form(size__nodes="1").wire["size"] == {"nodes": 1}
    assert item(form(), "size.nodes").placeholder == "1"


@pytest.mark.parametrize(
    ("typed", "unit", "sent"),
    [
        ("128", "Gi", "128Gi"),
        ("1.5", "Gi", "1.5Gi"),
        ("128", "GB", "119Gi"),
        ("500", "MB", "476Mi"),
        ("x", "Gi", "xGi"),
    ],
)
def test_memory_is_joined_and_decimal_units_are_converted(typed: str, unit: str, sent: str) -> None:
    assert form(size__memory=typed, size__memory__unit=unit).wire["size"] == {"memory": sent}


def test_a_conversion_says_what_is_sent() -> None:
    found = form(size__memory="128", size__memory__unit="GB")
    assert item(found, "size.memory").note.startswith("Sends 119Gi: the provider takes binary units.")


def test_a_span_is_sent_in_the_providers_unit() -> None:
    found = form(size__timeout_ms="4", size__timeout_ms__unit="h")
    assert found.wire["size"] == {"timeout_ms": 14_400_000}
    assert item(found, "size.timeout_ms").note.startswith("Sends 14\u202f400\u202f000 ms.")
    again = SpecForm.from_wire(ExampleSpec, found.wire)
    assert (again.values.last("size.timeout_ms"), again.values.last("size.timeout_ms.unit")) == ("4", "h")


def test_limits_that_the_help_does_not_name_stand_below_the_field() -> None:
    specs = {"cortecs": ("num_workers", "1 to 8."), "otoy": ("max_timeout_start_ms", "At least 2 min.")}
    for slug, (name, told) in specs.items():
        found = SpecForm(registry.get(slug).spec, Values({"task": ["BATCH"]}), fixed={"provider": slug})
        assert told in item(found, name).note


def test_a_list_of_keys_and_values_is_asked_for_as_pairs() -> None:
    posted = {"env__0__key": "A", "env__0__value": "1", "env__2__key": "T", "env__2__kind": "secret"}
    found = form(**posted, env__2__secret="hf", env__3__key="")
    assert found.wire["env"] == [{"key": "A", "value": "1"}, {"key": "T", "value": {"name": "hf"}}]
    assert isinstance(item(found, "env"), BoundPairs)
    assert item(found, "env").takes_secrets


def test_what_is_wrong_with_a_pair_of_a_list_stands_at_its_row() -> None:
    found = form(env__1__key="TOO-LONG", env__1__value="x", env__4__value="y", env__5__key="B", env__5__kind="secret")
    assert found.located["env.1.key"].message == "Must have at most 5 characters."
    assert found.located["env.4.key"].message == "Name it, or empty the row."
    assert found.located["env.5.secret"].message == "Pick a secret."


def test_rows_make_a_text() -> None:
    found = form(ports__0__port="8080", ports__0__type="tcp", ports__3__port="8081", ports__4__type="")
    assert found.wire["ports"] == "8080/tcp,8081/http"
    assert item(found, "ports").note == "Sends 8080/tcp,8081/http"
    again = SpecForm.from_wire(ExampleSpec, found.wire)
    assert again.values.last("ports.1.port") == "8081"
    assert item(again, "ports").count == 2


def test_what_is_wrong_with_a_cell_stands_there_and_not_at_the_whole_text() -> None:
    found = form(ports__0__port="many", ports__1__port="70000", ports__1__type="tcp")
    assert {name for name in found.located if name.startswith("ports")} == {"ports.0.port", "ports.1.port"}
    assert found.located["ports.0.port"].message == "Must be a whole number."
    assert found.spec is None


def test_required_fields_that_are_left_empty_send_their_default() -> None:
    assert form().wire["ports"] == ""
    assert form().wire["kind"] == "gpu"
    assert "ports" not in form().located
    assert item(form(), "ports").is_required


def test_a_default_that_the_json_view_replaced_stays_replaced() -> None:
    found = SpecForm.from_wire(ExampleSpec, {"project_id": "p", "image": {"base": "i"}, "kind": "cpu", "ports": "x"})
    assert (found.wire["kind"], found.wire["ports"]) == ("cpu", "x")


def test_several_of_a_list_are_ticked() -> None:
    assert form(size__regions=["eu", "us"]).wire["size"] == {"regions": ["eu", "us"]}


def test_numbers_are_read_as_people_type_them_and_wrong_ones_are_left_to_the_model() -> None:
    assert form(size__nodes="1\u202f6").wire["size"] == {"nodes": 16}
    assert form(size__nodes="two").located["size.nodes"].message == "Must be a whole number."
    assert form(size__nodes="1e999999").located["size.nodes"].message == "Must be a whole number."
    assert form(size__nodes="17").located["size.nodes"].message == "Must be at most 16."


def test_an_optional_object_is_sent_only_when_something_in_it_is_filled_in() -> None:
    assert "gpu" not in form(size__nodes="2", size__gpu__model="").wire["size"]
    assert form(size__gpu__model="H100").located["size.gpu.count"].is_missing


def test_a_switched_object_is_sent_empty_when_it_is_on_and_not_at_all_when_off() -> None:
    assert form(remote=["false", "true"]).wire["remote"] == {}
    assert "remote" not in form(remote="false", remote__minutes="5").wire


def test_a_hidden_field_is_neither_sent_nor_shown() -> None:
    inputs = {"image__login__method": "TOKEN", "image__login__token": "t", "image__login__role": "typed before"}
    found = form(**inputs)
    assert found.wire["image"]["login"] == {"method": "TOKEN", "token": "t"}
    role = item(found, "image.login.role")
    assert not role.is_shown
    assert role.show_when == "image.login.method=ROLE"


def test_a_rule_looks_at_the_field_of_its_own_row() -> None:
    rows = {"weights.0.source": ["hf://a"], "weights.0.mount": ["/a"], "weights.0.login.method": ["ROLE"]}
    rows |= {"weights.0.login.role": ["r"], "weights.1.source": ["hf://b"], "weights.1.mount": ["/b"]}
    rows |= {"weights.1.login.method": ["TOKEN"], "weights.1.login.role": ["not asked"]}
    found = SpecForm(ExampleSpec, Values({**BASE, **rows}))
    assert [row["login"].get("role") for row in found.wire["weights"]] == ["r", None]


def test_variants_show_the_fields_of_the_chosen_one() -> None:
    rows = {"checkpoints.0": ["row"], "checkpoints.0.typ": ["latest"], "checkpoints.0.job": ["j"]}
    rows |= {"checkpoints.0.name": ["of the other variant"]}
    found = SpecForm(ExampleSpec, Values({**BASE, **rows}))
    assert found.wire["checkpoints"] == [{"typ": "latest", "job": "j"}]
    assert found.spec is not None


def test_errors_in_rows_stand_at_the_row_that_was_typed_though_empty_ones_were_dropped() -> None:
    rows = {"weights.0": ["row"], "weights.3": ["row"], "weights.3.source": ["hf://a"], "weights.3.mount": ["rel"]}
    found = SpecForm(ExampleSpec, Values({**BASE, **rows}))
    assert found.located["weights.3.mount"].message == 'Must start with "/". Did you mean /rel?'


def test_a_row_is_added_and_removed() -> None:
    values = Values({"weights.2.source": ["a"]})
    assert values.add_row("weights") == 3
    values.remove_row("weights", 2)
    assert values == {"weights.3": ["row"]}


@pytest.mark.parametrize(
    ("rows", "place", "message"),
    [
        ({"0.key": "", "0.value": "x"}, "0.key", "Name it, or empty the row."),
        ({"0.key": "A", "1.key": "A"}, "1.key", "A is set twice."),
        ({"0.key": "A", "0.kind": "secret"}, "0.secret", "Pick a secret."),
    ],
)
def test_what_no_request_can_say_is_said_at_its_row(rows: dict[str, str], place: str, message: str) -> None:
    found = SpecForm(ExampleSpec, Values({**BASE, **{f"variables.{name}": [text] for name, text in rows.items()}}))
    assert found.located[f"variables.{place}"].message == message


def test_a_secret_is_named_and_never_typed() -> None:
    rows = {"variables.0.key": ["T"], "variables.0.kind": ["secret"], "variables.0.secret": ["hf"]}
    rows |= {"variables.0.value": ["left over"]}
    around = Surroundings({SECRETS: OptionList((Option("ml", "ml"),))})
    found = SpecForm(ExampleSpec, Values({**BASE, **rows}), around=around)
    assert found.wire["variables"] == {"T": {"name": "hf"}}
    pairs = item(found, "variables")
    assert isinstance(pairs, BoundPairs)
    assert [option.value for option in pairs.secrets] == ["ml", "hf"]
    assert pairs.summary == "1 set, 1 secret"


def test_unreadable_json_says_where() -> None:
    assert "line 1, column 6" in form(more='{"a":}').located["more"].message


def test_an_explicit_null_is_kept_until_something_is_typed_over_it() -> None:
    found = SpecForm.from_wire(ExampleSpec, {"project_id": "p", "image": {"base": "i"}, "name": None})
    assert found.wire["name"] is None
    assert item(found, "name").note == "Sends null, as set in the JSON view."
    found.values["name"] = ["typed"]
    assert SpecForm(ExampleSpec, found.values).wire["name"] == "typed"


def test_extra_fields_are_listed_by_their_path() -> None:
    wire = {"project_id": "p", "image": {"base": "i", "mirror": [1]}}
    assert Layout(SpecForm.from_wire(ExampleSpec, wire)).extras == [("image.mirror", "[1]")]


def test_errors_of_fields_that_the_form_does_not_show_are_listed_by_path() -> None:
    wire = {"project_id": "p", "image": {"base": "i"}, "hidden": "no bool"}
    lines = Layout(SpecForm.from_wire(ExampleSpec, wire)).errors
    assert [(line.title, line.id) for line in lines] == [("hidden", "")]


def test_nothing_is_called_missing_before_the_first_try() -> None:
    fresh = SpecForm(ExampleSpec, Values(), is_new=True)
    assert fresh.located
    assert not fresh.shown


def test_sections_sum_up_what_is_set_and_what_is_to_fix() -> None:
    found = SpecForm.from_wire(ExampleSpec, FULL)
    summaries = {section.section.name: section.summary for section in Layout(found).sections}
    assert summaries["Cache"] == "on, path"
    assert summaries["Remote"] == "on"
    found = form(weights__0__source="hf://a", weights__0__mount="rel")
    assert {s.section.name: s.error_count for s in Layout(found).sections}["Weights"] == 1


def test_a_value_that_is_no_longer_on_offer_stays_picked() -> None:
    around = Surroundings({"projects": OptionList((Option("q", "Q"),))})
    found = SpecForm(ExampleSpec, Values(BASE), around=around)
    field = item(found, "project_id")
    assert isinstance(field, BoundField)
    assert [(option.value, option.is_unlisted) for option in field.options] == [("q", False), ("p", True)]


def test_a_list_that_nobody_knows_is_asked_for_as_text() -> None:
    assert item(form(), "project_id").control == "text"


def test_rows_tell_how_many_they_hold() -> None:
    rows = item(form(weights__4="row"), "weights")
    assert isinstance(rows, BoundRows)
    assert (rows.count, rows.next_number) == (1, 5)


def test_the_nearest_spec_takes_the_least_number_for_a_missing_one() -> None:
    found = nearest(ExampleSpec, form().wire | {"size": {"gpu": {"model": "H100"}}})
    assert found is not None
    assert found.size is not None
    assert found.size.gpu is not None
    assert found.size.gpu.count == 1


def test_the_nearest_spec_leaves_out_what_is_wrong() -> None:
    wire = form().wire | {"size": {"nodes": 99, "gpu": {"model": "H100", "count": 2}}}
    wire["weights"] = [{"source": "a"}, {"source": "b", "mount": "rel"}]
    found = nearest(ExampleSpec, wire)
    assert found is not None
    assert found.size is not None
    assert (found.size.nodes, found.size.gpu and found.size.gpu.count) == (1, 2)
