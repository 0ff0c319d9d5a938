"""The first calls of the API, written for the reader's own host."""

from __future__ import annotations


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
    "spec": {{
      "provider": "baseten",
      "training_project_id": "…",
      "training_job": {{
        "image": {{ "base_image": "pytorch/pytorch:2.7.0-cuda12.8-cudnn9-runtime" }},
        "compute": {{ "accelerator": {{ "accelerator": "H100", "count": 2 }} }},
        "runtime": {{ "start_commands": ["python train.py"] }}
      }}
    }},
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
