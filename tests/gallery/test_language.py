"""Every text of the product goes through Django's translation; what people and providers named does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.gallery.entries import ENTRIES
from tests.gallery.entry import Entry, Scene
from tests.gallery.names import all_names, without_names
from tests.gallery.speech import bare_texts, brackets
from tests.gallery.studio import BACKEND

Make = Callable[[], Scene]


@pytest.fixture(scope="module")
def scenes(live_server: object) -> dict[Make, Scene]:
    """Scenes made while another language is spoken: what the console writes down is translated when it is written."""
    return {}


@pytest.mark.parametrize(
    "entry", [entry for entry in ENTRIES if "components" not in entry.name], ids=lambda it: it.name
)
def test_a_page_says_nothing_past_the_translation(entry: Entry, scenes: dict[Make, Scene]) -> None:
    client = Client(raise_request_exception=False)
    with brackets():
        scene = scenes[entry.scene] if entry.scene in scenes else scenes.setdefault(entry.scene, entry.scene())
        person = scene.people.get(entry.who)
        if person is not None:
            client.force_login(person, backend=BACKEND)
        page = client.get(entry.at.format(**scene.places)).content.decode()
    left = without_names(bare_texts(page), all_names())
    assert not left, "\n".join(sorted(left))
