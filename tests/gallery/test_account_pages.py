"""allauth's pages in our design: sign-in, password, second factor, sessions; clean, and usable without script."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.test import Client
from django.urls import include, path
from playwright.sync_api import Page, expect

from gpuconsole.accounts.models import User
from tests.gallery.test_gallery import opened

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]

PASSWORD = "a long enough pass phrase"

urlpatterns = [
    path("", include("gpuconsole.accounts.sign_in_urls")),
    path("account/", include("gpuconsole.accounts.urls")),
]


@pytest.fixture(autouse=True)
def _urls(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.gallery.test_account_pages"


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user(email="researcher-a@example.org", password=PASSWORD)


@pytest.fixture
def signed_in(page: Page, live_server: Any, person: User) -> Page:
    client = Client()
    assert client.post("/sign-in/", {"login": person.email, "password": PASSWORD}).status_code == 302
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    return page


def test_sign_in_says_one_thing_for_a_wrong_pair_and_lets_the_right_one_in(
    page: Page, live_server: Any, person: User, shoot: Any
) -> None:
    complaints = opened(page, live_server, "/sign-in/")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").first).to_have_text(
        "Email or password is wrong. After 5 tries there is a pause of 15 minutes."
    )
    shoot("sign-in-light-1440")
    findings = Axe().run(page)
    assert findings.violations_count == 0, findings.generate_report()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Show the password").click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    page.get_by_label("Stay signed in").check()
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{live_server.url}/")
    assert complaints == ["Failed to load resource: the server responded with a status of 404 (Not Found)"]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("sessions", "/account/sessions/"),
        ("second-factor", "/account/second-factor/"),
        ("totp", "/account/second-factor/totp/activate/"),
        ("password", "/account/password/change/"),
        ("confirm", "/account/confirm/"),
        ("sign-out", "/sign-out/"),
    ],
)
def test_own_pages_are_clean(
    signed_in: Page, live_server: Any, shoot: Any, name: str, address: str, width: int
) -> None:
    complaints = opened(signed_in, live_server, address, width=width)
    shoot(f"{name}-light-{width}")
    findings = Axe().run(signed_in)
    assert findings.violations_count == 0, findings.generate_report()
    assert complaints == []
    assert "style=" not in signed_in.request.get(signed_in.url).text()
    overflow = signed_in.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0


def test_an_authenticator_app_is_set_up_and_its_codes_are_shown(signed_in: Page, live_server: Any, shoot: Any) -> None:
    complaints = opened(signed_in, live_server, "/account/second-factor/totp/activate/")
    signed_in.locator("#id_password").fill(PASSWORD)
    signed_in.get_by_role("button", name="Confirm").click()
    secret = signed_in.locator(".copy-box code").text_content() or ""
    shoot("totp-set-up-light-1440")
    signed_in.get_by_label("Authenticator code").fill(f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06}")
    signed_in.get_by_role("button", name="Turn on").click()
    expect(signed_in.get_by_role("heading", name="Recovery codes")).to_be_visible()
    findings = Axe().run(signed_in)
    assert findings.violations_count == 0, findings.generate_report()
    opened(signed_in, live_server, "/account/second-factor/")
    shoot("second-factor-on-light-1440")
    assert complaints == []


def test_a_forgotten_password_is_asked_for_by_email(page: Page, live_server: Any) -> None:
    assert opened(page, live_server, "/account/password/reset/", width=390) == []
    findings = Axe().run(page)
    assert findings.violations_count == 0, findings.generate_report()
