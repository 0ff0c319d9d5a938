"""The form of a Fireworks batch job: which way to go, pools as a table, no price, and errors at their rows."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from gpuconsole.workloads.models import Workload
from tests.contract.samples import DOCUMENTED_FIREWORKS, sample
from tests.workloads.launch.conftest import Desk, posted_by

SLUG = "fireworks"
HTMX = {"HX-Request": "true", "HX-Target": "rail"}
EXECUTORS: list[dict[str, Any]] = [
    {"pythonExecutor": {"targetType": "FILENAME", "target": "train.py", "args": ["--name", "two words"]}},
    {"notebookExecutor": {"notebookFilename": "report.ipynb"}},
    {"shellExecutor": {"command": "bash run.sh"}},
]


def spec(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in (sample(SLUG) | changes).items() if value is not None}


def test_the_documented_example_is_pasted_and_launched(desk: Desk) -> None:
    pasted = {"json": json.dumps({"account_id": "sandbox", **DOCUMENTED_FIREWORKS})}
    assert desk.post(SLUG, "launch/", desk.fill(SLUG) | pasted).status_code == 302
    wanted = {"provider": SLUG, "account_id": "sandbox", **DOCUMENTED_FIREWORKS}
    workload = Workload.objects.get()
    assert (workload.spec, workload.name) == (wanted, "eval-nightly-01jd3k")
    assert (workload.hourly_price, workload.gpu_count) == (None, 4)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_each_executor_is_picked_filled_in_and_launched(desk: Desk, executor: dict[str, Any]) -> None:
    wanted = spec(**({"pythonExecutor": None} | executor))
    desk.post(SLUG, "draft/", desk.fill(SLUG, wanted))
    answer = desk.post(SLUG, "launch/", posted_by(desk.page(SLUG)) | {"confirmed": "1"})
    assert answer.status_code == 302
    assert Workload.objects.get().spec == wanted


def test_the_form_opens_with_the_first_way_and_hides_or_greys_the_others(desk: Desk) -> None:
    page = desk.page(SLUG)
    assert re.search(r'value="Environment" checked', page)
    assert re.search(r'value="Python" checked', page)
    assert '=Shell" hidden' in page
    assert '=Python|">' in page
    assert "Not sent: pick Container image above to use it." in page
    assert re.search(r'<input[^>]*id="f-imageRef"[^>]* disabled', page)


def test_another_way_is_picked_by_posting_alone(desk: Desk) -> None:
    inputs = posted_by(desk.page(SLUG)) | {"~what_it_does": ["Shell"], "~what_it_runs_in": ["Container image"]}
    desk.post(SLUG, "draft/", inputs)
    page = desk.page(SLUG)
    assert re.search(r'value="Shell" checked', page)
    answer = desk.post(SLUG, "launch/", posted_by(page))
    assert answer.status_code == 422
    assert 'href="#f-shellExecutor-command"' in answer.content.decode()


def test_pools_are_rows_with_what_is_in_a_host_and_no_price(desk: Desk) -> None:
    page = desk.page(SLUG)
    heads = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', page)
    assert heads == ["Id", "A host", "Hosts", "Free now", "Price"]
    assert "8 × H100 80 GB" in page
    assert "on your AWS bill" in page


def test_the_rail_says_that_nobody_knows_the_price(desk: Desk) -> None:
    answer = desk.post(SLUG, "check/", desk.fill(SLUG), **HTMX)
    text = html.unescape(answer.content.decode())
    assert "not priced by us" in text
    assert "The provider tells no price for this." in text
    assert "billed to your AWS account" in text
    assert "$" not in text.partition('id="request"')[0].replace("$FIREWORKS_API_KEY", "")


def test_a_reserved_annotation_is_told_at_its_key(desk: Desk) -> None:
    wrong = spec(annotations={"lab.example.org/owner": "a", "fireworks.ai/team": "b"})
    text = desk.post(SLUG, "launch/", desk.fill(SLUG, wrong)).content.decode()
    assert re.search(r'id="f-annotations-1-key-note"[^>]*>.*?Keys that start with fireworks.ai/ are reserved', text)


def test_a_pool_that_the_account_does_not_have_is_told_before_the_launch(desk: Desk) -> None:
    answer = desk.post(SLUG, "launch/", desk.fill(SLUG, spec(nodePoolId="nobodys-pool")))
    assert answer.status_code == 422
    assert "Account sandbox lists no node pool nobodys-pool." in answer.content.decode()


def test_an_offer_fills_in_account_and_pool(desk: Desk) -> None:
    from_catalogue = desk.connections[SLUG].offers.get(hardware_id="sandbox/a10g-pool")
    page = desk.page(SLUG, f"?connection={desk.connections[SLUG].public_id}&offer={from_catalogue.hardware_id}")
    inputs = posted_by(page)
    assert (inputs.get("account_id"), inputs.get("nodePoolId")) == (["sandbox"], ["a10g-pool"])
