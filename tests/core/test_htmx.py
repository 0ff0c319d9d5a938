"""One URL for page and fragment, and the short answers of polling."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import RequestFactory

from gpuconsole.core.htmx import htmx_target, render_page, stop_polling, unchanged, wants_fragment

PAGE, FRAGMENT = "404.html", "components/skeleton.html"


def test_a_plain_request_gets_the_page_and_htmx_the_fragment() -> None:
    factory = RequestFactory()
    page = render_page(factory.get("/"), PAGE, FRAGMENT)
    fragment = render_page(factory.get("/", headers={"HX-Request": "true"}), PAGE, FRAGMENT)
    assert page.content.lstrip().startswith(b"<!doctype html>")
    assert b"<html" not in fragment.content
    assert page["Vary"] == fragment["Vary"] == "HX-Request, HX-Target"


def test_a_history_restore_wants_the_whole_page() -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true", "HX-Target": "rows"}
    request = RequestFactory().get("/", headers=headers)
    assert not wants_fragment(request)
    assert htmx_target(request) == "rows"


def test_the_short_answers_have_their_status() -> None:
    assert unchanged().status_code == 204
    assert unchanged().content == b""
    assert stop_polling(HttpResponse("last")).status_code == 286
