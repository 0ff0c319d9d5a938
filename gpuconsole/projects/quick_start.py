"""The first calls of the API, written for the reader's own host."""

from __future__ import annotations

import json
import textwrap
from typing import Any

from gpuconsole.providers import registry


def curl(base_url: str, project: str) -> str:
    """Launch, then follow, from a shell."""
    return f"""\
export GPC_URL="{base_url}"
export GPC_TOKEN="gpc_…"

curl --request POST "$GPC_URL/projects/{project}/workloads" \\
  --header "Authorization: Bearer $GPC_TOKEN" \\
  --header "Idempotency-Key: nightly-$(date +%F)" \\
  --json '{{
    "name": "nightly",
    "connection": "con_…",
    "spec": {_spec()},
    "guards": {{ "stop_after_s": 21600 }}
  }}'

# 201 Created
# {{"id": "job_01k…", "state": "submitting", …}}

curl "$GPC_URL/workloads/job_01k…/logs?after=0" \\
  --header "Authorization: Bearer $GPC_TOKEN"
"""


def python(base_url: str, project: str) -> str:
    """The same with httpx, until the work has ended."""
    return f"""\
import os, time, httpx

api = httpx.Client(
    base_url="{base_url}",
    headers={{"Authorization": f"Bearer {{os.environ['GPC_TOKEN']}}"}},
)

job = api.post(
    "/projects/{project}/workloads",
    json={{"name": "nightly", "connection": "con_…", "spec": spec}},
    headers={{"Idempotency-Key": "nightly-2026-11-21"}},
).raise_for_status().json()

after = 0
while not job["is_final"]:
    time.sleep(15)
    job = api.get(f"/workloads/{{job['id']}}").json()
    page = api.get(f"/workloads/{{job['id']}}/logs", params={{"after": after}}).json()
    for line in page["items"]:
        print(line["text"])
    after = page["next"]
    print(job["state"], job["cost"])
"""


def _spec() -> str:
    """The example of the first provider that has one, as it stands within the body."""
    provider = next(provider for provider in registry.every() if provider.example)
    return textwrap.indent(_json({"provider": provider.slug, **provider.example}), "    ").strip()


def _json(value: dict[str, Any], most: int = 72) -> str:
    """JSON with what fits into a line in one line."""
    lines = [f"{json.dumps(key)}: {_nested(item, most)}" for key, item in value.items()]
    return "{\n" + textwrap.indent(",\n".join(lines), "  ") + "\n}"


def _nested(value: Any, most: int) -> str:
    line = json.dumps(value, ensure_ascii=False)
    return line if not isinstance(value, dict) or len(line) <= most else _json(value, most)
