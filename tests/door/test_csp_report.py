"""The address to which browsers report a broken content security policy."""

import json
import logging

import pytest
from django.test import RequestFactory

from gpuconsole.csp_report import csp_report

REPORT = {"document-uri": "http://x/jobs/", "violated-directive": "script-src", "blocked-uri": "inline"}


def test_a_report_is_logged(rf: RequestFactory, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        answer = csp_report(
            rf.post("/csp-report/", json.dumps({"csp-report": REPORT}), content_type="application/json")
        )
    assert answer.status_code == 204
    assert "script-src" in caplog.text


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"csp-report": 1}', "\x00", "[" * 50_000])
def test_what_is_no_report_is_dropped(rf: RequestFactory, caplog: pytest.LogCaptureFixture, body: str) -> None:
    answer = csp_report(rf.post("/csp-report/", body, content_type="application/json"))
    assert answer.status_code == 400
    assert not caplog.records
