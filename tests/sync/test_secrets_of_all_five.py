"""Secrets of every form: they reach the provider, and neither rows, events, audit, pages, API nor our own log."""

import copy
import json
import logging
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from gpuconsole.accounts.models import Scope
from gpuconsole.connections import opening
from gpuconsole.core.fields import SealedField
from gpuconsole.projects import secrets
from gpuconsole.providers import registry
from gpuconsole.providers.specs import Spec
from gpuconsole.workloads.models import Workload
from tests.contract.samples import sample
from tests.factories import make_token
from tests.sync.bench import Engine

TOKEN, LOGIN = "hf_0123456789_value", "robot:registry-password"
NAMED = {"name": "hf"}
WITH_SECRETS: dict[str, dict[str, Any]] = {
    "baseten": {"training_job": {"runtime": {"environment_variables": {"HF_TOKEN": NAMED}}}},
    "fireworks": {"envVars": {"HF_TOKEN": NAMED}},
    "novita": {"imageAuth": "login", "envs": [{"key": "HF_TOKEN", "value": NAMED}]},
    "otoy": {
        "parameters": {"parameters": {"env": {"HF_TOKEN": NAMED}, "host": "x.io", "user": "r", "secret": "login"}}
    },
}
"""By provider; a form of Cortecs has no secret to name."""


def merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    inside = {k: merged(base.get(k) or {}, v) if isinstance(v, dict) and v != NAMED else v for k, v in more.items()}
    return {**base, **inside}


def everything_kept() -> str:
    """All rows of all tables, but for what is sealed."""
    found = []
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields if not isinstance(field, SealedField)]
        found += list(model._base_manager.values_list(*names))
    return str(found)


@pytest.mark.parametrize("slug", sorted(WITH_SECRETS))
def test_they_are_sent_and_stand_in_no_table_page_answer_or_log(
    engine: Engine, slug: str, caplog: pytest.LogCaptureFixture
) -> None:
    secrets.put(project=engine.project, name="hf", value=TOKEN, by=engine.user)
    secrets.put(project=engine.project, name="login", value=LOGIN, by=engine.user)
    spec = merged(copy.deepcopy(sample(slug)), WITH_SECRETS[slug])
    with caplog.at_level(logging.DEBUG):
        row = engine.launch(spec, stop_after_s=7200)
        for seconds in (0, 30, 300, 300):
            engine.pass_time(seconds)
            engine.sync(slug)
            opening.close_all()  # as after a restart: a fresh adapter has heard of no secret
    assert engine.fresh(row).remote_id
    assert TOKEN in json.dumps(engine.calls(""), ensure_ascii=False)
    for text in (everything_kept(), caplog.text, *shown(engine, row, spec)):
        assert TOKEN not in text
        assert LOGIN not in text
        assert LOGIN.partition(":")[2] not in text


def shown(engine: Engine, row: Workload, spec: dict[str, Any]) -> list[str]:
    """The pages of a workload, its clone's form, and the API's answers, the preview among them."""
    client, at = Client(), f"/{row.kind}s/{row.public_id}/"
    client.force_login(engine.user)
    paths = [at, f"{at}spec/", f"{at}events/", f"{at}activity/", f"{at}log.txt", f"{at}spec.json"]
    paths.append(f"/launch/{row.provider}/{row.kind}/?clone={row.public_id}")
    pages = [client.get(path) for path in paths]
    _, token = make_token(engine.team, engine.user, scopes=list(Scope))
    headers, api = {"Authorization": f"Bearer {token}"}, "/api/v1"
    asked = {"connection": row.connection.public_id, "spec": spec}
    preview = f"{api}/projects/{engine.project.slug}/workloads/preview"
    answers = [
        client.get(f"{api}/workloads/{row.public_id}{tail}", headers=headers) for tail in ("", "/events", "/logs")
    ]
    answers.append(client.post(preview, asked, content_type="application/json", headers=headers))
    assert {answer.status_code for answer in (*pages, *answers)} == {200}
    return [b"".join(answer).decode() for answer in (*pages, *answers)]  # type: ignore[arg-type]  # streamed or whole


def test_each_provider_whose_form_names_secrets_is_tried_here() -> None:
    assert {slug for slug in registry.SLUGS if registry.get(slug).spec.secret_names is not Spec.secret_names} == set(
        WITH_SECRETS
    )
