"""What a limit or a budget may say: bad words and numbers are refused, beside the field, with what to write instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches

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
    _known(terms.measure, Measure.values, "measure", "measure")
    _known(terms.kind, Held.values, "kind", "kind of work")
    _known(terms.consequence, Consequence.values, "consequence", "consequence")
    measure = Measure(terms.measure)
    if terms.each_member and measure in _OF_EACH_WORKLOAD:
        text = f"{measure.label} holds for each workload already, so it can't be for each person."
        raise Refused(text, code="invalid", field="each_member")
    model = _model(terms.gpu_model, measure)
    if measure in LISTS:
        if terms.limit is not None:
            raise Refused(f"{measure.label} is a list and takes no number.", code="invalid", field="limit")
        return replace(terms, gpu_model=model, allowed=_allowed(measure, terms.allowed))
    if terms.allowed:
        raise Refused(f"{measure.label} is a number and takes no list.", code="invalid", field="allowed")
    return replace(terms, gpu_model=model, allowed=[], limit=_number(measure, terms.limit))


def checked_money(money: BudgetTerms, team: Team) -> BudgetTerms:
    """A budget that can be kept. Raises Refused with the field that is wrong."""
    currency = money.currency.strip().upper()
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        raise Refused("A currency is three letters, such as USD.", code="invalid", field="currency")
    if currency != team.currency and not (rates.rate(currency, team.currency) or rates.rate(team.currency, currency)):
        text = f"No rate between {currency} and {team.currency} is set. Use {team.currency}, or have an admin add one."
        raise Refused(text, code="unknown_currency", field="currency")
    _known(money.when_spent, Consequence.values, "when_spent", "consequence")
    _in_range(money.amount, MOST_MONEY, "amount", "A budget")
    if not 0 <= money.grace_s <= LONGEST_GRACE_S:
        raise Refused("The grace is at most 7 days, and not negative.", code="invalid", field="grace_s")
    return replace(money, currency=currency)


def check_person(member: User | None, team: Team, project: Project | None) -> None:
    """Raises Refused where nobody of that name could launch there."""
    if member is None:
        return
    membership = Membership.objects.filter(team=team, user=member).first()
    in_project = project is None or ProjectMember.objects.filter(project=project, user=member).exists()
    if membership is None or not (in_project or TeamRole(membership.role).may_administer):
        place = "team" if project is None else "project"
        raise Refused(f"{member.display_name} is not in the {place}.", code="unknown_person", field="member")


def known_models() -> list[str]:
    """GPU models that a provider has listed or work has run on, in our words."""
    listed = {*Offer.objects.values_list("gpu_model", flat=True).distinct().order_by()}
    listed |= {*Workload.objects.values_list("gpu_model", flat=True).distinct().order_by()}
    return sorted({gpus.normal(word) for word in listed} - {""})


def _model(word: str, measure: Measure) -> str:
    model = gpus.normal(word)
    if word.strip() and measure not in OF_A_MODEL:
        raise Refused(f"{measure.label} can't be narrowed to one GPU model.", code="invalid", field="gpu_model")
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
    hint = f" Known are {', '.join(near)}." if near else " None was seen yet."
    raise Refused(
        f"No {noun} called {unknown[0] or '(nothing)'} is known.{hint}", code=f"unknown_{noun.lower()}", field=field
    )


def _number(measure: Measure, number: Decimal | None) -> Decimal:
    if number is None:
        raise Refused("Say how much: a number, zero or more.", code="invalid", field="limit")
    _in_range(number, Decimal(_MOST.get(measure, _MOST_ELSE)), "limit", "A limit")
    if measure in _WHOLE and number != number.to_integral_value():
        raise Refused(f"{measure.label} is counted in whole numbers.", code="invalid", field="limit")
    if measure is Measure.RUN_S and number < SHORTEST_S:
        raise Refused(f"A run time is at least {SHORTEST_S} seconds.", code="invalid", field="limit")
    return number


def _in_range(number: Decimal, most: Decimal, field: str, noun: str) -> None:
    if not number.is_finite() or number < 0:
        raise Refused(f"{noun} is zero or more.", code="invalid", field=field)
    if number > most:
        raise Refused(f"{noun} is at most {most:,f}; this is too large.", code="invalid", field=field)
    if number != round(number, 4):
        raise Refused("At most four digits after the point.", code="invalid", field=field)


def _known(word: str, words: Sequence[str], field: str, noun: str) -> None:
    if word not in words:
        listed = ", ".join(one or "(empty)" for one in words)
        raise Refused(f"There is no {noun} “{word}”. Use one of {listed}.", code="invalid", field=field)
