"""A project's secrets: specs name them, workers read them, nobody is ever shown them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain, count

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.core import fields
from gpuconsole.core.errors import Refused
from gpuconsole.core.ids import new_id
from gpuconsole.projects.models import Project, Secret

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_LONGEST_VALUE = 64 * 1024
_HINT_FROM = 12  # characters that a value must have before its last four are shown


def listed(project: Project) -> models.QuerySet[Secret]:
    """Names, makers and last changes, without values."""
    return project.secrets.select_related("by").defer("value").order_by("name")


def names(project: Project) -> list[str]:
    """What launch forms offer to pick."""
    return list(project.secrets.order_by("name").values_list("name", flat=True))


@transaction.atomic
def put(*, project: Project, name: str, value: str, by: User) -> Secret:
    """Store a value under a name, or replace it."""
    if not _NAME.fullmatch(name):
        raise Refused(
            _("Begin with a letter or _, then letters, digits and . _ - only, 100 characters at most."), field="name"
        )
    if not value or len(value.encode()) > _LONGEST_VALUE:
        raise Refused(_("A value has 1 byte to 64 KiB."), field="value")
    secret = project.secrets.select_for_update().filter(name=name).first()
    is_new = secret is None
    secret = secret or Secret(public_id=new_id("sec"), project=project, name=name)
    fields.write(secret, "value", value)
    secret.last4 = value[-4:] if len(value) >= _HINT_FROM else ""
    secret.by = by
    secret.changed_at = timezone.now()
    secret.save()
    action = "secret.create" if is_new else "secret.replace"
    audit.record(action, by=by, team=project.team, project=project, target=secret)
    return secret


@transaction.atomic
def put_new(*, project: Project, name: str, value: str, by: User) -> Secret:
    """Store a value under a name that is not taken: this one, or the first of name_2, name_3… that is free.

    Raises Refused for a name or a value that cannot be kept.
    """
    Project.objects.select_for_update().get(pk=project.pk)
    taken = set(names(project))
    free = (one for one in chain([name], (f"{name}_{n}" for n in count(2))) if one not in taken)
    return put(project=project, name=next(free), value=value, by=by)


@transaction.atomic
def remove(*, secret: Secret, by: User) -> None:
    """Forget a value; launches that name it are refused from now on."""
    project = secret.project
    audit.record("secret.remove", by=by, team=project.team, project=project, target=secret)
    secret.delete()


def values(project: Project, wanted: Iterable[str]) -> dict[str, str]:
    """The plain values of the named secrets, for workers only. Raises Refused for a name that is not there."""
    wanted = set(wanted)
    found = {secret.name: fields.read(secret, "value") for secret in project.secrets.filter(name__in=wanted)}
    missing = missing_names(found, wanted)
    if missing:
        raise Refused(
            _("The project has no secret named {name}.").format(name=missing[0]),
            code="no_such_secret",
            details=missing,
        )
    return found


def known_values(project_id: int, wanted: Iterable[str]) -> list[str]:
    """The plain values of those of the named secrets that are there, for workers to take out of what they keep."""
    found = Secret.objects.filter(project=project_id, name__in=set(wanted))
    return [fields.read(secret, "value") for secret in found]


def missing_names(known: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """Names that a spec uses and the project does not have."""
    return sorted(set(wanted) - set(known))
