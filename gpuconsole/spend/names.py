"""What keys of sums are called, and the pages that they lead to."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.models import User
from gpuconsole.core import formats
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.spend.axes import By
from gpuconsole.workloads.states import State

NOBODY = gettext_noop("nobody any more")
NOT_ENDED = gettext_noop("Not ended")
NO_GPU = gettext_noop("CPU only or not told")


def names_of(by: By, keys: Iterable[Hashable], projects: Sequence[Project]) -> dict[Hashable, str]:
    """Words for keys. One query for people, none for all else."""
    known = _known(by, keys, projects)
    return {key: known.get(key) or _else(by, key) for key in keys}


def _known(by: By, keys: Iterable[Hashable], projects: Sequence[Project]) -> dict[Hashable, str]:
    if by is By.PROJECT:
        return {project.pk: project.name for project in projects}
    if by is By.PERSON:
        people = User.objects.filter(pk__in=[key for key in keys if key is not None])
        return {user.pk: user.display_name for user in people}
    if by is By.PROVIDER:
        return {provider.slug: provider.name for provider in registry.every()}
    return {state.value: str(state.label) for state in State} if by is By.STATE else {}


def _else(by: By, key: Hashable) -> str:
    if key in (None, ""):
        word = {By.PERSON: NOBODY, By.STATE: NOT_ENDED, By.GPU: NO_GPU}.get(by)
        return _(word) if word else formats.MISSING
    return str(key)
