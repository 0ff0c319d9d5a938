"""The field table of a provider, as the command prints it."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from gpuconsole.providers import field_table, registry

REFERENCE = Path(__file__).parents[1] / "contract" / "reference"


EDITED = "\n\nCan be edited later:\n"


def printed(slug: str, *, edited: bool = False) -> list[list[str]]:
    """The lines of the table, or of the second one of what can be edited, cut into cells."""
    out = StringIO()
    call_command("provider_fields", slug, stdout=out)
    fields, _, edits = out.getvalue().partition(EDITED)
    return [re.split(r" {2,}", line) for line in (edits if edited else fields).splitlines()]


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_every_field_of_the_reference_has_a_line(slug: str) -> None:
    head, *lines = printed(slug)
    names = {field["name"] for field in json.loads((REFERENCE / f"{slug}.json").read_text())["fields"]}

    assert head == ["WIRE PATH", "TYPE", "REQUIRED", "LIMITS", "DEFAULT", "UNIT", "TITLE"]
    assert all(len(line) == len(head) for line in lines)
    assert names <= {line[0] for line in lines}


def test_a_line_says_path_type_limits_default_unit_and_title() -> None:
    lines = {line[0]: line[1:] for line in printed("baseten")}

    count = "training_job.compute.accelerator.count"
    assert lines[count] == ["integer", "yes", "1 to 8", "-", "GPUs per node", "Count"]
    assert lines["training_job.compute.node_count"] == ["integer", "no", "1 to 16", "1", "nodes", "Nodes"]
    assert lines["training_job.runtime.environment_variables"][0] == "map of string or object"
    assert lines["training_project_id"][1:3] == [
        "if no new project is named",
        "length at least 1; not with training_project_name",
    ]
    assert "on_startup, on_failure, on_demand" in lines["training_job.interactive_session.trigger"][2]


def test_what_can_be_edited_has_a_table_of_its_own() -> None:
    lines = {line[0]: line[1:] for line in printed("novita", edited=True)}

    assert lines["expandRootDisk"] == ["integer", "no", "0 to 6144", "0", "GB", "Root disk grows by"]
    assert {"ports", "ports[].port", "ports[].type"} <= set(lines)
    assert printed("otoy", edited=True) == []


def test_a_default_that_is_a_rule_stands_in_words() -> None:
    rows = {row.path: row for row in field_table.rows(registry.get("cortecs").spec)}

    assert rows["hardware_type_id"].default == "the model's recommended type"
    assert rows["billing_interval"].limits == "one of per_minute, per_hour"
    assert "provider" not in rows


def test_an_unknown_slug_is_answered_with_the_known_ones() -> None:
    with pytest.raises(CommandError, match=r"no provider 'nobody'\. Known are: .*baseten"):
        call_command("provider_fields", "nobody")
