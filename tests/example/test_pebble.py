"""One more provider is cheap: its folder, one word in the registry and its dialect give it all that the others have."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from gpuconsole.catalog.refresh import refresh
from gpuconsole.core.spec_forms import Layout, SpecForm
from gpuconsole.core.templatetags.ui import provider_tile
from gpuconsole.providers.contract import Adapter, Known, Provider
from gpuconsole.providers.errors import NoCapacity, NotAuthorized, RateLimited, Rejected, Unconfirmed
from gpuconsole.providers.preview import preview
from gpuconsole.providers.remote import RemoteState
from gpuconsole.simulator.server import Served, serve
from gpuconsole.workloads import services
from gpuconsole.workloads.states import ReasonCode, State
from tests.example.conftest import HERE

TOKEN = "gc-t3st0123456789abcdef"
SPEC: dict[str, Any] = {
    "provider": "pebble",
    "name": "eval",
    "image": "python:3.12",
    "command": ["python", "eval.py"],
    "machine": "l4.2",
    "count": 2,
}
BODY = {key: value for key, value in SPEC.items() if key != "provider"} | {"name": f"{TOKEN}-eval"}


@pytest.fixture
def served(pebble: Provider) -> Iterator[Served]:
    with serve() as running:
        yield running


@pytest.fixture
def adapter(pebble: Provider, served: Served) -> Iterator[Adapter]:
    own = pebble.credentials(**pebble.sandbox_credentials)
    adapter = pebble.adapter.open(own, base_url=f"{served.url}/pebble")
    yield adapter
    adapter.close()


def test_it_keeps_the_contract_from_launch_to_end(pebble: Provider, adapter: Adapter, served: Served) -> None:
    assert all(step.is_ok for step in adapter.check())
    spec = pebble.spec.read(SPEC)
    made = adapter.launch(spec, TOKEN, {})
    assert [found.id for found in adapter.find(TOKEN, spec, Known())] == [made.id]
    assert adapter.find("gc-0ther0123456789abcdef", spec, Known()) == []
    served.world.clock.advance(60)
    (running,) = adapter.fetch([made.id, "nobody"])
    assert (running.reading.state, running.reading.is_billed) == (RemoteState.RUNNING, True)
    assert [(one.id, one.token, one.name) for one in adapter.inventory()] == [(made.id, TOKEN, "eval")]
    adapter.end(made.id)
    adapter.end("nobody")
    assert adapter.fetch([made.id])[0].reading.state == RemoteState.CANCELLED


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("429", RateLimited),
        ("502", Unconfirmed),
        ("broken_json", Unconfirmed),
        ("expired_token", NotAuthorized),
        ("out_of_stock", NoCapacity),
    ],
)
def test_the_simulators_troubles_reach_it(
    pebble: Provider, adapter: Adapter, served: Served, fault: str, error: type[Exception]
) -> None:
    served.world.faults.add({"provider": "pebble", "fault": fault})
    with pytest.raises(error):
        adapter.launch(pebble.spec.read(SPEC), TOKEN, {})


def test_a_refusal_names_its_field_and_prices_are_its_own(pebble: Provider, adapter: Adapter) -> None:
    with pytest.raises(Rejected) as caught:
        adapter.launch(pebble.spec.read(SPEC | {"machine": "z9"}), TOKEN, {})
    assert caught.value.field == "machine"
    assert pebble.adapter.price(pebble.spec.read(SPEC), adapter.offers()).hourly_price == Decimal("1.80")


def test_its_preview_is_what_is_sent(pebble: Provider, adapter: Adapter, served: Served) -> None:
    spec = pebble.spec.read(SPEC)
    shown = preview(pebble, spec, token=TOKEN)
    assert (shown.url, shown.request.body) == ("https://api.pebble.example/v1/tasks", BODY)
    assert "Authorization: Bearer $PEBBLE_API_KEY" in shown.curl
    adapter.launch(spec, TOKEN, {})
    assert served.world.resources("pebble")[0].create_body == shown.request.body


def test_its_form_is_made_from_its_fields(pebble: Provider) -> None:
    form = SpecForm.from_wire(pebble.spec, BODY | {"name": "x" * 41, "count": 5}, fixed={"provider": "pebble"})
    sections = {section.section.name: [item.name for item in section.every_item] for section in Layout(form).sections}
    assert sections == {"Task": ["name", "image", "command"], "Machine": ["machine", "count"]}
    assert {name: found.message for name, found in form.located.items()} == {
        "name": "Must have at most 40 characters.",
        "count": "Must be at most 4.",
    }
    assert ">Pb<" in provider_tile("pebble")


def test_its_launch_page_opens_and_says_what_is_wrong(pebble: Provider, served: Served, engine: Any) -> None:
    client = Client()
    client.force_login(engine.user)
    refresh(engine.connect("pebble"))
    page = client.get("/launch/pebble/job/").content.decode()
    assert all(f'name="{field}"' in page for field in ("image", "command", "machine", "count"))
    assert "l4.2" in page
    assert "Pebble" in client.get("/launch/").content.decode()


def test_the_engine_follows_its_work_to_the_end(pebble: Provider, engine: Any) -> None:
    job, broken = engine.launch(SPEC), engine.launch(SPEC | {"command": ["false"]})
    engine.sync("pebble")
    made = {row["id"] for row in engine.resources()}  # both are sent at once, in either order
    assert (engine.fresh(job).state, {job.remote_id, engine.fresh(broken).remote_id}) == (State.QUEUED, made)
    for seconds, state in ((60, State.RUNNING), (300, State.SUCCEEDED)):
        engine.pass_time(seconds)
        engine.sync("pebble")
        assert engine.fresh(job).state == state
    assert 0 < job.cost_closed < Decimal("0.20")
    assert (engine.fresh(broken).state, broken.reason_code) == (State.FAILED, ReasonCode.EXIT_CODE)


def test_the_engine_ends_its_work(pebble: Provider, engine: Any) -> None:
    job = engine.launch(SPEC)
    engine.sync("pebble")
    services.stop(workload=engine.fresh(job), by=engine.user)
    engine.sync("pebble")
    engine.sync("pebble")
    assert engine.fresh(job).state == State.CANCELLED


@pytest.fixture
def engine(db: None, pebble: Provider, served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from tests.sync.bench import engine_at  # noqa: PLC0415 (models can be imported once Django is set up)

    monkeypatch.setattr(settings, "SIMULATOR_URL", served.url)
    with engine_at(served.url) as made:
        yield made


def test_nothing_else_is_needed_by_a_checkout_that_has_it(tmp_path: Path) -> None:
    """In a copy of the product: the two folders and the two words; then its API and its simulator know Pebble."""
    root = HERE.parent.parent
    shutil.copytree(root / "gpuconsole", tmp_path / "gpuconsole", ignore=shutil.ignore_patterns("__pycache__"))
    for part, place in (("providers", "providers"), ("dialects", "simulator/dialects")):
        shutil.copytree(HERE / part / "pebble", tmp_path / "gpuconsole" / place / "pebble")
    _edit(tmp_path / "gpuconsole/providers/registry.py", r"SLUGS = \((.*)\)", r'SLUGS = (\1, "pebble")')
    line = "from gpuconsole.simulator.dialects.pebble import Pebble\n\nDIALECTS"
    registered = tmp_path / "gpuconsole/simulator/dialects/__init__.py"
    _edit(registered, r"DIALECTS", line)
    _edit(registered, r"\{([^}]*[^},\s])(,?\s*)\}", r'{\1, "pebble": Pebble}')
    schema = _run(
        tmp_path, "-c", "import django; django.setup(); from gpuconsole.api import api; print(api.get_openapi_schema())"
    )
    assert "PebbleSpec" in schema
    assert "'pebble': '#/components/schemas/PebbleSpec'" in schema
    assert "sandbox-pebble-key" in _run(tmp_path, "-m", "gpuconsole.simulator", "--help")


def _edit(file: Path, pattern: str, put: str) -> None:
    text, count = re.subn(pattern, put, file.read_text(), count=1)
    assert count == 1
    file.write_text(text)


def _run(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=dict(os.environ), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
