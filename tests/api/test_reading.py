"""What the API shows: shapes, filters and pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gpuconsole.accounts.models import TeamRole
from gpuconsole.catalog import published
from gpuconsole.catalog.models import Offer, OfferPrice
from gpuconsole.providers import registry
from gpuconsole.providers.features import Feature
from gpuconsole.providers.remote import LogLine
from gpuconsole.workloads import logs
from gpuconsole.workloads.models import Workload
from tests.api.conftest import Caller
from tests.factories import make_token, set_budget
from tests.factories_workloads import make_lab, make_user


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["name"] for item in answer.json()["items"]]


def test_me_tells_person_team_and_scopes(caller: Caller) -> None:
    told = caller.get("/me").json()

    assert (told["email"], told["team"]["role"]) == (caller.lab.owner.email, "owner")
    assert (told["scopes"], told["project"]) == (["admin", "launch", "read"], None)
    assert told["token"] == caller.token[:8]


def test_projects_tell_role_and_budget(caller: Caller) -> None:
    set_budget(caller.lab.project, 500)

    (told,) = caller.get("/projects").json()["items"]

    assert (told["slug"], told["role"]) == ("project", "admin")
    assert told["budget"] == {"amount": "500.0000", "currency": "USD"}


def test_a_viewer_is_told_to_be_one(caller: Caller) -> None:
    reader = make_user(caller.lab.team, TeamRole.MEMBER, project="viewer")
    row, token = make_token(caller.lab.team, reader)

    (told,) = Caller(caller.lab, token, row).get("/projects").json()["items"]

    assert told["role"] == "viewer"


@pytest.fixture
def all_five(caller: Caller) -> Caller:
    """The caller's team has a connection to every provider."""
    for slug in registry.SLUGS:
        assert caller.lab.connections[slug]
    return caller


def test_connections_never_show_credentials(all_five: Caller) -> None:
    answer = all_five.get("/connections")

    told = answer.json()["items"]
    assert [item["provider"] for item in told] == sorted(registry.SLUGS)
    assert set(told[0]) == {
        "id", "name", "provider", "is_sandbox", "health", "health_text", "health_at", "breaker", "breaker_until",
        "last_success_at", "calls", "failed_percent", "median_ms", "synced_at", "look_asked_at", "look_answered_at",
    }  # fmt: skip


def test_every_provider_tells_the_schema_of_its_spec(caller: Caller) -> None:
    slugs = [item["slug"] for item in caller.get("/providers").json()["items"]]

    assert slugs == list(registry.SLUGS)
    for slug in slugs:
        told = caller.get(f"/providers/{slug}").json()
        assert told["spec"] == registry.get(slug).spec.model_json_schema()
        assert told["kind"] in ("job", "instance")
    assert caller.get("/providers/nobody").status_code == 404


def test_offers_are_narrowed_and_paged(all_five: Caller) -> None:
    caller = all_five
    every = caller.get("/offers").json()["items"]

    assert {item["provider"] for item in every} == set(registry.SLUGS)
    assert [item["gpu_model"] for item in caller.get("/offers", provider="cortecs").json()["items"]] == ["L4"]
    (h100,) = caller.get("/offers", gpu_model="h100").json()["items"]
    assert (h100["hourly_price"], h100["gpu_hourly_price"]) == ("13.000000", "6.500000")
    assert caller.get(f"/offers/{h100['id']}").json() == h100
    first = caller.get("/offers", limit=1).json()
    second = caller.get("/offers", limit=len(every) - 1, after=first["older"]).json()
    assert first["items"] + second["items"] == every
    assert (first["newer"], second["older"]) == (None, None)


def test_another_teams_offers_are_not_listed(caller: Caller) -> None:
    make_lab("other")

    told = caller.get("/offers").json()["items"]
    assert {row["connection"] for row in told} == {one.public_id for one in caller.lab.connections.values()}
    assert Offer.objects.count() == 2 * len(told)
    theirs = Offer.objects.exclude(connection__team=caller.lab.team)[0].public_id
    assert caller.get(f"/offers/{theirs}").status_code == caller.get(f"/offers/{theirs}/prices").status_code == 404


def test_published_prices_are_told_as_such(caller: Caller) -> None:
    published.load(timezone.now())

    told = caller.get("/offers", source="published", available="unknown", sort="-vram", limit=100).json()

    assert told["team_currency"] == "USD"
    assert {item["connection"] for item in told["items"]} == {None}
    assert {item["provider"] for item in told["items"]} == set(registry.SLUGS) - set(caller.lab.connections)
    sizes = [item["vram_gb"] for item in told["items"]]
    assert sizes == sorted(sizes, reverse=True)
    assert all(item["source_text"] for item in told["items"])


