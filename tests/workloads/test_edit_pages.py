"""The edit page and the delete question, by posting alone: current values, rows, errors beside their field."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab
from tests.workloads.test_editing import there


@pytest.fixture
def visitor(lab: Lab) -> Client:
    client = Client()
    client.force_login(lab.owner)
    return client


def form_of(html: str) -> dict[str, Any]:
    """What a browser would post of the page's text inputs, selects and radios as they stand."""
    form = html[html.index('id="edit-form"') :]
    form = re.sub(r"<template>.*?</template>", "", form, flags=re.DOTALL)
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        is_box = 'type="radio"' in tag or 'type="checkbox"' in tag
        if name and (not is_box or re.search(r"\schecked\b", tag)):
            found[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select\b[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, flags=re.DOTALL):
        chosen = re.search(r'value="([^"]*)"[^>]*\sselected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def page(visitor: Client, row: Workload) -> dict[str, Any]:
    return form_of(visitor.get(url(row)).content.decode())


def url(row: Workload, tail: str = "edit/") -> str:
    return f"/{row.kind}s/{row.public_id}/{tail}"


def test_the_form_stands_as_the_provider_told_last_and_posting_it_so_changes_nothing(lab: Lab, visitor: Client) -> None:
    row = there(lab)
    inputs = page(visitor, row)
    assert (inputs["ports.0.port"], inputs["ports.0.type"], inputs["expandRootDisk"]) == ("22", "tcp", "0")
    assert "Added to the 30 GB of now" in visitor.get(url(row)).content.decode()
    answer = visitor.post(url(row), inputs)
    assert answer.status_code == 422
    assert "Nothing was changed" in answer.content.decode()


def test_a_row_is_added_without_script_and_saved(lab: Lab, visitor: Client) -> None:
    row = there(lab)
    inputs = page(visitor, row)
    drawn = visitor.post(url(row), inputs | {"add:ports": ""})
    assert drawn.status_code == 200
    inputs = form_of(drawn.content.decode())
    assert "ports.1.port" in inputs
    answer = visitor.post(url(row), inputs | {"ports.1.port": "8080", "ports.1.type": "http"})
    assert (answer.status_code, answer["Location"]) == (302, url(row, ""))
    row.refresh_from_db()
    assert row.edit == {"ports": [{"port": 22, "type": "tcp"}, {"port": 8080, "type": "http"}]}


def test_taking_the_last_row_away_closes_all_ports(lab: Lab, visitor: Client) -> None:
    row = there(lab)
    drawn = visitor.post(url(row), page(visitor, row) | {"remove:ports:0": ""})
    inputs = form_of(drawn.content.decode())
    assert "ports.0.port" not in inputs
    assert visitor.post(url(row), inputs).status_code == 302
    row.refresh_from_db()
    assert row.edit == {"ports": []}


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(lab: Lab, visitor: Client) -> None:
    row = there(lab)
    inputs = page(visitor, row) | {"ports.0.port": "2222", "expandRootDisk": "6115"}
    answer = visitor.post(url(row), inputs)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "2222 is taken by the platform" in html
    assert form_of(html)["expandRootDisk"] == "6115"
    answer = visitor.post(url(row), inputs | {"ports.0.port": "22"})
    assert "it has 30 GB of 6144 GB" in answer.content.decode()


def test_a_switch_is_turned_off_and_an_emptied_name_is_refused(lab: Lab, visitor: Client) -> None:
    row = there(lab, "fireworks")
    Workload.objects.filter(pk=row.pk).update(remote=row.remote | {"shared": True})
    inputs = page(visitor, row)
    assert inputs["displayName"] == "eval"
    answer = visitor.post(url(row), inputs | {"displayName": ""})
    assert (answer.status_code, "Must not be empty." in answer.content.decode()) == (422, True)
    off = {name: value for name, value in inputs.items() if name != "shared"} | {"shared": "false"}
    assert visitor.post(url(row), off).status_code == 302
    row.refresh_from_db()
    assert row.edit == {"shared": False}


def test_the_provider_s_no_is_shown_beside_the_field_with_what_was_asked_for(lab: Lab, visitor: Client) -> None:
    row = there(lab)
    no = {"expandRootDisk": "Novita says: must be at most 10"}
    Workload.objects.filter(pk=row.pk).update(edit={"expandRootDisk": 20}, edit_errors=no)
    html = visitor.get(url(row)).content.decode()
    assert form_of(html)["expandRootDisk"] == "20"
    assert re.search(r'id="[^"]*expandRootDisk-help"[^>]*data-wrong.*?must be at most 10', html, flags=re.DOTALL)
    assert "The last edit was not made." in visitor.get(url(row, "")).content.decode()


def test_after_a_lost_answer_nothing_is_filled_in_that_would_be_added_twice(lab: Lab, visitor: Client) -> None:
    row = there(lab)
    lost = {"edit": {"expandRootDisk": 20}, "edit_errors": {"": "lost: compare"}, "edit_sent_at": row.created_at}
    Workload.objects.filter(pk=row.pk).update(**lost)
    html = visitor.get(url(row)).content.decode()
    assert (form_of(html)["expandRootDisk"], "lost: compare" in html) == ("0", True)
    assert "The last edit may have been made." in visitor.get(url(row, "")).content.decode()


def test_a_press_that_comes_twice_leads_back_without_a_second_edit(lab: Lab, visitor: Client) -> None:
    row = there(lab)
    inputs = page(visitor, row) | {"expandRootDisk": "20"}
    first, second = visitor.post(url(row), inputs), visitor.post(url(row), inputs)
    assert (first.status_code, second.status_code) == (302, 302)
    assert row.events.filter(text="Edit asked").count() == 1


def test_what_cannot_be_edited_just_now_says_why_and_has_no_button(lab: Lab, visitor: Client) -> None:
    row = there(lab, "baseten")
    Workload.objects.filter(pk=row.pk).update(remote_status="TRAINING_JOB_RUNNING")
    answer = visitor.get(url(row))
    assert (answer.status_code, "TRAINING_JOB_PENDING" in answer.content.decode()) == (409, True)
    head = visitor.get(url(row, "")).content.decode()
    assert f'href="{url(row)}"' not in head
    assert "not now: Baseten changes a job only while" in head
    assert "/edit/" not in visitor.get(url(there(lab, "cortecs"), "")).content.decode()


def test_delete_is_in_the_menu_asks_first_and_says_what_is_lost(lab: Lab, visitor: Client) -> None:
    row = there(lab, "baseten", State.FAILED)
    assert "Delete at Baseten…" in visitor.get(url(row, "")).content.decode()
    question = visitor.get(url(row, "delete/")).content.decode()
    assert "Checkpoints that were not deployed go with it." in question
    assert "Here it stays, with its log" in question
    assert visitor.post(url(row, "delete/")).status_code == 422
    assert visitor.post(url(row, "delete/"), {"confirm_name": row.name}).status_code == 302
    row.refresh_from_db()
    assert row.intent == Intent.DELETE
    after = visitor.get(url(row, "")).content.decode()
    assert "Being deleted at Baseten." in after
    assert f'href="{url(row, "delete/")}"' not in after


def test_what_was_removed_says_so_and_offers_it_no_more(lab: Lab, visitor: Client) -> None:
    row = there(lab, "baseten", State.FAILED)
    Workload.objects.filter(pk=row.pk).update(removed_at=row.created_at)
    html = visitor.get(url(row, "")).content.decode()
    assert "removed at Baseten" in html
    assert "Delete at Baseten" not in html


def test_work_that_still_runs_offers_no_delete(lab: Lab, visitor: Client) -> None:
    assert "Delete at" not in visitor.get(url(there(lab, "baseten"), "")).content.decode()
