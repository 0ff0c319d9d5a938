"""One launch of each provider for the contract test, and the body that the provider's reference documents."""

import copy
from typing import Any

DOCUMENTED_BASETEN: dict[str, Any] = {
    "training_job": {
        "image": {"base_image": "hello-world", "docker_auth": None},
        "compute": {
            "node_count": 1,
            "cpu_count": 1,
            "memory": "2Gi",
            "accelerator": {"accelerator": "H100", "count": 2},
        },
        "runtime": {
            "start_commands": ["python main.py"],
            "environment_variables": {"API_KEY": "your_api_key_here", "PATH": "/usr/bin"},
            "artifacts": None,
            "enable_cache": True,
            "cache_config": {
                "enable_legacy_hf_mount": True,
                "enabled": True,
                "mount_base_path": "/root/.cache",
                "require_cache_affinity": True,
            },
            "checkpointing_config": {"enabled": True, "checkpoint_path": "/mnt/ckpts", "volume_size_gib": 10},
            "load_checkpoint_config": None,
        },
        "name": "gpt-oss-job",
        "truss_user_env": None,
        "interactive_session": None,
        "weights": [
            {
                "allow_patterns": None,
                "auth_secret_name": None,
                "ignore_patterns": None,
                "mount_location": "/app/models/base",
                "source": "hf://meta-llama/Llama-3-8B@main",
            }
        ],
    }
}
"""The example body of Baseten's create reference (seed)."""

DOCUMENTED_NOVITA: dict[str, Any] = {
    "name": "gpu-test",
    "productId": "26",
    "gpuNum": 1,
    "cpuNum": 0,
    "memory": 0,
    "diskSize": 60,
    "rootfsSize": 30,
    "imageUrl": "infrai/pytorch:2.2.1",
    "imageAuth": "",
    "ports": "8080/tcp,8081/http",
    "envs": [{"key": "test", "value": "test"}],
    "tools": [{"name": "Jupyter", "port": "8888", "type": "http"}],
    "command": "",
    "clusterId": "",
    "localStorageMountPoint": "/workspace",
    "networkStorages": [{"Id": "e797ce8f-f4ff-4b3b-b7a8-6972d96f46f2", "mountPoint": "/network_0"}],
    "networkId": "18f1ff05-1370-45ce-a4c6-b58d5e8d547e",
    "kind": "gpu",
}
"""The example body of Novita's create reference (seed)."""

SAMPLES: dict[str, dict[str, Any]] = {
    "baseten": {"provider": "baseten", "training_project_name": "contract", **DOCUMENTED_BASETEN},
    "cortecs": {
        "provider": "cortecs",
        "model_id": "cortecs--phi-4-FP8-Dynamic",
        "hardware_type_id": "NVIDIA_L4_1",
        "context_length": 16000,
        "billing_interval": "per_minute",
        "num_workers": 2,
    },
    "novita": {
        "provider": "novita",
        **DOCUMENTED_NOVITA,
        "productId": "4090.16c62g",
        "gpuNum": 2,
        "diskSize": 0,
        "rootfsSize": 60,
    },
}


def sample(slug: str) -> dict[str, Any]:
    """A copy that a test may change."""
    return copy.deepcopy(SAMPLES[slug])
