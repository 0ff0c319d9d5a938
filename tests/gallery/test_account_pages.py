"""allauth's pages in our design do what they say: signing in, and setting up a second factor."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

from gpuconsole.accounts.models import User
from tests.factories import make_user
from tests.gallery.studio import session
from tests.gallery.test_gallery import opened

pytestmark = pytest.mark.gallery

PASSWORD = "a long enough pass phrase"


@pytest.fixture
def person(live_server: Any) -> User:
    return make_user(password=PASSWORD)


def test_sign_in_says_one_thing_for_a_wrong_pair_and_lets_the_right_one_in(
    page: Page, live_server: Any, person: User
) -> None:
    complaints = opened(page, live_server, "/sign-in/")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").first).to_have_text(
        "Email or password is wrong. After 5 tries there is a pause of 15 minutes."
    )
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Show the password").click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    page.get_by_label("Stay signed in").check()
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/setup/")
    assert complaints == []


def test_an_authenticator_app_is_set_up_and_its_codes_are_shown(page: Page, live_server: Any, person: User) -> None:
    page.context.add_cookies([session(live_server.url, person)])
    complaints = opened(page, live_server, "/account/second-factor/totp/activate/")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    secret = page.locator(".copy-box code").text_content() or ""
    page.get_by_label("Authenticator code").fill(f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06}")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert complaints == []
