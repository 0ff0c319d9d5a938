"""Saved views of a list: kept under a name, renamed, removed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import Team, User
from gpuconsole.core.errors import Refused
from gpuconsole.workloads.models import SavedView
from gpuconsole.workloads.states import Kind

MOST = 20
"""Of one person above one list."""
LONGEST = 40
RESERVED = frozenset({"all", "active", "mine", "failed"})


def save_view(*, team: Team, user: User, kind: Kind, name: str, query: Mapping[str, str]) -> SavedView:
    """Keep filters and order as a tab. Raises Refused for a name that cannot be, and for too many."""
    name = _checked(name)
    own = SavedView.objects.filter(team=team, user=user, kind=kind)
    if own.count() >= MOST:
        text = _("You have {count} views: remove one first.").format(count=MOST)
        raise Refused(text, code="too_many", field="name")
    try:
        with transaction.atomic():
            return SavedView.objects.create(
                team=team, user=user, kind=kind, name=name, slug=_slug(name), query=dict(query)
            )
    except IntegrityError as taken:
        raise _taken(name) from taken


def change_view(*, view: SavedView, name: str | None = None, query: Mapping[str, str] | None = None) -> SavedView:
    """Another name, which makes another address, or other filters; None stays as it is. Raises Refused for a name."""
    if name is not None:
        view.name = _checked(name)
        view.slug = _slug(view.name)
    if query is not None:
        view.query = dict(query)
    try:
        with transaction.atomic():
            view.save(update_fields=["name", "slug", "query"])
    except IntegrityError as taken:
        raise _taken(view.name) from taken
    return view


def remove_view(*, view: SavedView) -> None:
    """Take the tab away; what it showed stays."""
    view.delete()


def _taken(name: str) -> Refused:
    return Refused(_("You have a view {name} already.").format(name=name), code="taken", field="name")


def _checked(name: str) -> str:
    found = " ".join(name.split())
    if not found:
        raise Refused(_("Give it a name."), code="required", field="name")
    if len(found) > LONGEST or not found.isprintable():
        text = _("A name has at most {most} characters that can be printed.").format(most=LONGEST)
        raise Refused(text, code="invalid", field="name")
    return found


def _slug(name: str) -> str:
    found = slugify(name, allow_unicode=False)[:50] or "view"
    return f"{found}-view" if found in RESERVED else found
