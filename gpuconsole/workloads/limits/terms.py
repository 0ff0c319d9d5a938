"""What a limit or a budget may say: bad words and numbers are refused, beside the field, with what to write instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.models import Membership, Team, TeamRole, User
from gpuconsole.catalog.models import Offer
from gpuconsole.core import gpus
from gpuconsole.core.errors import Refused
from gpuconsole.projects import rates
from gpuconsole.projects.models import LISTS, OF_A_MODEL, Consequence, Held, Limit, Measure, Project, ProjectMember
from gpuconsole.providers import registry
from gpuconsole.workloads.models import Workload

_WHOLE = frozenset({Measure.GPUS, Measure.WORKLOADS, Measure.RUN_S})
_OF_EACH_WORKLOAD = frozenset({Measure.RUN_S, *LISTS})
_MOST = {Measure.GPUS: 100_000, Measure.WORKLOADS: 100_000, Measure.RUN_S: 366 * 86_400}
_MOST_ELSE = Decimal(10) ** 9
SHORTEST_S = 60
MOST_MONEY = Decimal(10) ** 9
LONGEST_GRACE_S = 7 * 86_400
USUAL_GRACE_S = 3600
_NO_CONSEQUENCE = gettext_noop("There is no consequence “{word}”. Use one of {words}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTerms:
    """What one limit says, before it is a row; see ``projects.models.Limit`` for the words."""

    measure: str
    kind: str = Held.ALL
    gpu_model: str = ""
    each_member: bool = False
    limit: Decimal | None = None
    allowed: Sequence[str] = ()
    consequence: str = Consequence.BLOCK

    @classmethod
    def of(cls, row: Limit) -> LimitTerms:
        """Those of a row."""
        return cls(**row.terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetTerms:
    """What one budget says, before it is a row."""

    amount: Decimal
    currency: str
    when_spent: str = Consequence.BLOCK
    stops_at_120: bool = False
    grace_s: int = USUAL_GRACE_S


def checked(terms: LimitTerms) -> LimitTerms:
    """The terms with their words as we write them. Raises Refused with the field that is wrong."""
    _known(terms.measure, Measure.values, "measure", _("There is no measure “{word}”. Use one of {words}."))
    _known(terms.kind, Held.values, "kind", _("There is no kind of work “{word}”. Use one of {words}."))
    _known(terms.consequence, Consequence.values, "consequence", _(_NO_CONSEQUENCE))
    measure = Measure(terms.measure)
    if terms.each_member and measure in _OF_EACH_WORKLOAD:
        text = _("{limit} holds for each workload already, so it can't be for each person.").format(limit=measure.label)
        raise Refused(text, code="invalid", field="each_member")
    model = _model(terms.gpu_model, measure)
    if measure in LISTS:
        if terms.limit is not None:
            raise Refused(
                _("{limit} is a list and takes no number.").format(limit=measure.label), code="invalid", field="limit"
            )
        return replace(terms, gpu_model=model, allowed=_allowed(measure, terms.allowed))
    if terms.allowed:
        raise Refused(
            _("{limit} is a number and takes no list.").format(limit=measure.label), code="invalid", field="allowed"
        )
    return replace(terms, gpu_model=model, allowed=[], limit=_number(measure, terms.limit))


def checked_money(money: BudgetTerms, team: Team) -> BudgetTerms:
    """A budget that can be kept. Raises Refused with the field that is wrong."""
    currency = money.currency.strip().upper()
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        raise Refused(_("A currency is three letters, such as USD."), code="invalid", field="currency")
    if currency != team.currency and not (rates.rate(currency, team.currency) or rates.rate(team.currency, currency)):
        text = _(
            "No rate between {currency} and {team_currency} is set. Use {team_currency}, or have an admin add one."
        ).format(currency=currency, team_currency=team.currency)
        raise Refused(text, code="unknown_currency", field="currency")
    _known(money.when_spent, Consequence.values, "when_spent", _(_NO_CONSEQUENCE))
    _in_range(money.amount, MOST_MONEY, "amount", _("A budget"))
    if not 0 <= money.grace_s <= LONGEST_GRACE_S:
        raise Refused(_("The grace is at most 7 days, and not negative."), code="invalid", field="grace_s")
    return replace(money, currency=currency)


def check_person(member: User | None, team: Team, project: Project | None, terms: LimitTerms) -> None:
    """Raises Refused where nobody of that name could launch there, or the limit is for each person already."""
    if member is None:
        return
    if terms.each_member:
        raise Refused(_("Name one person, or take each person."), code="invalid", field="each_member")
    membership = Membership.objects.filter(team=team, user=member).first()
    in_project = project is None or ProjectMember.objects.filter(project=project, user=member).exists()
    if membership is None or not (in_project or TeamRole(membership.role).may_administer):
        text = _("{person} is not in the team.") if project is None else _("{person} is not in the project.")
        raise Refused(text.format(person=member.display_name), code="unknown_person", field="member")


def known_models() -> list[str]:
    """GPU models that a provider has listed or work has run on, in our words."""
    listed = {*Offer.objects.values_list("gpu_model", flat=True).distinct().order_by()}
    listed |= {*Workload.objects.values_list("gpu_model", flat=True).distinct().order_by()}
    return sorted({gpus.normal(word) for word in listed} - {""})


def _model(word: str, measure: Measure) -> str:
    model = gpus.normal(word)
    if word.strip() and measure not in OF_A_MODEL:
        raise Refused(
            _("{limit} can't be narrowed to one GPU model.").format(limit=measure.label),
            code="invalid",
            field="gpu_model",
        )
    if word.strip():
        _refuse_unknown([model or word], known_models(), "gpu_model", "GPU")
    return model


def _allowed(measure: Measure, words: Sequence[str]) -> list[str]:
    if measure is Measure.PROVIDERS:
        found = [word.strip().lower() for word in words]
        _refuse_unknown(found, list(registry.SLUGS), "allowed", "provider")
    else:
        found = [gpus.normal(word) for word in words]
        _refuse_unknown(found, known_models(), "allowed", "GPU")
    return list(dict.fromkeys(found))


def _refuse_unknown(words: Sequence[str], known: Sequence[str], field: str, noun: str) -> None:
    unknown = [word for word in words if word not in known]
    if not unknown:
        return
    near = get_close_matches(unknown[0], known, n=3, cutoff=0.5) or list(known[:8])
    hint = _(" Known are {names}.").format(names=", ".join(near)) if near else _(" None was seen yet.")
    raise Refused(
        _("No {noun} called {unknown} is known.{hint}").format(noun=noun, unknown=unknown[0] or "(nothing)", hint=hint),
        code=f"unknown_{noun.lower()}",
        field=field,
    )


def _number(measure: Measure, number: Decimal | None) -> Decimal:
    if number is None:
        raise Refused(_("Say how much: a number, zero or more."), code="invalid", field="limit")
    _in_range(number, Decimal(_MOST.get(measure, _MOST_ELSE)), "limit", _("A limit"))
    if measure in _WHOLE and number != number.to_integral_value():
        raise Refused(
            _("{limit} is counted in whole numbers.").format(limit=measure.label), code="invalid", field="limit"
        )
    if measure is Measure.RUN_S and number < SHORTEST_S:
        raise Refused(
            _("A run time is at least {seconds} seconds.").format(seconds=SHORTEST_S),
            code="invalid",
            field="limit",
        )
    return number


def _in_range(number: Decimal, most: Decimal, field: str, noun: str) -> None:
    if not number.is_finite() or number < 0:
        raise Refused(_("{what} is zero or more.").format(what=noun), code="invalid", field=field)
    if number > most:
        raise Refused(
            _("{what} is at most {most}; this is too large.").format(what=noun, most=f"{most:,f}"),
            code="invalid",
            field=field,
        )
    if number != round(number, 4):
        raise Refused(_("At most four digits after the point."), code="invalid", field=field)


def _known(word: str, words: Sequence[str], field: str, text: str) -> None:
    if word not in words:
        listed = ", ".join(one or _("(empty)") for one in words)
        raise Refused(text.format(word=word, words=listed), code="invalid", field=field)
