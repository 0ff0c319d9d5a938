"""Secrets that go into the body of a launch by value: sent, and kept nowhere on our side."""

import copy
import json
from typing import Any

from gpuconsole.projects import secrets
from gpuconsole.workloads.models import Event, Workload
from gpuconsole.workloads.states import State
from tests.contract.samples import sample
from tests.sync.bench import Engine

ENDLESS: dict[str, Any] = {
    **sample("otoy"),
    "task": "PERSISTENT",
    "max_timeout_run_ms": None,
    "parameters": {
        "type": "docker",
        "parameters": {
            "image": "myteam/serve",
            "tag": "v1",
            "env": {"HF_TOKEN": {"name": "hf"}, "EPOCHS": "3"},
            "ports": [22, 8080],
            "host": "images.example.com",
            "user": "robot",
            "secret": "login",
        },
    },
}


def test_they_are_in_the_call_and_in_nothing_that_is_kept(engine: Engine) -> None:
    for name, value in (("hf", "hf_0123456789_value"), ("login", "registry_password_1")):
        secrets.put(project=engine.project, name=name, value=value, by=engine.user)
    row = engine.launch(copy.deepcopy(ENDLESS), stop_after_s=7200)
    engine.sync("otoy")
    engine.pass_time(400)
    engine.sync("otoy")
    assert engine.fresh(row).state == State.RUNNING
    engine.pass_time(120)
    engine.sync("otoy")
    sent = engine.calls("/v1/jobs")[0]["body"]
    docker = sent["parameters"]["parameters"]
    assert (docker["env"], docker["secret"]) == (
        {"HF_TOKEN": "hf_0123456789_value", "EPOCHS": "3"},
        "registry_password_1",
    )
    assert sent["max_timeout_run_ms"] is None
    row = Workload.objects.get(pk=row.pk)
    kept = json.dumps([row.spec, row.request, row.remote, row.parts, row.connect])
    kept += json.dumps(list(Event.objects.values_list("text", "detail")))
    assert "hf_0123456789_value" not in kept
    assert "registry_password_1" not in kept
    assert row.request["body"]["parameters"]["parameters"]["secret"] == "••• login"
    assert set(row.connect) == {"SSH", "Port 8080"}
