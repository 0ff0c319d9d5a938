"""Words and lines are found wherever they stand in a log, in stretches, and what was found leads back to the line."""

from __future__ import annotations

import pytest
from django.test import Client

from gpuconsole.providers.remote import GAP, LogLine
from gpuconsole.workloads import log_parts, logs
from gpuconsole.workloads.log_search import offset_of, search
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import START, Lab, moved


@pytest.fixture
def job(lab: Lab) -> Workload:
    job = lab.launch("baseten")
    fill(job, 3000)
    return job


def fill(job: Workload, count: int) -> None:
    """Lines of about 100 bytes, each thousandth with a word of its own."""
    logs.append(
        job,
        [
            LogLine(START, f"step {number} {'Überlauf 100%' if number % 1000 == 0 else 'ok'} {'z' * 60}", "rank 0")
            for number in range(1, count + 1)
        ],
    )


def signed_in(lab: Lab) -> Client:
    """A browser of the team's owner."""
    client = Client()
    client.force_login(lab.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_words_are_found_in_any_case_with_their_lines_and_places(job: Workload) -> None:
    found = search(job, "überlauf 100%")
    assert [match.line.number for match in found.matches] == [1000, 2000, 3000]
    assert found.next is None
    for match in found.matches:
        assert logs.read(job, match.offset).lines[0] == match.line
        assert offset_of(job, match.line.number) == match.offset


def test_times_and_sources_are_no_part_of_the_text(job: Workload) -> None:
    assert search(job, "rank 0").matches == ()
    assert search(job, "\t").matches == ()


def test_signs_of_patterns_are_taken_as_they_are(job: Workload) -> None:
    assert search(job, "100_").matches == ()
    assert search(job, "step %").matches == ()


def test_a_search_goes_on_behind_the_last_match(job: Workload) -> None:
    numbers, after, answers = [], 0, 0
    while True:
        found = search(job, "STEP", after=after, most=7 * 100)
        numbers += [match.line.number for match in found.matches]
        answers += 1
        if found.next is None:
            break
        after = found.next
    assert numbers == list(range(1, 3001))
    assert answers == 5


def test_a_long_search_stops_in_time_and_tells_where(job: Workload) -> None:
    fill(job, 45_000)
    first = search(job, "nowhere", most_s=0)
    assert first.matches == () and first.next is not None and 0 < first.next < job.log_size
    rest = search(job, "überlauf", after=first.next)
    behind = [number for number in range(1000, 48_001, 1000) if offset_of(job, number) >= first.next]
    assert 0 < len(behind) < 48 and [match.line.number for match in rest.matches] == behind


def test_lines_that_are_not_there(job: Workload) -> None:
    assert offset_of(job, 1) == offset_of(job, 0) == 0
    assert offset_of(job, 3001) == offset_of(job, 10**9) == job.log_size


def test_colours_and_broken_text_hide_no_match(lab: Lab) -> None:
    job = lab.launch("baseten")
    texts = ["loss \x1b[32m0.5\x1b[0m falls", "a\0b", *("z" * 900 for _ in range(100)), "loss 0.5 falls"]
    logs.append(job, [LogLine(START, text, "stdout" if number else "stderr") for number, text in enumerate(texts)])
    assert [match.line.number for match in search(job, "loss 0.5 falls").matches] == [1, 103]
    assert [match.line.number for match in search(job, "loss 0.5", source="stdout").matches] == [103]


def test_parts_lead_to_each_other_in_both_directions(job: Workload) -> None:
    part, numbers = log_parts.newest(job), list[int]()
    while True:
        numbers = [*(line.number for line in part.lines), *numbers]
        if part.start == 0:
            break
        part = log_parts.before(job, part.start)
    assert numbers == list(range(1, 3001))
    middle = log_parts.around(job, 1500)
    assert middle.lines[0].number == 1400 and middle.lines[-1].number == 1899
    assert log_parts.behind(job, middle.next).lines[0].number == 1900
    assert log_parts.before(job, 10**9).next == job.log_size and log_parts.before(job, 0).lines == []


def test_one_source_is_read_and_gaps_are_told_in_each(lab: Lab) -> None:
    job = lab.launch("baseten")
    lines = [LogLine(START, f"{number}", "stderr" if number % 1000 == 0 else "stdout") for number in range(1, 5001)]
    logs.append(job, [*lines, LogLine(None, "Lines are missing here.", level=GAP)])
    part = log_parts.newest(job, "stderr")
    assert [line.text for line in part.lines] == ["1000", "2000", "3000", "4000", "5000", "Lines are missing here."]
    assert (part.start, part.next) == (0, job.log_size)
    assert [line.text for line in log_parts.behind(job, 0, "stderr").lines][:2] == ["1000", "2000"]
    assert log_parts.sources(job, ()) == ["stdout", "stderr"]


def test_the_page_searches_shows_the_place_and_pages_without_a_script(lab: Lab) -> None:
    job = lab.launch("baseten")
    fill(job, 3000)
    page, url = signed_in(lab), f"/jobs/{job.public_id}/logs/"
    text = page.get(url, {"q": "überlauf"}).content.decode()
    assert "3 lines with" in text and f"{url}?q=%C3%BCberlauf&amp;line=2000#L2000" in text
    place = page.get(url, {"q": "überlauf", "line": "2000"})
    assert 'is-asked" id="L2000"' in place.content.decode() and place.context["part"].lines[0].number == 1900
    for start, way in (({"from": "0"}, "later_url"), ({}, "earlier_url")):
        numbers, at = set(), page.get(url, start)
        while True:
            numbers |= {line.number for line in at.context["part"].lines}
            if not at.context[way]:
                break
            at = page.get(at.context[way])
        assert numbers == set(range(1, 3001))
    assert page.get(url, {"line": "x", "from": "-1"}).context["is_tail"]


def test_only_what_has_ended_with_few_lines_is_shown_short(lab: Lab) -> None:
    job, page = lab.workload("baseten", State.RUNNING), signed_in(lab)
    fill(job, 3)
    url = f"/jobs/{job.public_id}/logs/"
    assert "log-short" not in page.get(url).content.decode()
    moved(job, State.SUCCEEDED)
    assert "log-short" in page.get(url).content.decode()
    fill(job, 16)
    assert "log-short" not in page.get(url).content.decode()


def test_the_script_is_told_the_lines_that_have_the_words(lab: Lab) -> None:
    job = lab.launch("baseten")
    fill(job, 3000)
    page, url = signed_in(lab), f"/jobs/{job.public_id}/log/find/"
    assert page.get(url, {"q": "Überlauf"}).json() == {"lines": [1000, 2000, 3000], "next": None}
    assert page.get(url, {"q": "  "}).json() == {"lines": [], "next": None}
    more = page.get(url, {"q": "step"}).json()
    assert len(more["lines"]) == 1000 and page.get(url, {"q": "step", "on": more["next"]}).json()["lines"][0] == 1001