def test_prices_of_an_offer_are_told_newest_first(caller: Caller) -> None:
    offer = caller.lab.connections["baseten"].offers.get()
    now = timezone.now()
    for days in (3, 2, 1):
        OfferPrice.objects.create(offer=offer, at=now - timedelta(days=days), hourly_price=days, currency="USD")

    first = caller.get(f"/offers/{offer.public_id}/prices", limit=2).json()
    second = caller.get(f"/offers/{offer.public_id}/prices", limit=2, after=first["older"]).json()

    assert [item["hourly_price"] for item in first["items"] + second["items"]] == ["1.000000", "2.000000", "3.000000"]
    assert second["older"] is None


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"sort": "name"}, "sort"),
        ({"max_price": "0"}, "max_price"),
        ({"min_gpus": "x"}, "min_gpus"),
        ({"gpu": "x"}, "gpu"),
    ],
)
def test_a_bad_filter_of_offers_is_told_by_its_name(caller: Caller, query: dict[str, str], path: str) -> None:
    answer = caller.get("/offers", **query)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path)


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_a_log_that_never_comes_is_said_to_be_absent(caller: Caller, slug: str) -> None:
    told = caller.get(f"/workloads/{caller.lab.workload(slug).public_id}/logs").json()

    offers_logs = Feature.LOGS in registry.get(slug).features
    assert (told["absent"] is None, told["is_complete"]) == (offers_logs, not offers_logs)


def test_the_list_shows_newest_first(caller: Caller, shelf: dict[str, Workload]) -> None:
    assert names(caller.get("/workloads")) == ["fresh", "broken", "train", "chat"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"provider": "cortecs"}, ["chat"]),
        ({"provider": "nobody"}, []),
        ({"project": "project"}, ["fresh", "broken", "train", "chat"]),
        ({"project": "elsewhere"}, []),
        ({"kind": "instance"}, ["chat"]),
        ({"kind": "job"}, ["fresh", "broken", "train"]),
        ({"state": "failed"}, ["broken"]),
        ({"label": "prod"}, ["train", "chat"]),
        ({"label": "pro"}, []),
        ({"label": "llama", "kind": "job"}, ["train"]),
        ({"name": "RA"}, ["train"]),
        ({"name": "%"}, []),
        ({"owner": "nobody@example.org"}, []),
        ({"cost_from": "1000"}, []),
    ],
)
def test_every_filter_narrows(
    caller: Caller, shelf: dict[str, Workload], query: dict[str, str], expected: list[str]
) -> None:
    assert names(caller.get("/workloads", **query)) == expected


def test_the_owner_filter_takes_an_e_mail_in_any_case(caller: Caller, shelf: dict[str, Workload]) -> None:
    assert len(names(caller.get("/workloads", owner=caller.lab.owner.email.upper()))) == 4


def test_the_created_range_has_its_beginning_and_not_its_end(caller: Caller, shelf: dict[str, Workload]) -> None:
    train = shelf["succeeded"]
    start, end = train.created_at, train.created_at + timedelta(microseconds=1)

    found = caller.get("/workloads", created_from=start.isoformat(), created_to=end.isoformat())

    assert names(found) == ["train"]
    assert names(caller.get("/workloads", created_to=start.isoformat())) == ["chat"]


@pytest.mark.parametrize("field", ["created_from", "created_to"])
@pytest.mark.parametrize(
    "moment", ["0.5", "1763719200", "2026-11-21", "2026-11-21T10:00:00", "soon", "0001-01-01T00:00:00+14:00", "a\0b"]
)
def test_a_moment_needs_its_zone_and_its_date(caller: Caller, field: str, moment: str) -> None:
    answer = caller.get("/workloads", **{field: moment})

    assert (answer.status_code, [error["path"] for error in answer.json()["errors"]]) == (422, [field])


def test_any_offset_of_rfc_3339_is_taken(caller: Caller, shelf: dict[str, Workload]) -> None:
    assert len(names(caller.get("/workloads", created_from="0422-07-05T20:46:18+19:27"))) == 4


