"""The request, the answer and the refusal that the provider's reference gives as its example."""

import httpx

from tests.simulator.fireworks.asking import REFERENCE


def test_the_example_is_answered_as_the_reference_shows(fireworks: httpx.Client) -> None:
    answer = fireworks.post("/batchJobs", json=REFERENCE)
    assert answer.status_code == 200
    job = answer.json()
    job_id = job["name"].rpartition("/")[2]
    assert job == {
        "name": f"accounts/sandbox/batchJobs/{job_id}",
        "displayName": "eval-nightly-01jd3k",
        "createTime": "2026-11-20T12:00:00.000Z",
        "createdBy": "sandbox@example.com",
        "nodePoolId": "h100-pool",
        "numRanks": 4,
        "envVars": {"DATASET": "s3://acme-data/eval-v5", "SEED": "17"},
        "pythonExecutor": {"targetType": "MODULE", "target": "acme_eval.run", "args": ["--suite", "full"]},
        "imageRef": "registry.example.com/ml/eval:2.3",
        "annotations": {"gpuconsole.example/launch-id": "01JD3K9Q6W2V8T"},
        "state": "CREATING",
        "status": "",
        "shared": True,
        "updateTime": "2026-11-20T12:00:00.000Z",
    }
    assert job_id.isdigit()


def test_the_refusal_is_worded_as_the_reference_shows(fireworks: httpx.Client) -> None:
    answer = fireworks.post("/batchJobs", json={**REFERENCE, "environmentId": "my-env"})
    assert answer.status_code == 400
    assert answer.json() == {
        "code": 3,
        "message": "image_ref must not be set together with environment_id",
        "details": [],
    }
