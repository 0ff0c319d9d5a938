"""The request and answer that the provider's reference gives as its example."""

import httpx

from tests.simulator.asking import make_project

REQUEST = {
    "training_job": {
        "name": "gc-01jd3k9q6w2v8t-sft",
        "image": {"base_image": "pytorch/pytorch:2.7.0-cuda12.8-cudnn9-runtime", "docker_auth": None},
        "compute": {
            "node_count": 2,
            "cpu_count": 16,
            "memory": "128Gi",
            "accelerator": {"accelerator": "H100", "count": 8},
            "availability_model": "dedicated",
        },
        "runtime": {
            "start_commands": ["pip install -r requirements.txt", "torchrun train.py"],
            "environment_variables": {"EPOCHS": "3", "HF_TOKEN": {"name": "hf_token"}},
            "cache_config": {"enabled": True, "require_cache_affinity": False},
            "checkpointing_config": {"enabled": True, "volume_size_gib": 500},
        },
        "priority": 5,
    }
}


def test_the_example_is_answered_as_the_reference_shows(baseten: httpx.Client) -> None:
    project = make_project(baseten, "sft")
    answer = baseten.post(f"/v1/training_projects/{project}/jobs", json=REQUEST)
    assert answer.status_code == 200
    job = answer.json()["training_job"]
    assert job == {
        "id": job["id"],
        "name": "gc-01jd3k9q6w2v8t-sft",
        "created_at": "2026-11-20T12:00:00.000Z",
        "updated_at": "2026-11-20T12:00:00.000Z",
        "current_status": "TRAINING_JOB_PENDING",
        "error_message": None,
        "instance_type": {
            "id": "H100:8",
            "name": "H100:8",
            "memory_limit_mib": 1916928,
            "millicpu_limit": 208000,
            "gpu_count": 8,
            "gpu_type": "H100",
            "gpu_memory_limit_mib": 81920,
        },
        "node_count": 2,
        "training_project_id": project,
        "training_project": {"id": project, "name": "sft"},
        "checkpoint_sync_status": None,
        "priority": 5,
        "availability_model": "dedicated",
        "user": {"email": "sandbox@example.com"},
    }
    assert len(job["id"]) == 7
