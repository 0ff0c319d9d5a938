"""How allauth behaves here: nobody signs up by themselves."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """An account begins with an invitation link, so allauth's own sign-up page stays shut."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy(
            "Email or password is wrong. After 5 tries there is a pause of 15 minutes."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: see the class."""
        return False
