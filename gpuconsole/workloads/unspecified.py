"""Work that was taken over as it ran: nobody here knows what it was launched with."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.core.errors import Refused
from gpuconsole.providers import registry
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Verb

NEEDS_SPEC = frozenset({Verb.START, Verb.RETRY, Verb.CLONE})
"""What cannot be done, or not be checked against limits, without the spec."""


def why_not(workload: Workload, verb: Verb) -> str:
    """Why the verb cannot be done for want of a spec; empty: nothing is wanting."""
    if workload.spec or verb not in NEEDS_SPEC:
        return ""
    provider = registry.get(workload.provider).name
    text = _("It was adopted as it ran, so what it was launched with is not known here.")
    return f"{text} {_INSTEAD[verb].format(provider=provider)}"


_INSTEAD = {
    Verb.START: gettext_lazy("Start it at {provider}; what comes of it is shown here."),
    Verb.RETRY: gettext_lazy("Retry it at {provider}, or launch it anew."),
    Verb.CLONE: gettext_lazy("Clone it at {provider}, or launch it anew."),
}


def refuse_without_spec(workload: Workload, verb: Verb) -> None:
    """Raises Refused where the verb needs the spec and nobody knows it."""
    if why := why_not(workload, verb):
        raise Refused(why, code="no_spec")
