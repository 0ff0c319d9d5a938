"""API tokens that scripts still use and that soon open nothing any more, for whoever made them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.models import ApiToken
from gpuconsole.core import formats
from gpuconsole.dashboard.attention_items import Attention

_SOON = timedelta(days=7)
_IN_USE = timedelta(days=30)  # what nothing has signed in with for so long is nobody's worry
_MOST = 3


def found(viewer: Viewer, now: datetime) -> Iterator[Attention]:
    """The person's own tokens in the team, the next to expire first; one query."""
    rows = ApiToken.objects.filter(team=viewer.team, user=viewer.user, revoked_at=None, last_used_at__gt=now - _IN_USE)
    for token in rows.filter(expires_at__gt=now, expires_at__lte=now + _SOON).order_by("expires_at")[:_MOST]:
        assert token.expires_at is not None
        text = _("expires {when}").format(when=formats.within(token.expires_at - now))
        why = _("What signs in with this API token is refused from then on. Make a new one in time.")
        at = token.expires_at - _SOON
        yield Attention("key-round", "warning-text", token.name, text, why, at, reverse("tokens"), _("Open"))
