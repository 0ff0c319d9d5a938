"""Names of clones and retries: the one before, counted up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django.utils.translation import gettext as _

from gpuconsole.core.errors import Refused
from gpuconsole.projects.models import Project
from gpuconsole.workloads.models import Workload

LONGEST = 200
_COUNTED = re.compile(r"^(?P<stem>.*(?:^|[-_ .])r|.*-)(?P<number>\d{1,6})$")


def checked(name: str) -> str:
    """The name without blanks around it. Raises Refused for none, too long a one, or what can't be read."""
    found = " ".join(name.split())
    if not found:
        raise Refused(_("Work has a name."), code="required", field="name")
    if len(found) > LONGEST:
        why = _("A name has at most {most} characters, this one {count}.").format(most=LONGEST, count=len(found))
        raise Refused(why, code="invalid", field="name")
    if not found.isprintable():
        raise Refused(_("A name has no characters that can't be printed."), code="invalid", field="name")
    return found


def next_free(project: Project, name: str, *, longest: int = LONGEST) -> str:
    """The name counted up past every one that the project has already used, cut to the characters it may have:
    ``sft-r12`` becomes ``sft-r13``, ``sft-2`` becomes ``sft-3``, ``sft`` becomes ``sft-2``."""
    stem, number = _split(name)
    taken = Workload.objects.filter(project=project, name__startswith=stem[: LONGEST - 10]).values_list(
        "name", flat=True
    )
    counts = [count for other, count in map(_split, taken.order_by("-id")[:1000]) if other == stem]
    return _joined(stem, max([number, *counts]) + 1, longest)


def own_name(spec: Mapping[str, Any], path: str) -> str:
    """What the spec itself calls the work, at its provider's ``name_path``; empty where it says nothing."""
    found: Any = spec
    for key in path.split(".") if path else ():
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if path and isinstance(found, str) else ""


def renamed(spec: Mapping[str, Any], path: str, name: str) -> dict[str, Any]:
    """A copy of the spec that calls the work ``name``, where it called it something."""
    copied = deepcopy(dict(spec))
    if own_name(spec, path):
        *parents, last = path.split(".")
        part = copied
        for key in parents:
            part = part[key]
        part[last] = name
    return copied


def _split(name: str) -> tuple[str, int]:
    found = _COUNTED.match(name)
    return (found["stem"], int(found["number"])) if found else (f"{name}-", 1)


def _joined(stem: str, number: int, longest: int = LONGEST) -> str:
    return f"{stem[: longest - len(str(number))]}{number}"
