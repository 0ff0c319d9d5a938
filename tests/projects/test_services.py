"""Projects, secrets and rates, as their services keep them."""

from datetime import date
from decimal import Decimal

import pytest

from gpuconsole.audit.models import Record
from gpuconsole.core import crypto
from gpuconsole.core.errors import Refused
from gpuconsole.core.money import Money
from gpuconsole.projects import rates, secrets, services
from gpuconsole.projects.models import ExchangeRate, ProjectRole, Secret
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make.make_project(name="Speech ASR")


@pytest.fixture
def owner(project):
    return make.owner_of(project.team)


def test_a_short_name_is_made_of_the_name_and_unique_in_the_team(project, owner):
    assert project.slug == "speech-asr"
    assert make.make_project(project.team, name="Speech ASR").slug == "speech-asr-2"
    assert make.make_project(name="Speech ASR").slug == "speech-asr"
    with pytest.raises(Refused, match="already"):
        services.create(team=project.team, name="x", slug="speech-asr", by=owner)


def test_a_name_that_is_an_address_of_the_console_gets_another_slug(project, owner):
    assert make.make_project(project.team, name="New").slug == "new-2"
    with pytest.raises(Refused, match="taken by the console"):
        services.create(team=project.team, name="x", slug="new", by=owner)


def test_only_members_of_the_team_get_into_a_project(project, owner):
    with pytest.raises(Refused, match="Only members of the team"):
        services.set_role(project=project, user=make.make_user(), role=ProjectRole.VIEWER, by=owner)


def test_a_secret_is_sealed_and_read_back_by_workers_alone(project, owner):
    secret = secrets.put(project=project, name="hf_token", value="hf_abcdefghijkl", by=owner)

    assert b"hf_abc" not in bytes(Secret.objects.get(pk=secret.pk).value)
    assert secret.last4 == "ijkl"
    assert secrets.values(project, ["hf_token"]) == {"hf_token": "hf_abcdefghijkl"}


def test_a_secret_is_replaced_under_its_name(project, owner):
    secrets.put(project=project, name="hf_token", value="old-value-here", by=owner)
    secrets.put(project=project, name="hf_token", value="new-value-here", by=owner)

    assert secrets.names(project) == ["hf_token"]
    assert secrets.values(project, ["hf_token"]) == {"hf_token": "new-value-here"}


def test_a_blob_that_was_moved_to_another_secret_does_not_open(project, owner):
    first = secrets.put(project=project, name="a", value="value of a", by=owner)
    secrets.put(project=project, name="b", value="value of b", by=owner)
    Secret.objects.filter(name="b").update(value=bytes(first.value))

    with pytest.raises(crypto.SealBroken):
        secrets.values(project, ["b"])


def test_a_short_secret_shows_nothing_of_itself(project, owner):
    assert secrets.put(project=project, name="pin", value="1234", by=owner).last4 == ""


@pytest.mark.parametrize("name", ["", "1st", "a b", "ä", "x" * 101, "a\n"])
def test_a_name_that_is_no_name_is_refused(project, owner, name):
    with pytest.raises(Refused) as refused:
        secrets.put(project=project, name=name, value="v", by=owner)
    assert refused.value.field == "name"


def test_a_secret_that_is_not_there_is_named(project):
    with pytest.raises(Refused, match="no secret named hf_token"):
        secrets.values(project, ["hf_token"])


def test_audit_never_holds_a_value(project, owner):
    secrets.put(project=project, name="hf_token", value="hf_abcdefghijkl", by=owner)

    assert "hf_abc" not in str(list(Record.objects.values()))


def test_money_is_converted_with_the_newest_rate_of_the_day():
    for day, rate in ((1, "1.10"), (20, "1.20")):
        ExchangeRate.objects.create(
            currency="EUR", to_currency="USD", rate=Decimal(rate), on=date(2026, 11, day), source="test"
        )
    ten = Money(Decimal(10), "EUR")

    assert rates.convert(ten, "USD") == Money(Decimal("12.0"), "USD")
    assert rates.convert(ten, "USD", on=date(2026, 11, 19)).amount == Decimal("11")
    assert rates.convert(Money(Decimal(12), "USD"), "EUR").amount == Decimal(10)
    assert rates.convert(ten, "EUR") == ten
    assert rates.convert(ten, "GBP") is None
