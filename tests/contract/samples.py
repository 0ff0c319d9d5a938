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

DOCUMENTED_FIREWORKS: dict[str, Any] = {
    "nodePoolId": "h100-pool",
    "displayName": "eval-nightly-01jd3k",
    "imageRef": "registry.example.com/ml/eval:2.3",
    "numRanks": 4,
    "envVars": {"DATASET": "s3://acme-data/eval-v5", "SEED": "17"},
    "pythonExecutor": {"targetType": "MODULE", "target": "acme_eval.run", "args": ["--suite", "full"]},
    "annotations": {"gpuconsole.example/launch-id": "01JD3K9Q6W2V8T"},
    "shared": True,
}
"""The example body of Fireworks' reference; it has no wrapper."""

DOCUMENTED_OTOY: dict[str, Any] = {
    "task": "BATCH",
    "title": "segment-eval [gc-7f3a91]",
    "description": "Evaluate checkpoint 12",
    "cpu_count": 4,
    "gpu_count": 1,
    "gpu_name": "NVIDIA RTX 4090",
    "min_vram_gb": 24,
    "min_ram_gb": 32,
    "min_storage_gb": 80,
    "max_timeout_run_ms": 3600000,
    "max_timeout_assign_ms": 600000,
    "max_timeout_start_ms": 900000,
    "max_node_count": 1,
    "max_retry_count": 1,
    "allowed_region_codes": ["us-west-2", "eu-central-1"],
    "parameters": {
        "type": "docker",
        "parameters": {"image": "myteam/eval", "tag": "v12", "env": {"SPLIT": "test"}},
    },
}
"""The example body of OTOY's field reference."""

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
    "fireworks": {"provider": "fireworks", "account_id": "sandbox", **DOCUMENTED_FIREWORKS, "numRanks": 2},
    "otoy": {"provider": "otoy", **DOCUMENTED_OTOY, "gpu_count": 2},
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
