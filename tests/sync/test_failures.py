"""The corpus of failures is told right, hardly any is left unknown, and no text keeps the reading busy."""

from __future__ import annotations

import time
from collections import Counter
from importlib import import_module
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpuconsole.providers import registry
from gpuconsole.providers.causes import LONGEST, Cause, clue, exit_code, told
from gpuconsole.providers.common_causes import MESSAGES, REFUSALS
from gpuconsole.providers.errors import ProviderError
from gpuconsole.providers.http import Client
from gpuconsole.providers.masking import MASK, scrub
from gpuconsole.providers.remote import Remote
from gpuconsole.sync import evidence, reasons
from gpuconsole.workloads import causes
from gpuconsole.workloads.logs import StoredLine
from gpuconsole.workloads.states import ReasonCode, Source
from tests.sync.failures import Case

CORPUS: list[tuple[str, Case]] = [
    (slug, case) for slug in registry.SLUGS for case in import_module(f"tests.sync.failures.{slug}").CASES
]
EVERY = (*MESSAGES, REFUSALS, *(t for one in registry.every() for t in (one.said, one.refused)))


def refusal(slug: str, status: int, body: Any) -> ProviderError:
    wording = import_module(f"gpuconsole.providers.{slug}.client").WORDING
    far = httpx.MockTransport(lambda request: httpx.Response(status, json=body))
    with pytest.raises(ProviderError) as caught:
        Client(wording, "http://127.0.0.1", transport=far).call("POST", "/launch", {})
    return caught.value


def lines_of(log: str) -> list[StoredLine]:
    return [StoredLine(number, None, "", "", text) for number, text in enumerate(log.strip().splitlines(), start=1)]


def cause_of(slug: str, case: Case) -> Cause:
    """What is made of all that was told, by the engine's own steps."""
    provider = registry.get(slug)
    if case.refused is not None:
        return Cause(reasons.of_refusal(provider, refusal(slug, *case.refused)).code)
    remote = Remote(id="r1", status=case.status, reading=provider.reading(case.status), message=case.message)
    code = reasons.of_failure(slug, remote, case.parts).code
    found = evidence.read(lines_of(case.log)) if code in causes.VAGUE else None
    return found.cause if found and (found.cause != Cause.EXIT_CODE or code == ReasonCode.UNKNOWN) else Cause(code)


@pytest.mark.parametrize(("slug", "case"), CORPUS, ids=lambda value: str(value))
def test_a_failure_of_the_corpus_has_its_cause(slug: str, case: Case) -> None:
    assert cause_of(slug, case) == case.cause


def test_hardly_any_failure_is_left_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    found = Counter((slug, cause_of(slug, case)) for slug, case in CORPUS)
    unknown = sum(count for (_, cause), count in found.items() if cause == Cause.UNKNOWN)
    share = 100 * unknown / len(CORPUS)
    with capsys.disabled():
        print(f"\n{len(CORPUS)} failures, {len({cause for _, cause in found})} causes, {share:.1f} % unknown")
    assert len(CORPUS) >= 100
    assert share < 5
    assert {slug for slug, _ in found} == set(registry.SLUGS)


def test_every_cause_of_a_provider_is_a_reason_with_a_meaning_and_has_an_example() -> None:
    assert {cause.value for cause in Cause} <= set(ReasonCode.values)
    assert set(ReasonCode) - set(causes.MEANINGS) == {ReasonCode.NONE}
    rare = {Cause.HEALTH_CHECK, Cause.UNREACHABLE}  # of no provider's own words
    assert set(Cause) - {case.cause for _, case in CORPUS} == rare


def test_advice_is_concrete_and_a_providers_own_where_it_has_one() -> None:
    for provider in registry.every():
        for code in set(ReasonCode) - causes.BY_PERSON:
            assert causes.advice(code, provider), code
        assert causes.advice(ReasonCode.GPU_MEMORY, provider) == provider.advice.get(
            Cause.GPU_MEMORY, causes.meaning(ReasonCode.GPU_MEMORY).advice
        )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("start command exited with code 3 on node 0.", 3),
        ("returned non-zero exit status 1.", 1),
        ("  exitcode  : -9 (pid: 12)", -9),
        ("rank 0 exited with code 0", 0),
        ("no code here", None),
    ],
)
def test_the_exit_code_is_read(text: str, code: int | None) -> None:
    assert exit_code(text) == code


def test_an_end_without_error_is_no_cause() -> None:
    assert told("rank 3 exited with code 0", *MESSAGES) is None
    assert clue(["ValueError: x", "rank 3 exited with code 0"], *MESSAGES) is not None


def test_a_calm_remark_gives_way_to_an_outcry() -> None:
    lines = lines_of("INFO retrying: CUDA out of memory, halved the batch\nModuleNotFoundError: No module named 'x'")
    found = evidence.read(lines)
    assert found is not None
    assert (found.cause, found.index) == (Cause.DEPENDENCY, 1)


@pytest.mark.parametrize(
    "noise",
    [
        "Setting OMP_NUM_THREADS environment variable for each process to be 1 in default",
        "pkg_resources is deprecated as an API",
        "NVIDIA driver 570.124, CUDA 12.8",
        "checkpoint not found, starting from scratch",
        "epoch 3: validation error 0.1184",
        "Building a manifest for the split train",
        '  File "/app/bad_rows.py", line 88, in load_missing',
        "pulling the image encoder with the credential helper",
    ],
)
def test_noise_before_an_exception_is_not_taken_for_its_cause(noise: str) -> None:
    found = evidence.read(lines_of(f"{noise}\nRuntimeError: the widths differ\nexited with code 1"))
    assert found is not None
    assert (found.cause, found.index) == (Cause.EXIT_CODE, 1)


def test_parts_tell_where_the_message_does_not() -> None:
    remote = Remote(id="r", status="stopped", reading=registry.get("cortecs").reading("stopped"))
    found = reasons.of_failure("cortecs", remote, ("Worker 1: Loading model (step 4 of 5)",))
    assert found.evidence is not None
    assert (found.code, found.evidence.source) == (ReasonCode.MODEL_LOAD, Source.PART)


def test_evidence_shows_no_secret() -> None:
    told_by_program = "401 for https://user:hunter22@hub.example with token=abcdef123456 and hf_abcdefghijklmnopqrst"
    shown = reasons.said(told_by_program, Source.LOG).text
    assert shown.count(MASK) == 3
    assert not any(word in shown for word in ("hunter22", "abcdef123456", "hf_abc"))


@settings(max_examples=120)
@given(st.text(max_size=400))
def test_no_text_breaks_the_reading(text: str) -> None:
    told(text, *EVERY)
    evidence.read(lines_of(text))
    scrub(text)


@pytest.mark.parametrize(
    "bait",
    [
        "a",
        "no ",
        "image ",
        "node ",
        "exit ",
        "exit  = ",
        "nccl ",
        "pull ",
        "\\",
        "x.",
        "xerror",
        "://",
        "token=",
        "model ",
    ],
)
def test_a_line_without_end_is_read_in_no_time(bait: str) -> None:
    text = bait * (100_000 // len(bait))
    began = time.process_time()
    told(text, *EVERY)
    scrub(text[:LONGEST])
    assert time.process_time() - began < 1.0
