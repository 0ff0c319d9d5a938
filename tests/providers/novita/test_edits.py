"""What Novita lets be edited, and how it is written: ports as objects, a disk that only grows, both always sent."""

import pytest
from pydantic import ValidationError

from gpuconsole.providers.novita.adapter import NovitaAdapter
from gpuconsole.providers.novita.edits import NovitaEdits
from gpuconsole.providers.problems import problems

RAW = {"portMappings": [{"port": 22, "type": "tcp", "endpoint": "x:1"}], "rootfsSize": 60}


def test_quirk_ports_are_objects_here_and_both_fields_are_sent() -> None:
    sent = NovitaAdapter.edit_request("i1", NovitaEdits(expandRootDisk=40), RAW)
    assert (sent.method, sent.path) == ("POST", "/gpu-instance/openapi/v1/gpu/instance/edit")
    assert sent.body == {"instanceId": "i1", "ports": [{"port": 22, "type": "tcp"}], "expandRootDisk": 40}


def test_only_growing_a_disk_must_not_be_sent_twice() -> None:
    assert not NovitaEdits(expandRootDisk=40).is_repeatable
    assert NovitaEdits(ports=[]).is_repeatable
    assert NovitaEdits(ports=[], expandRootDisk=0).changed(RAW).is_repeatable, "growing by nothing is no growing"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"expandRootDisk": -1}, "expandRootDisk"),
        ({"expandRootDisk": 1.5}, "expandRootDisk"),
        ({"ports": [{"port": 22, "type": "udp"}]}, "ports.0.type"),
        ({"ports": [{"port": 0, "type": "tcp"}]}, "ports.0.port"),
        ({"ports": [{"port": 2224, "type": "tcp"}]}, "ports.0.port"),
        ({"ports": [{"port": 80, "type": "tcp"}, {"port": 80, "type": "http"}]}, "ports.1.port"),
        ({"ports": None}, "ports"),
    ],
)
def test_a_wrong_value_is_refused_at_its_place(changes: dict[str, object], path: str) -> None:
    with pytest.raises(ValidationError) as caught:
        NovitaEdits.model_validate(changes)
    assert [problem.path for problem in problems(caught.value)] == [path]


def test_a_disk_may_reach_its_limit_and_not_pass_it() -> None:
    assert NovitaEdits(expandRootDisk=6084).misfits({}, RAW) == {}
    assert list(NovitaEdits(expandRootDisk=6085).misfits({}, RAW)) == ["expandRootDisk"]
    assert NovitaEdits(expandRootDisk=6085).misfits({}, {}) == {}, "what is not told is left to the provider"


@pytest.mark.parametrize("raw", [{}, {"portMappings": None}, {"portMappings": "x", "rootfsSize": "many"}])
def test_an_odd_answer_is_read_as_far_as_it_goes(raw: dict[str, object]) -> None:
    assert NovitaEdits.current(raw) == {"ports": [], "expandRootDisk": 0}
    assert NovitaEdits.notes(raw) == {}
