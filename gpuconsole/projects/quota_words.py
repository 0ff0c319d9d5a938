"""What a quota says, in words: what it limits, for whom, and how much."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.core import formats
from gpuconsole.projects.models import Held, Limit, Measure, Quota
from gpuconsole.providers import registry

_AT_ONCE = {
    Held.ALL.value: gettext_noop("Workloads at once"),
    Held.JOB.value: gettext_noop("Jobs at once"),
    Held.INSTANCE.value: gettext_noop("Instances at once"),
}
_RUN_TIME = {
    Held.ALL.value: gettext_noop("Run time of one workload"),
    Held.JOB.value: gettext_noop("Run time of one job"),
    Held.INSTANCE.value: gettext_noop("Run time of one instance"),
}


def scope(quota: Quota, *, is_yours: bool = False) -> str:
    """For whom it holds, in words: in this project, for each person in the team."""
    is_wide = quota.project_id is None
    if quota.each_member:
        return _("for each person in the team") if is_wide else _("for each person in this project")
    if quota.member_id is None:
        return _("in the team") if is_wide else _("in this project")
    if is_yours or quota.member is None:
        return _("for you in the team") if is_wide else _("for you in this project")
    text = _("for {person} in the team") if is_wide else _("for {person} in this project")
    return text.format(person=quota.member.display_name)


def label(quota: Quota) -> str:
    """What is limited, in words: GPUs at once, H100 at once, jobs at once, hours of one job."""
    measure = Measure(quota.measure)
    if measure is Measure.WORKLOADS:
        return _(_AT_ONCE[quota.kind])
    if measure is Measure.RUN_S:
        return _(_RUN_TIME[quota.kind])
    word = str(measure.label)
    if quota.gpu_model:
        text = _("{gpu} at once") if measure is Measure.GPUS else _("{gpu} hours a month")
        word = text.format(gpu=quota.gpu_model)
    if not quota.kind:
        return word
    text = _("{limit}, jobs only") if quota.kind == Held.JOB else _("{limit}, instances only")
    return text.format(limit=word)


def label_of(limit: Limit, currency: str = "") -> str:
    """A limit in words: what, for whom, how much and what follows. A profile's is in the currency of each team."""
    row = Quota(project_id=0, **limit.terms)
    much = allowed_words(row) if limit.is_list else amount(row, limit.number, currency)
    text = (
        _("{limit} for each person: {much}, {consequence}") if limit.each_member else "{limit}: {much}, {consequence}"
    )
    return text.format(limit=label(row), much=much, consequence=str(limit.get_consequence_display()).lower())


def amount(quota: Quota, number: Decimal | None, currency: str) -> str:
    """A number of the quota's measure as people write it; None is unknown."""
    if number is None:
        return _("unknown")
    if quota.measure == Measure.HOURLY_PRICE:
        return formats.hourly(number, currency) if currency else plain(number)
    if quota.measure == Measure.RUN_S:
        return formats.duration(number)
    if quota.measure == Measure.GPU_HOURS:
        return _("{hours} GPU-h").format(hours=plain(number))
    return plain(number)


def plain(number: Decimal) -> str:
    """Without the zeros that the column's scale adds."""
    short = round(number, 2).normalize()
    return f"{short:,f}"


def allowed_words(quota: Quota) -> str:
    """What a list allows, as people call it."""
    names = [registry.get(word).name if word in registry.SLUGS else word for word in quota.allowed]
    return ", ".join(names) or _("none")
