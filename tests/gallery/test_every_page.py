"""Every page and state of the table in both themes and at four widths: readable, whole, and names are but text."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from tests.gallery.entries import ENTRIES
from tests.gallery.entry import Entry
from tests.gallery.studio import Studio
from tests.tenancy.expected import EXPECTED

pytestmark = pytest.mark.gallery

NO_PAGES = (
    *("api/", "healthz/", "account/second-factor/webauthn/", "account/second-factor/recovery-codes/"),
    *("account/second-factor/authenticate/", "account/second-factor/reauthenticate/", "account/password/set/"),
    *("account/inactive/", "account/sign-up/"),
)
"""Answers to programs, and allauth's pages that our settings lead nobody to."""
FILES = (".csv", ".txt", ".json", "/log/", "/log/find/")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_page_is_clean_in_both_themes_and_at_every_width(entry: Entry, studio: Studio) -> None:
    wrong = studio.look(entry)
    assert not wrong, "\n".join(wrong)


def test_no_page_of_the_product_is_left_out(studio: Studio) -> None:
    shown = {_plain(resolve(urlsplit(studio.address(entry)).path).route) for entry in ENTRIES if entry.status == 200}
    asked = {address for address, rule in EXPECTED.items() if "ok" in rule.get.split()}
    pages = {one for one in asked if not one.startswith(NO_PAGES) and not one.endswith(FILES)}
    assert {one for one in pages if _plain(one) not in shown} == set()


_OF_A_PROJECT, _OF_THE_TEAM = "projects/<slug:slug>/settings/webhooks/", "team/notifications/"


def _plain(route: str) -> str:
    """As both write it: a pattern within an address has a begin and an end of its own; jobs and instances share their
    pages, and so do the webhooks of a project and of its team."""
    return route.replace("^", "").replace("$", "").replace("instances/", "jobs/").replace(_OF_A_PROJECT, _OF_THE_TEAM)
