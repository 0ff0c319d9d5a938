"""The audit log: for team admins, newest first, one entry unfolded by link."""

from decimal import Decimal

import pytest

from gpuconsole.audit import services as audit
from gpuconsole.audit.models import Record, Result
from gpuconsole.workloads.limits import services as limits
from gpuconsole.workloads.limits.terms import LimitTerms
from tests import factories as make

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def team():
    return make.make_team()


@pytest.fixture
def as_owner(client, team):
    client.force_login(make.owner_of(team), backend=BACKEND)
    return client


def test_an_entry_unfolds_with_old_and_new_values_reason_and_request(as_owner, team):
    project = make.make_project(team)
    terms = LimitTerms(measure="gpus", limit=Decimal(8))
    limits.add_quota(team=team, project=project, terms=terms, by=make.owner_of(team), why="H100 week")
    record = Record.objects.get(action="quota.add")

    content = as_owner.get(f"/audit/?open={record.public_id}").content.decode()

    assert "gpus" in content
    assert "H100 week" in content


def test_acts_of_a_page_carry_address_and_request_id(as_owner, team):
    answer = as_owner.post("/team/settings/", {"name": "Renamed", "time_zone": "UTC"}, REMOTE_ADDR="192.0.2.7")

    record = Record.objects.get(action="team.update")
    assert record.ip == "192.0.2.7"
    assert record.request_id == answer["X-Request-Id"]
    assert record.user == make.owner_of(team)


def test_refusals_are_entries_too(as_owner, team):
    audit.record("workload.launch", by=make.owner_of(team), team=team, why="Over quota.", result=Result.REFUSED)

    assert b"Refused" in as_owner.get("/audit/").content


def test_sixty_entries_are_two_pages(as_owner, team):
    for number in range(60):
        audit.record(f"test.act{number}", by=None, team=team)

    first = as_owner.get("/audit/")
    second = as_owner.get(f"/audit/{first.context['older_url']}")

    assert len(first.context["records"]) == 50
    assert b"data-poll" in first.content and b"data-poll" not in second.content
    seen = [*first.context["records"], *second.context["records"]]
    assert seen == list(Record.objects.filter(team=team).order_by("-id"))


def test_the_first_page_is_asked_again_and_drawn_when_something_was_done(
    as_owner, team, django_capture_on_commit_callbacks
):
    asked = {"action": "refused", "v": as_owner.get("/audit/?action=refused").context["stamp"]}
    assert as_owner.get("/audit/", asked, headers={"HX-Request": "true"}).status_code == 204

    with django_capture_on_commit_callbacks(execute=True):
        audit.record("workload.launch", by=None, team=team, result=Result.REFUSED)

    page = as_owner.get("/audit/", asked, headers={"HX-Request": "true"}).content.decode()
    assert "Workload launch" in page and "<html" not in page
    assert 'hx-swap-oob="true">1 entry<' in page


def test_another_teams_entries_are_not_shown(as_owner, team):
    other = make.make_team(name="Other team here")
    record = Record.objects.get(team=other, action="team.create")

    content = as_owner.get(f"/audit/?open={record.public_id}").content.decode()

    assert "Other team here" not in content


def test_members_do_not_read_it(client, team):
    client.force_login(make.add_member(team), backend=BACKEND)

    assert client.get("/audit/").status_code == 403


def test_a_bad_page_link_shows_the_first_page(as_owner):
    assert as_owner.get("/audit/?after=rubbish").status_code == 200


def test_it_is_narrowed_by_chips_and_search_and_goes_into_a_file(as_owner, team):
    owner, project = make.owner_of(team), make.make_project(team, name="speech-asr")
    audit.record("workload.launch", by=owner, team=team, project=project, why="=1+1", result=Result.REFUSED)
    audit.record("workload.lost", by=None, team=team, project=project)

    def actions(query):
        return [record.action for record in as_owner.get(f"/audit/?{query}").context["records"]]

    assert actions("action=refused") == ["workload.launch"]
    assert actions(f"who=console&project={project.pk}") == ["workload.lost"]
    assert actions("q=SPEECH&when=day") == ["project.create"]
    assert actions("q=10.1.2.3") == actions("who=rubbish") == actions("when=rubbish") == []
    assert "without these filters" in as_owner.get("/audit/?q=nobody").content.decode()
    answer = as_owner.get("/audit/export.csv?action=refused")
    head, line = b"".join(answer.streaming_content).decode().splitlines()
    assert head.startswith("at,who,by_token,action") and "'=1+1" in line and "speech-asr" in line