def test_pages_lead_there_and_back(caller: Caller, shelf: dict[str, Workload]) -> None:
    first = caller.get("/workloads", limit=3).json()
    second = caller.get("/workloads", limit=3, after=first["older"]).json()
    back = caller.get("/workloads", limit=3, before=second["newer"]).json()

    assert [item["name"] for item in first["items"] + second["items"]] == ["fresh", "broken", "train", "chat"]
    assert (first["newer"], second["older"]) == (None, None)
    assert [item["id"] for item in back["items"]] == [item["id"] for item in first["items"]]


@pytest.mark.parametrize("path", ["/workloads", "/offers"])
@pytest.mark.parametrize("side", ["after", "before"])
@pytest.mark.parametrize("cursor", ["x", "WzFd:aaaa", "a" * 501, "a\0b"])
def test_a_bad_cursor_is_told_by_its_name(caller: Caller, path: str, side: str, cursor: str) -> None:
    answer = caller.get(path, **{side: cursor})

    assert (answer.status_code, [error["path"] for error in answer.json()["errors"]]) == (422, [side])


def test_two_cursors_are_refused(caller: Caller, shelf: dict[str, Workload]) -> None:
    cursor = caller.get("/workloads", limit=1).json()["older"]

    answer = caller.get("/workloads", after=cursor, before=cursor)

    assert (answer.status_code, answer.json()["code"]) == (422, "two_cursors")


@pytest.mark.parametrize("path", ["/workloads", "/offers"])
@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "1e3", "9" * 400])
def test_a_limit_has_limits(caller: Caller, path: str, limit: str) -> None:
    answer = caller.get(path, limit=limit)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "limit")


@pytest.mark.parametrize(
    ("query", "path"),
    [({"kind": "pod"}, "kind"), ({"state": "dead"}, "state"), ({"status": "x"}, "status"), ({"name": "\0"}, "name")],
)
def test_a_bad_filter_is_told_by_its_name(caller: Caller, query: dict[str, str], path: str) -> None:
    answer = caller.get("/workloads", **query)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path)


def test_one_workload_is_told_whole(caller: Caller, shelf: dict[str, Workload]) -> None:
    running = shelf["running"]

    told = caller.get(f"/workloads/{running.public_id}").json()

    assert (told["state"], told["kind"], told["remote_id"]) == ("running", "instance", running.remote_id)
    assert told["spec"] == running.spec
    assert [attempt["attempt"] for attempt in told["attempts"]] == [1]
    assert told["attempts"][0]["spans"][0]["started_at"].endswith("Z")
    assert told["cost"]["currency"] == "EUR"


def test_events_are_listed_newest_first_and_paged(caller: Caller, shelf: dict[str, Workload]) -> None:
    path = f"/workloads/{shelf['running'].public_id}/events"
    every = caller.get(path).json()["items"]

    first = caller.get(path, limit=1).json()
    second = caller.get(path, limit=1, after=first["older"]).json()

    assert every[0]["state"] == "running"
    assert first["items"] + second["items"] == every[:2]


def test_logs_are_read_on_by_byte_offset(caller: Caller, shelf: dict[str, Workload]) -> None:
    running = caller.lab.workload("baseten")
    logs.append(running, [LogLine(at=None, text=f"step {number}") for number in range(3)])

    first = caller.get(f"/workloads/{running.public_id}/logs").json()
    logs.append(running, [LogLine(at=None, text="step 3")])
    second = caller.get(f"/workloads/{running.public_id}/logs", after=first["next"]).json()

    assert [line["text"] for line in first["items"]] == ["step 0", "step 1", "step 2"]
    assert [line["text"] for line in second["items"]] == ["step 3"]
    assert second["next"] == second["size"]
    assert not second["is_complete"]


@pytest.mark.parametrize("after", ["-1", "x", "9" * 40])
def test_a_bad_offset_is_told(caller: Caller, shelf: dict[str, Workload], after: str) -> None:
    answer = caller.get(f"/workloads/{shelf['running'].public_id}/logs", after=after)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "after")


def test_an_offset_past_the_end_is_the_end(caller: Caller, shelf: dict[str, Workload]) -> None:
    told = caller.get(f"/workloads/{shelf['running'].public_id}/logs", after=2**62).json()

    assert (told["items"], told["next"]) == ([], 0)


@pytest.mark.parametrize("rows", [1, 9])
def test_the_list_takes_the_same_queries_for_any_number_of_rows(
    caller: Caller, rows: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(rows):
        caller.lab.launch("cortecs")
    caller.get("/me")  # notes the use of the token, once a minute

    with django_assert_max_num_queries(3):
        assert len(names(caller.get("/workloads"))) == rows
