"""Each request has an id and an address; times are shown in the reader's zone."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from gpuconsole.accounts.models import User
from gpuconsole.core import middleware, origin


@pytest.mark.parametrize(
    ("near", "said", "expected"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "rubbish", None),
        ("", "", None),
        ("2001:db8::1", "", "2001:db8::1"),
    ],
)
def test_the_address_is_the_near_one_unless_a_trusted_proxy_names_another(settings, near, said, expected):
    settings.TRUSTED_PROXIES = ("10.0.0.1",)
    headers = {"X-Forwarded-For": said} if said else {}

    assert middleware.client_ip(RequestFactory().get("/", REMOTE_ADDR=near, headers=headers)) == expected


def test_the_origin_lasts_as_long_as_the_request():
    seen = []
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7")

    answer = middleware.request_origin(lambda _: seen.append(origin.current()) or HttpResponse())(request)

    assert seen[0].ip == "192.0.2.7"
    assert answer["X-Request-Id"] == seen[0].request_id == request.id
    assert origin.current() == origin.Origin()


@pytest.mark.parametrize(
    ("zone", "shown"), [("Europe/Berlin", "Europe/Berlin"), ("Nowhere/At_All", "UTC"), ("", "UTC")]
)
def test_times_are_in_the_readers_zone(settings, zone, shown):
    request = RequestFactory().get("/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "x"
    request.user = User(time_zone=zone)
    seen = []

    middleware.reader_zone(lambda _: seen.append(timezone.get_current_timezone_name()) or HttpResponse())(request)

    assert seen == [shown]
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize(("path", "asked"), [("/jobs/", "q=ab"), ("/api/v1/workloads", "q=a%00b")])
def test_a_page_never_sees_a_nul_in_its_query(path: str, asked: str):
    seen: list[str] = []

    def view(request):
        seen.append(request.META["QUERY_STRING"])
        return HttpResponse()

    middleware.readable_query(view)(RequestFactory().get(f"{path}?q=a%00b"))
    assert seen == [asked]


def test_an_answer_without_content_carries_nothing_that_is_said_of_documents():
    told = {"X-Request-Id": "req_1", "Content-Security-Policy": "default-src 'none'", "X-Frame-Options": "DENY"}

    empty, full = (
        middleware.light_unchanged(lambda _, status=status: HttpResponse(status=status, headers=told))(None)
        for status in (204, 200)
    )

    assert dict(empty.items()) == {"X-Request-Id": "req_1", "Cache-Control": "no-store"}
    assert full["X-Frame-Options"] == "DENY" and "Cache-Control" not in full
